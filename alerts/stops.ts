/**
 * How a worker stops, by its own word: it says so of all its proxies in one breath (src/proxy.c, soft_stop). It serves out its last sessions, and a check that
 * was under way still ends; but whatever began to speak since serves in its place. This is all there is to know where no master tells.
 */
import type { HaproxyEvent, Instant, WorkerRef } from '../parsers/index.js';
import { isOfAnother, SILENCE_MS } from './beside.js';
import { type Board, type WorkerState, type Workers, workerOf, youngerOf } from './board.js';

/** How long a worker takes to tell of all its proxies; the next one may speak as much earlier. */
const BREATH_MS = 1_000;

/** When what bears this stamp was at the latest: a stamp of whole seconds has lost up to one. */
export const atLatest = (at: Instant): Instant => at + (at % 1_000 === 0 ? 999 : 0);

/** What is known of a worker's stop. */
export type Stop = Pick<WorkerState, 'stopAt' | 'stopsWhole' | 'heardAtStop'>;

/** What is known of a worker's stop after one more event; the same object if that says nothing new. `known` is null if the worker was never heard before. */
export function stopAfter(known: Stop | null, { says, at }: HaproxyEvent): Stop {
  if (says.kind === 'worker.started') return NO_STOP;
  if (says.kind !== 'proxy.stopped') return known ?? NO_STOP;
  if (known === null) return { stopAt: at, heardAtStop: true };
  const { stopAt, stopsWhole, heardAtStop } = known;
  const stop: Stop = heardAtStop === true ? { heardAtStop } : {};
  if (stopAt === undefined || at - stopAt > BREATH_MS) return { ...stop, stopAt: at };
  return stopsWhole === true ? known : { ...stop, stopAt, stopsWhole: true };
}

const NO_STOP: Stop = {};

/** The worker, of whose stop nothing is noted yet, with what is known of it. */
export function withStop(worker: WorkerState, { stopAt, stopsWhole, heardAtStop }: Stop): WorkerState {
  if (stopAt === undefined) return worker;
  const stopped: WorkerState = { ...worker, stopAt };
  if (stopsWhole === true) stopped.stopsWhole = true;
  if (heardAtStop === true) stopped.heardAtStop = true;
  return stopped;
}

/** The workers of its service that began since it said that it stops. */
export function successorsOf(board: Board, host: string, old: WorkerState): Workers {
  return youngerOf(board, { host, pid: old.pid }).filter((one) => isSuccessor(one, old));
}

/** Whether the younger worker is of the older one's service, and began since that said that it stops. One that was itself first heard when it stopped is not. */
export const isSuccessor = (one: WorkerState, old: WorkerState): boolean =>
  old.stopAt !== undefined &&
  one.heardAtStop !== true &&
  one.firstAt >= old.stopAt - BREATH_MS &&
  !isOfAnother(one, old);

/** Whether an event is of a worker that has stopped within the last minute, and another one has begun since: it is no new worker with the same pid. */
export function isOutlived(board: Board, event: HaproxyEvent): boolean {
  const self = workerOf(board, event);
  if (self?.stopAt === undefined || atLatest(event.at) < self.stopAt || event.at - self.stopAt > SILENCE_MS)
    return false;
  if (checkBegan(event) > atLatest(self.stopAt) + BREATH_MS) return false;
  return successorsOf(board, event.host, self).length > 0;
}

/** When the check began that found out what an event tells; before all time if it tells of none. A worker that has stopped begins none (src/check.c, process_chk). */
function checkBegan({ says, at }: HaproxyEvent): Instant {
  const durationMs = says.kind === 'server' ? says.cause.durationMs : null;
  return durationMs === null ? Number.NEGATIVE_INFINITY : at - durationMs;
}

/** Whether a worker has stopped as a whole. Frontends may be stopped by command as well; but then the worker goes on to speak. */
export const hasStoppedAsWhole = ({ stopsWhole, stopAt, lastAt }: WorkerState): boolean =>
  stopsWhole === true && lastAt - stopAt! <= SILENCE_MS;

/**
 * Whether a worker has stopped as a whole, and the one that speaks now has begun since. Then nothing is open in the old one any more: if it did not say so
 * of a backend, that line was lost.
 */
export function hasMadeRoomFor(board: Board, old: WorkerState, young: WorkerRef): boolean {
  if (!hasStoppedAsWhole(old)) return false;
  return successorsOf(board, young.host, old).some(({ pid }) => pid === young.pid);
}
