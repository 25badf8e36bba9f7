/**
 * Words of a worker that has made room for a younger one. It serves out its last sessions, and a check that was under way still ends, so it may tell of
 * servers after its own stop; but it does not decide any more which server a backend has.
 */
import { backendKey, backendOf, type HaproxyEvent } from '../parsers/index.js';
import { SILENCE_MS, TOGETHER_MS } from './beside.js';
import { type Board, type WorkerState, workerOf, youngerOf } from './board.js';
import { isOfBygone } from './bygone.js';
import { isReplaced } from './kin.js';
import { atLatest, isOutlived } from './stops.js';

/** Whether an event tells of servers in a worker that has stopped and in whose place another one serves by now. */
export function isOfThePast(board: Board, event: HaproxyEvent): boolean {
  const self = workerOf(board, event);
  if (self !== undefined && self.stopAt === undefined) return false;
  if (isOfBygone(board, event)) return true;
  if (!self?.stopAt || atLatest(event.at) < self.stopAt) return false;
  const backend = backendOf(event.says);
  if (backend === null) return false;
  if (youngerOf(board, event).some((one) => madeRoomFor(one, self))) return true;
  if (self.stopsWhole === true && isOutlived(board, event)) return true;
  // Where no master told of both: not for longer than a check may take, and not if another proxy than this one was stopped by command.
  const { stopped = false } = board.backends.get(backendKey(event, backend)) ?? {};
  return stopped && event.at - self.stopAt <= SILENCE_MS && isReplaced(board, event);
}

/** Whether a worker that has stopped did so because its master started the other one, later than itself. */
export function madeRoomFor(young: WorkerState, old: WorkerState): boolean {
  if (!old.stopAt || old.startedAt === null || young.startedAt === null) return false;
  return young.master?.pid === old.master?.pid && young.startedAt - old.firstAt > TOGETHER_MS;
}
