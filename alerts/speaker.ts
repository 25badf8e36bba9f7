/** Whose pid an event bears: a pid is given again, and what a worker said before its end may come after the word of its end. */
import { backendKey, backendOf, type HaproxyEvent } from '../parsers/index.js';
import { type Board, ofWorker, type WorkerState, workerOf } from './board.js';
import { isOfBygone } from './bygone.js';
import { isOutlived } from './stops.js';

/** How late the last lines of a worker that has ended may come: no later than a copy. */
export const LAST_WORDS_MS = 60_000;

/** How late a line may come that a process wrote before its proxies stopped. */
const LATE_WORDS_MS = 1_000;

/** A fork told this long after the worker's first word is of another worker with the same pid; before that, those words may have overtaken it. */
const SAME_PID_AGAIN_MS = 10_000;

/** A fork told this long after the last one of the same pid is another one: no master forks a worker whose number is taken. */
const FORKED_AGAIN_MS = 1_000;

/** Whose pid it is: that of a worker never heard before, of a known one, or of a known one that is another one's by now. */
export type Speaker = 'unheard' | 'known' | 'another';

export function speakerOf(board: Board, event: HaproxyEvent): Speaker {
  const known = workerOf(board, event);
  if (known === undefined) return 'unheard';
  return isAnother(board, known, event) ? 'another' : 'known';
}

/** Whether the event is of a worker that was never heard before: a new pid, or an old one that was given again. */
export function isNewWorker(board: Board, event: HaproxyEvent, speaker = speakerOf(board, event)): boolean {
  const { kind } = event.says;
  if (kind === 'proxy.stopped' || kind === 'worker.ended') return false; // an end begins nothing
  if (kind === 'worker.loading' || kind === 'worker.failed') return false; // it does not serve
  return speaker === 'unheard' ? !isOfBygone(board, event) : speaker === 'another';
}

/** Whether the pid is another worker's by now. What a worker said before its end may arrive after the word of its end. */
function isAnother(board: Board, known: WorkerState, event: HaproxyEvent): boolean {
  const { at, says } = event;
  const starts = says.kind === 'worker.started';
  // What was first heard when it stopped is a worker only as long as that is what it still tells of.
  if (known.heardAtStop)
    return says.kind !== 'proxy.stopped' && (starts || !known.stopsWhole || !isOfItsPast(board, event));
  if (known.end !== null) return starts || at - known.end.at > LAST_WORDS_MS;
  if (!starts) return speaksBehindItsEnd(board, known, event);
  const isForkedAgain = known.startedAt !== null && at - known.startedAt > FORKED_AGAIN_MS;
  return isForkedAgain || at - known.firstAt >= SAME_PID_AGAIN_MS;
}

/**
 * Whether a worker that no master told of speaks although all that it served has stopped: in a container the next process has the same pid. Asks for
 * the event's own backend first, because to look at all of them takes long.
 */
function speaksBehindItsEnd(board: Board, { startedAt }: WorkerState, event: HaproxyEvent): boolean {
  const { at, says } = event;
  const backend = says.kind === 'server' || says.kind === 'backend.exhausted' ? backendOf(says) : null;
  if (backend === null || startedAt !== null) return false;
  const { stop } = board.backends.get(backendKey(event, backend)) ?? {};
  if (stop === undefined || at - stop.at <= LATE_WORDS_MS || isOfItsPast(board, event)) return false;
  return ofWorker(board.backends, event, ({ stopped }) => !stopped).length === 0;
}

/** Whether a worker that has stopped is not yet another one, because one that began since has taken its place. */
const isOfItsPast = (board: Board, event: HaproxyEvent): boolean =>
  isOutlived(board, event) || isOfBygone(board, event);
