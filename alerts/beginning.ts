/**
 * How a worker that reads a state file begins (src/server_state.c). HAProxy says in the log which servers are down and, until 2.7, which
 * are in drain; but neither which are in maintenance nor how many servers a drain leaves. The worker before it knows more (tried with
 * 2.6.12).
 */
import { backendKey, type HaproxyEvent, serverKey } from '../parsers/index.js';
import { type Board, type ServerState, siblingsOf, workerOf } from './board.js';
import type { ServerSentence } from './outage.js';
import { isFromFile } from './sources.js';

/**
 * Whether a sentence tells of a state that the file has: it says so; or the server falls because the one that it tracks is down by the file, and has not been
 * heard of since.
 */
export function isOfFile(board: Board, event: HaproxyEvent, { change, cause }: ServerSentence): boolean {
  if (isFromFile(event)) return true;
  if (cause.via === null || (change.to !== 'down' && change.to !== 'stopping')) return false;
  return board.servers.get(serverKey(event, cause.via))?.evidence === 'inferred';
}

/**
 * A server that was taken out by hand is down in a state file: the work goes on in the worker that read it. Takes a sentence of that file (`isOfFile`);
 * returns whether the server is in maintenance, or in drain, for that reason; null for any other server.
 */
export function workTakenOver(
  board: Board,
  event: HaproxyEvent,
  says: ServerSentence,
): Pick<ServerState, 'maint' | 'drain'> | null {
  const before = siblingsOf(board, event)
    // The file is written for a reload. After a stop or a crash it is an old one.
    .filter(({ end }) => end === null || end.how === 'process_replaced')
    .toReversed()
    .map(({ pid }) => board.servers.get(serverKey({ ...event, pid }, says.server)))
    .find((known) => known !== undefined);
  return before?.planned ? { maint: before.maint, drain: before.drain } : null;
}

/**
 * What a state file's lines count is of the worker's beginning. Where they come late, behind the outage that the worker has told meanwhile, they are not how
 * things stand. Returns the sentence without its counts; null for any other sentence.
 */
export function withoutOldCounts(board: Board, event: HaproxyEvent, says: ServerSentence): ServerSentence | null {
  const { server, counts } = says;
  if (counts === null || counts.active + counts.backup === 0 || !isOfFile(board, event, says)) return null;
  const open = board.backends.get(backendKey(event, server.backend))?.outage ?? null;
  return open === null ? null : { ...says, counts: null };
}

/**
 * A server that begins up and in drain serves nobody, but was counted in what the file's other lines say of its backend. Returns the
 * sentence with the counts that follow; null for any other sentence, or if none follow.
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
