/** What an event says of every trouble but the outage, which the board keeps itself: the trouble is there in a worker, or it is not. */

import { backendKey, type Cause, type HaproxyEvent, isSign, type SignSentence } from '../parsers/index.js';
import { type Board, type Change, FRESH_BACKEND } from './board.js';
import { endedUnwished, isTakenOver } from './generation.js';
import { type Fall, NO_FALL } from './incident.js';
import { fallBy, type ServerSentence } from './outage.js';
import { isOfThePast } from './past.js';
import { type Rule, WHOLE } from './rules.js';
import type { Evidence, Shown, Transition } from './state.js';
import { beganShortlyBefore } from './workers.js';

export interface Sign {
  rule: Rule;
  subject: string;
  /** `passing`: it happened and is over, such as one more change of a server. */
  is: 'present' | 'passing' | 'absent';
  planned: boolean;
  /** Says what led to it, if servers tell. Asked only where there is, or was, such a trouble. */
  fall: () => Fall;
  /** Why, unless a server of `fall` tells. */
  cause: Cause | null;
  /** No worker is in it: it lasts until another one takes over. */
  orphan?: boolean;
  /** It says no more of the cause than that there is one: a cause that was told before counts. */
  isVague?: boolean;
  /** The state of the server, if it is about one. */
  state?: Shown;
  /** How it is known. Missing: it stands in the log. */
  evidence?: Evidence;
}

const NONE: readonly Sign[] = [];
const noFall = () => NO_FALL;

/** The signs in an event, given what the board has made of it. */
export function signsOf(event: HaproxyEvent, change: Change): readonly Sign[] {
  const { says } = event;
  if (isSign(says)) return isOfThePast(change.board, event) ? NONE : signOf(says);
  if (change.isOfThePast) return NONE;
  switch (says.kind) {
    case 'server':
      return signsOfServer(event, says, change);
    case 'worker.started':
      return [haproxy('reload_failed', 'absent', null)];
    case 'worker.failed':
      return [{ ...haproxy('reload_failed', 'present', couldNotLoad(says)), isVague: true }];
    case 'worker.ended':
      if (says.loaded) return [haproxy('reload_failed', 'absent', null)];
      return says.former || isTakenOver(change.board, event) ? NONE : [ended(says)];
    default:
      return NONE;
  }
}

function signsOfServer(event: HaproxyEvent, says: ServerSentence, { board, transition }: Change): Sign[] {
  const { backend } = says.server;
  const key = backendKey(event, backend);
  const { out, countsEvidence = 'observed' } = board.backends.get(key) ?? FRESH_BACKEND;
  const signs = transition === null ? [] : signsOfTransition(event, says, board, transition);
  if (says.counts === null) return signs;
  const { active, backup } = says.counts;
  // With no server at all there is an outage, and these troubles go on below it.
  if (active + backup === 0) return signs;
  const isOnBackup = active === 0;
  const isLast = active + backup === 1 && out.total > 0;
  const planned = out.total > 0 && out.unplanned === 0;
  const fall = isOnBackup || isLast ? () => fallBy(board, event, key) : noFall;
  const sign = (rule: Rule, is: Sign['is']): Sign => ({
    rule,
    subject: backend,
    is,
    planned,
    fall,
    cause: says.cause,
    evidence: countsEvidence,
  });
  signs.push(
    sign('backup_only', isOnBackup ? 'present' : 'absent'),
    sign('last_server', isLast ? 'present' : 'absent'),
  );
  return signs;
}

function signsOfTransition(
  event: HaproxyEvent,
  { server, cause }: ServerSentence,
  board: Board,
  { from, to, planned }: Transition,
): Sign[] {
  const subject = `${server.backend}/${server.server}`;
  const fall = (): Fall => ({ ...NO_FALL, workerBegan: beganShortlyBefore(board, event) });
  const sign = (rule: Rule, is: Sign['is']): Sign => ({ rule, subject, is, planned, fall, cause, state: to });
  const signs = [sign('server_down', to === 'down' ? 'present' : 'absent')];
  const fellOrRose = (from === 'up' && to === 'down') || (from === 'down' && to === 'up');
  if (fellOrRose && !planned) signs.push(sign('flapping', 'passing'));
  // In maintenance it is not checked.
  if (to === 'up' || to === 'maint') signs.push(sign('checks_failing', 'absent'));
  return signs;
}

function signOf(says: SignSentence): Sign[] {
  switch (says.kind) {
    case 'check.result': {
      const { server, cause, outcome, health, of, state } = says;
      const subject = `${server.backend}/${server.server}`;
      const about = { rule: 'checks_failing', subject, planned: false, fall: noFall, cause } as const;
      if (outcome === 'failed') return state === 'up' ? [{ ...about, is: 'present' }] : [];
      // `drain`: it is up, and has no weight (src/check.c).
      return health === of && state !== 'down' ? [{ ...about, is: 'absent' }] : [];
    }
    case 'configuration.refused':
      return [{ ...haproxy('reload_failed', 'present', says.reason), isVague: says.place === null }];
    case 'reload.failed':
      return [{ ...haproxy('reload_failed', 'present', says.reason), isVague: true }];
    case 'reload.succeeded':
      // A worker has begun, even if the line that told so was lost.
      return (['reload_failed', 'worker_killed', 'stopped'] as const).map((rule) => haproxy(rule, 'absent', null));
  }
}

function ended({ pid, code }: { pid: number; code: number }): Sign {
  if (!endedUnwished(code)) return haproxy('stopped', 'present', `worker ${pid} ended, and none has come since`);
  const how = code > 128 ? `was killed by signal ${code - 128}` : `exited with code ${code}`;
  return haproxy('worker_killed', 'present', `worker ${pid} ${how}`);
}

const couldNotLoad = ({ pid, code }: { pid: number; code: number }) =>
  `worker ${pid} could not load it and exited with code ${code}`;

/** A sign about the whole HAProxy of a host; the next worker that serves ends the trouble. */
function haproxy(rule: Rule, is: Sign['is'], reason: string | null): Sign {
  const cause: Cause = { class: 'unknown', reason, code: null, info: null, durationMs: null, via: null };
  return { rule, subject: WHOLE, is, planned: false, fall: noFall, cause, orphan: true };
}
