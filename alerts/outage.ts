/**
 * When a backend has a server and when it has none, in one worker.
 *
 * HAProxy announces a backend without a server but never its recovery: that is read from the counts when a server comes back. An outage can
 * begin with a fall, with the return of a server that does not count, or with the worker itself (`init-state down`, since 3.1), which shows
 * when the first server comes. Only a return ends an outage at once, since two threads may write their lines in another order than they
 * counted. A fall that leaves servers ends an outage that has lasted (weights are set without a word).
 */
import { backendKey, type Counts, type HaproxyEvent } from '../parsers/index.js';
import {
  type BackendState,
  type Board,
  boardWith,
  type Change,
  FRESH_BACKEND,
  fallOf,
  NO_OUTAGES,
  type OutServers,
  type ServerState,
  shown,
  workerOf,
} from './board.js';
import type { Fall } from './incident.js';
import { isFoundByCheck, isUpByFile } from './sources.js';
import type { Evidence, Outage } from './state.js';
import { beganShortlyBefore } from './workers.js';

export type ServerSentence = Extract<HaproxyEvent['says'], { kind: 'server' }>;

/** What a sentence says of its backend: a server came back, some are left, there is none; null where it says nothing. */
export type Availability = 'returned' | 'left' | 'none' | null;

/** Within a second two threads may have counted in another order than they wrote. */
export const DISORDER_MS = 1_000;

/** Takes what was said of a server, and how that is after it; returns what that says of its backend. */
export function availabilityAfter({ change, counts }: ServerSentence, server: ServerState): Availability {
  const usable = counts === null ? null : counts.active + counts.backup > 0;
  switch (change.to) {
    case 'up':
      // A server came and still none is usable: its own weight is 0.
      if (usable === null) return null;
      return usable ? 'returned' : 'none';
    case 'ready':
    case 'undrain':
      // Out of drain it goes on stopping, or stays in maintenance; out of maintenance it may go into drain.
      return (usable ?? shown(server) === 'up') ? 'returned' : null;
    default:
      if (usable === null) return null;
      return usable ? 'left' : 'none';
  }
}

/**
 * Opens, keeps or ends the outage of a backend.
 * @param out the backend's servers that take no traffic after the event
 * @param available what the event says of the backend's availability
 * @param evidence how that is known
 */
export function settle(
  board: Board,
  event: HaproxyEvent,
  backend: string,
  out: OutServers,
  available: Availability,
  evidence: Evidence = 'observed',
): Change {
  const key = backendKey(event, backend);
  const known = board.backends.get(key);
  const before = alive(board, known ?? FRESH_BACKEND, event);
  const { outage, stopped, stop } = before;
  const { counts, countsEvidence = 'observed' } = countsAfter(event, before, available, evidence);
  const planned = out.total > 0 && out.unplanned === 0;
  const becomes = (open: Outage | null, changed: Outage | null): Change => {
    const isAsKnown =
      known?.outage === open &&
      known.out === out &&
      known.stopped === stopped &&
      known.countsEvidence === countsEvidence &&
      isSame(known.counts, counts);
    const now: BackendState = { outage: open, out, counts, countsEvidence, stopped };
    if (stop) now.stop = stop;
    const after = isAsKnown ? board : boardWith(board, { backends: board.backends.with(key, now) });
    return {
      board: after,
      transition: null,
      outages: changed === null ? NO_OUTAGES : [{ outage: changed, fall: fallBy(after, event, key) }],
    };
  };

  if (outage === null) {
    if (available !== 'none') return becomes(null, known === undefined ? silentOutage(board, event, backend) : null);
    const opened = openOutage(event, backend, planned, evidence);
    return becomes(opened, opened);
  }
  if (available === 'returned') return becomes(null, ended(outage, event.at, 'recovered'));
  if (available === 'left' && event.at - outage.start > DISORDER_MS) {
    return becomes(null, { ...ended(outage, event.at, 'recovered'), evidence: 'inferred' });
  }
  if (outage.planned && !planned) {
    const unplanned: Outage = { ...outage, planned: false };
    return becomes(unplanned, unplanned);
  }
  return becomes(outage, known?.outage ? null : outage);
}

/** A stopped backend is not checked any more (src/check.c): if a check changed a server, it was another proxy of that name that stopped. */
function alive(board: Board, state: BackendState, event: HaproxyEvent): BackendState {
  if (!state.stopped || !isFoundByCheck(event)) return state;
  const cutShort = state.stop?.cutShort ?? null;
  // In a container the next worker has the same pid.
  const isAnothers = cutShort !== null && (workerOf(board, event)?.startedAt ?? 0) > cutShort.start;
  return { ...state, stopped: false, outage: state.outage ?? (isAnothers ? null : cutShort) };
}

/** What led to the state that an event tells of. */
export function fallBy(board: Board, event: HaproxyEvent, key: string): Fall {
  const { last, total } = fallOf(board, key);
  return { last, total, workerBegan: beganShortlyBefore(board, event) };
}

type Counted = Pick<BackendState, 'counts' | 'countsEvidence'>;

/** A sentence without counts leaves the earlier ones in place. Counts of no server at all are dropped when one comes back. */
function countsAfter({ says }: HaproxyEvent, before: Counted, available: Availability, evidence: Evidence): Counted {
  if (says.kind === 'backend.exhausted') return { counts: { active: 0, backup: 0 }, countsEvidence: evidence };
  const isCounted = says.kind === 'server' && says.counts !== null;
  const after: Counted = isCounted ? { counts: says.counts, countsEvidence: evidence } : before;
  const { counts } = after;
  return available === 'returned' && counts?.active === 0 && counts.backup === 0 ? { counts: null } : after;
}

function isSame(one: Counts | null, other: Counts | null): boolean {
  return one?.active === other?.active && one?.backup === other?.backup;
}

/** The outage, over at `at`; never before it began. */
export function ended(outage: Outage, at: number, endHow: NonNullable<Outage['endHow']>): Outage {
  return { ...outage, end: Math.max(at, outage.start), endHow };
}

function openOutage(event: HaproxyEvent, backend: string, planned: boolean, evidence: Evidence): Outage {
  const { id, at: start, utcOffsetMin, host, pid } = event;
  return { id, host, pid, backend, start, utcOffsetMin, end: null, endHow: null, planned, evidence };
}

/**
 * The outage before a worker's first word of a backend, if that word is that its first server came: it had none since the worker began.
 * Null unless that was shortly before.
 */
function silentOutage(board: Board, event: HaproxyEvent, backend: string): Outage | null {
  const { says, at } = event;
  if (says.kind !== 'server' || says.change.to !== 'up' || says.counts === null) return null;
  if (says.counts.active + says.counts.backup !== 1 || isUpByFile(board, event)) return null;
  const start = beganShortlyBefore(board, event);
  if (start === null) return null;
  return ended({ ...openOutage(event, backend, false, 'inferred'), start }, at, 'recovered');
}
