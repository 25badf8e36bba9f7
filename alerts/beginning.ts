/**
 * How a worker begins that reads a state file (src/server_state.c): HAProxy writes who is down and, until 2.7, who is in drain, but neither who
 * is in maintenance nor, with drain, how many servers that leaves. The worker before knows more (tried with 2.6.12).
 */
import { backendKey, type HaproxyEvent, serverKey } from '../parsers/index.js';
import { type Board, type ServerState, siblingsOf, workerOf } from './board.js';
import type { ServerSentence } from './outage.js';

/**
 * Who was taken out by hand is down in a state file: the work goes on in the worker that read it. What it is in maintenance, or in drain, for that
 * reason; null of any other server.
 */
export function workTakenOver(
  board: Board,
  event: HaproxyEvent,
  { server, cause }: ServerSentence,
): Pick<ServerState, 'maint' | 'drain'> | null {
  if (cause.class !== 'state_file') return null;
  const before = siblingsOf(board, event)
    // The file is written for a reload. Behind a stop or a crash it is an old one.
    .filter(({ end }) => end === null || end.how === 'process_replaced')
    .toSorted((one, other) => other.firstAt - one.firstAt)
    .map(({ pid }) => board.servers.get(serverKey({ ...event, pid }, server)))
    .find((known) => known !== undefined);
  return before?.planned ? { maint: before.maint, drain: before.drain } : null;
}

/**
 * Who begins in drain, and up, serves nobody, and was counted in what the file's other lines say of its backend. The sentence with the count that
 * follows; null of any other sentence, or where none follows.
 */
export function countedAtBeginning(board: Board, event: HaproxyEvent, says: ServerSentence): ServerSentence | null {
  const { server, change, counts, backup } = says;
  if (change.to !== 'drain' || counts !== null || board.servers.has(serverKey(event, server))) return null;
  if (workerOf(board, event)?.startedAt !== event.at) return null;
  const before = board.backends.get(backendKey(event, server.backend))?.counts ?? null;
  if (before === null) return null;
  const isActive = !backup || before.backup === 0;
  const left = isActive ? { ...before, active: before.active - 1 } : { ...before, backup: before.backup - 1 };
  return left.active < 0 ? null : { ...says, counts: left };
}
