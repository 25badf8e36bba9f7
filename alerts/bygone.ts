/**
 * Workers that have stopped, and whose last sessions go on for hours. HAProxy checks nothing in them any more (src/check.c), but still looks names up
 * (src/resolvers.c): so they go on to tell of servers that are taken out for want of an answer, and of backends that have none. Without a master that
 * looks like a new process with the same pid, as in a container; but then no other one would have begun since.
 */
import { backendKey, backendOf, type HaproxyEvent, type WorkerRef } from '../parsers/index.js';
import { type Board, type Bygone, ofWorker, siblingsOf, type WorkerState, type Workers, workerOf } from './board.js';
import { isFoundByCheck } from './sources.js';
import { atLatest, isSuccessor, successorsOf } from './stops.js';

/** How long such sessions may last. After that a pid is another process's, whatever it tells. */
const SESSIONS_MS = 24 * 3_600_000;

/** How many of those that are forgotten a worker knows by their pids: where every few seconds a reload comes, there are hundreds. */
const MOST_BYGONE = 10;

/** Whether an event tells what a worker may find out that has stopped. */
export const mayBeOfBygone = (event: HaproxyEvent): boolean =>
  (event.says.kind === 'server' || event.says.kind === 'backend.exhausted') && !isFoundByCheck(event);

/** Whether an event is of a worker that has stopped, tells what such a one may find out, and another worker has begun since that serves. */
export function isOfBygone(board: Board, event: HaproxyEvent): boolean {
  if (!mayBeOfBygone(event)) return false;
  const { says, host, pid, at } = event;
  const self = workerOf(board, event);
  if (self === undefined) {
    const isKnown = ({ bygone }: WorkerState) => bygone?.some((one) => one.pid === pid && isRecent(one, at)) === true;
    return siblingsOf(board, event).some((one) => serves(one) && isKnown(one));
  }
  const { stopAt, stopsWhole } = self;
  if (stopAt === undefined || atLatest(at) < stopAt || !isRecent({ stopAt }, at)) return false;
  const backend = backendOf(says);
  const hasStopped =
    stopsWhole === true || (backend !== null && board.backends.get(backendKey(event, backend))?.stopped === true);
  return hasStopped && successorsOf(board, host, self).some(serves);
}

const isRecent = ({ stopAt }: Pick<Bygone, 'stopAt'>, at: number): boolean => at - stopAt <= SESSIONS_MS;

const serves = ({ end, stopAt, heardAtStop }: WorkerState): boolean =>
  end === null && stopAt === undefined && heardAtStop !== true;

/** The worker, with what it is to know of those that were forgotten just now; the same object if that is nothing new. */
export function withBygone(before: Board, after: Board, host: string, worker: WorkerState): WorkerState {
  if (before.workers === after.workers) return worker;
  const left: Workers = after.workers.get(host) ?? [];
  const forgotten = (before.workers.get(host) ?? []).filter(
    (one) => one.pid !== worker.pid && !left.some(({ pid }) => pid === one.pid),
  );
  const known = forgotten
    .filter((one) => hasStoppedForGood(before, { host, pid: one.pid }, one) && isSuccessor(worker, one))
    .flatMap(({ pid, stopAt, bygone = [] }) => [...bygone, { pid, stopAt: stopAt! }]);
  if (known.length === 0) return worker;
  return { ...worker, bygone: [...(worker.bygone ?? []), ...known].slice(-MOST_BYGONE) };
}

/** Whether a worker, of which no master told, has stopped as a whole, or all that it spoke of has. */
function hasStoppedForGood(board: Board, ref: WorkerRef, { stopAt, stopsWhole, startedAt, heardAtStop }: WorkerState) {
  if (stopAt === undefined || startedAt !== null) return false;
  if (stopsWhole === true) return true;
  return heardAtStop !== true && ofWorker(board.backends, ref, ({ stopped }) => !stopped).length === 0;
}
