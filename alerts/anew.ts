/**
 * A container that was killed and started again. Its first process is the master, which has number 1 each time, and was not told to reload: so the
 * master before has gone, and its workers with it, though nobody told of that.
 */
import type { HaproxyEvent, Instant } from '../parsers/index.js';
import { TOGETHER_MS } from './beside.js';
import type { Board, WorkerState, Workers } from './board.js';

/** The number of a container's first process. On a host it is nobody's who starts HAProxy. */
const FIRST_PROCESS = 1;

/**
 * The workers that have gone with the master before, once the next one tells that its own worker was loaded; what that one took over from a state file has
 * been told by then; and when that one began. Empty for any other event.
 */
export function goneWithTheirMaster(board: Board, event: HaproxyEvent): { gone: Workers; since: Instant } {
  const { host, says, master, anew, at } = event;
  const none = { gone: [], since: at };
  if (says.kind !== 'reload.succeeded' || anew !== true || master !== FIRST_PROCESS) return none;
  const own = (board.workers.get(host) ?? []).filter((one) => one.master?.pid === master);
  const young = own.at(-1);
  if (!young || !isFirst(young) || at - young.startedAt! > TOGETHER_MS || isShared(own.slice(0, -1))) return none;
  return { gone: own.filter((one) => !one.over && isEarlier(one, young)), since: young.startedAt! };
}

/** Whether two containers under one host's name have a master of this number each: a worker went on to speak after a first worker that came later. */
const isShared = (own: Workers): boolean =>
  own.some((old, index) =>
    own.slice(index + 1).some((young) => isFirst(young) && isEarlier(old, young) && goesOnAfter(old, young)),
  );

const goesOnAfter = ({ lastAt, stopAt }: WorkerState, { startedAt }: WorkerState): boolean =>
  stopAt === undefined && lastAt - startedAt! > TOGETHER_MS;

/** Whether a worker is the first of its master. */
const isFirst = ({ startedAt, master }: WorkerState): boolean => startedAt !== null && startedAt === master?.since;

const isEarlier = (one: WorkerState, young: WorkerState): boolean =>
  one.startedAt !== null && young.startedAt! - one.startedAt > TOGETHER_MS;
