/**
 * A server that comes back without HAProxy counting those that can be used: out of maintenance or drain, or because its name resolves again
 * (src/server.c, since 1.8). A healthy server says nothing further, so these counts would stay wrong until another one changes.
 */
import { backendKey, type HaproxyEvent } from '../parsers/index.js';
import type { Board, ServerState } from './board.js';
import { availabilityAfter, type ServerSentence } from './outage.js';

/**
 * A server that was out was not counted, and is now, unless its weight is 0, which no line says. Returns the sentence with one more server
 * than before; null for any other sentence, or if HAProxy has not counted before.
 * @param after the server's state after it
 */
export function countedOnReturn(
  board: Board,
  event: HaproxyEvent,
  says: ServerSentence,
  after: ServerState,
): ServerSentence | null {
  const { server, counts, backup } = says;
  if (counts !== null || availabilityAfter(says, after) !== 'returned') return null;
  const before = board.backends.get(backendKey(event, server.backend))?.counts ?? null;
  if (before === null) return null;
  const now = backup ? { ...before, backup: before.backup + 1 } : { ...before, active: before.active + 1 };
  return { ...says, counts: now };
}
