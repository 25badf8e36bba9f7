/**
 * Which workers are of one HAProxy service, and which of them is another one's heir. A host may run several services: their workers share no
 * backend, and the arrival of one says nothing about another.
 *
 * The younger of two is the one that was heard of later. Stamps do not tell: the clock may have been set back between the two. But processes of one
 * HAProxy (`nbproc`, until 2.4) may bear the same stamp, and none of those is another one's heir.
 */
import { backendKey, backendOf, type HaproxyEvent } from '../parsers/index.js';
import { isOfAnother, SILENCE_MS } from './beside.js';
import {
  type Board,
  boardWith,
  siblingsOf,
  type WorkerState,
  type Workers,
  withPid,
  workerOf,
  youngerOf,
} from './board.js';

/** The place of nobody: no such heir, or none that is known. It is before all others. */
const NOWHERE = -1;

/** Whether two workers were first heard of at one instant, and neither had been heard of before. */
export const beganTogether = (one: WorkerState, other: WorkerState): boolean =>
  one.firstAt === other.firstAt && one.again === other.again;

/**
 * Two workers that speak of one backend are of one service, and the younger is the heir of the older one, and of all workers whose heir the older
 * one was. Looked at once for each worker and backend, and in one pass: where every few seconds a reload comes, a host has hundreds of workers.
 */
export function noteKin(board: Board, event: HaproxyEvent): Board {
  const backend = backendOf(event.says);
  if (backend === null || board.backends.has(backendKey(event, backend))) return board;
  // One that was not heard before it stopped is nobody's heir, and is about to be gone.
  if (workerOf(board, event)?.heardAtStop) return board;
  const { host } = event;
  const all = board.workers.get(host) ?? [];
  const heirs = heirsAfter(all, event.pid, ({ pid }) => board.backends.has(backendKey({ host, pid }, backend)));
  const isAsKnown = all.every(({ heir }, at) => heir === heirs[at]);
  if (isAsKnown) return board;
  const workers = all.map((worker, at) => withHeir(worker, heirs[at] ?? null, all));
  return boardWith(board, { workers: board.workers.with(host, workers) });
}

/**
 * The worker with this heir; the same object if it has it. When it had its first one stays: where reloads come one after another, so do heirs. Not
 * where the one before has been forgotten: that was long ago.
 */
function withHeir(worker: WorkerState, heir: number | null, all: Workers): WorkerState {
  if (worker.heir === heir) return worker;
  const since = withPid(all, worker.heir) === undefined ? undefined : worker.heirAt;
  const heirAt = since ?? withPid(all, heir)?.firstAt;
  // A host may have hundreds, and V8 takes ten times as long to leave out a property.
  if (heirAt !== undefined) return { ...worker, heir, heirAt };
  const { heirAt: _, ...rest } = worker;
  return { ...rest, heir };
}

/** The heirs of all workers of a host, in their order, once one of them has spoken of a backend of which others have spoken. */
function heirsAfter(all: Workers, speaker: number, hasSpoken: (worker: WorkerState) => boolean): (number | null)[] {
  const places = new Map(all.map(({ pid }, at) => [pid, at]));
  const own = places.get(speaker)!;
  const isBefore = (one: number, other: number) =>
    one === NOWHERE || (one < other && !beganTogether(all[one]!, all[other]!));
  const isOldKin = once((at) => isBefore(at, own) && hasSpoken(all[at]!) && !isOfAnother(all[own]!, all[at]!));
  const isYoungKin = (at: number) => isBefore(own, at) && hasSpoken(all[at]!) && !isOfAnother(all[at]!, all[own]!);
  const youngest = all.findLastIndex((_, at) => isYoungKin(at));
  return all.map(({ heir }, at) => {
    const before = heir === null ? NOWHERE : (places.get(heir) ?? NOWHERE);
    // Mostly the older ones have one heir. It is asked first, so that hardly any other is looked at.
    const inherits = isBefore(before, own) && ((before !== NOWHERE && isOldKin(before)) || isOldKin(at));
    const now = inherits ? own : before;
    if (youngest !== NOWHERE && (at === own || now === own) && isBefore(now, youngest)) return all[youngest]!.pid;
    return inherits ? speaker : heir;
  });
}

/** The question, asked once for each place. */
function once(question: (at: number) => boolean): (at: number) => boolean {
  const answers = new Map<number, boolean>();
  return (at) => {
    const known = answers.get(at);
    if (known !== undefined) return known;
    const answer = question(at);
    answers.set(at, answer);
    return answer;
  };
}

/**
 * Whether another worker takes the place of the event's worker, or is about to. One that has just begun and is nobody else's heir may well
 * be this one's: a worker whose servers are all up has said nothing yet.
 */
export function isReplaced(board: Board, event: HaproxyEvent): boolean {
  const self = workerOf(board, event);
  if (!self) return false;
  if (self.heir !== null) return true;
  const siblings = siblingsOf(board, event);
  return youngerOf(board, event).some(
    (one) =>
      one.end === null &&
      !one.heardAtStop &&
      event.at - one.firstAt <= SILENCE_MS &&
      !siblings.some(({ heir }) => heir === one.pid) &&
      !isOfAnother(one, self),
  );
}
