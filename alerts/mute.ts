/**
 * Workers of which no master tells, and that have said nothing since the next worker of their service was first heard: after a minute they have been replaced,
 * as by a restart of which nothing is in the log. That passes with time, for the next worker may have nothing more to say.
 */
import type { Instant } from '../parsers/index.js';
import { SILENCE_MS } from './beside.js';
import { type Board, type OutageChange, type WorkerState, type Workers, withPid } from './board.js';
import { replaced } from './generation.js';
import { type Ending, NOTHING_ENDED } from './incident.js';

/** What has ended so at a host. */
interface Muted {
  board: Board;
  outages: readonly OutageChange[];
  ending: Ending;
}

/** When the next of these workers will have been silent for a minute, by the clock of their host; Infinity if there is none. */
export function nextMuteAt(workers: Workers | undefined): Instant {
  let next = Number.POSITIVE_INFINITY;
  if (workers === undefined || workers.length === 1) return next;
  let young: WorkerState | undefined;
  for (const one of workers) {
    // Mostly all have one heir. Where every few seconds a reload comes, there are hundreds of them.
    if (!mayBeMute(one) || muteAt(one) >= next) continue;
    if (young?.pid !== one.heir) young = withPid(workers, one.heir);
    if (replaces(young)) next = muteAt(one);
  }
  return next;
}

/** Ends what is open in those that have been silent for a minute by now; null if there is none. An outage has ended with the next worker's first word. */
export function endMute(board: Board, host: string, now: Instant): Muted | null {
  const workers = board.workers.get(host);
  if (workers === undefined || nextMuteAt(workers) > now) return null;
  let after = board;
  let outages: readonly OutageChange[] = [];
  const ends: Ending['ends'][number][] = [];
  for (const one of workers) {
    const young = mayBeMute(one) && muteAt(one) <= now ? withPid(workers, one.heir) : undefined;
    if (!replaces(young)) continue;
    const change = replaced(after, host, [one], young.firstAt);
    after = change.board;
    outages = outages.concat(change.outages);
    ends.push({ pid: one.pid, at: muteAt(one), evidence: 'assumed' });
  }
  return { board: after, outages, ending: { ...NOTHING_ENDED, ends } };
}

/** One that has spoken since its heir came has none by that (`heirAt`): it may be another process of its service (`nbproc`), or of another service. */
const mayBeMute = ({ over, end, startedAt, heirAt }: WorkerState): boolean =>
  !over && heirAt !== undefined && startedAt === null && end === null;

/**
 * Whether the next worker has taken the place of one before. It has, too, if it was stopped meanwhile, as by a reload. One that has told nothing that a check
 * found out may be an older one, whose stop was not heard: of names and by command it tells to its end.
 */
const replaces = (young: WorkerState | undefined): young is WorkerState =>
  young !== undefined && young.end === null && young.heardAtStop !== true && young.checkedAt !== undefined;

const muteAt = ({ lastAt, heirAt = lastAt }: WorkerState): Instant => Math.max(lastAt, heirAt) + SILENCE_MS + 1;
