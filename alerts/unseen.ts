/**
 * Returns of which no line was kept: lost on the way, or not believed. HAProxy writes a line only when a server's state changes (src/server.c), so what it
 * says next shows that the server had come back. When it did, no line says: at the latest now.
 */
import { backendKey, type HaproxyEvent, type Instant, serverKey } from '../parsers/index.js';
import { isOfFile } from './beginning.js';
import {
  type Board,
  boardWith,
  type Change,
  FRESH_BACKEND,
  type OutageChange,
  outAfter,
  type ServerState,
} from './board.js';
import { DISORDER_MS, type ServerSentence, settle } from './outage.js';

/** What the return of a server makes of the board, if this sentence about it, as it was `known`, shows that it had come back unseen; else null. */
export function cameBackUnseen(
  board: Board,
  event: HaproxyEvent,
  says: ServerSentence,
  known: ServerState,
): Change | null {
  if (!known.left) return null;
  const { server } = says;
  if (known.maint ? !isOutOfMaintenance(says) : !isAnotherFall(board, event, says, known)) return null;
  const after = known.maint ? afterMaintenance(known) : afterFall(known);
  const { out } = board.backends.get(backendKey(event, server.backend)) ?? FRESH_BACKEND;
  const servers = board.servers.with(serverKey(event, server), after);
  const now = outAfter(out, server.server, known, after);
  const back = settle(boardWith(board, { servers }), event, server.backend, now, known.drain ? null : 'returned');
  const { at: fellAt } = known.left;
  return { ...back, outages: back.outages.map((one) => inferred(one, fellAt)) };
}

/** HAProxy does not say of a server in maintenance that it fell or is stopping. What happens to it from then on is no longer planned work. */
const isOutOfMaintenance = ({ change }: ServerSentence): boolean => change.to === 'down' || change.to === 'stopping';

const afterMaintenance = (known: ServerState): ServerState =>
  known.drain ? known : { ...known, planned: false, left: null };

/**
 * Nor does it say of a server that is down that it fell. This matters in an outage, which had an end then. Lines of one second may be in disorder. What a
 * state file has, and what comes after the proxy has stopped, is of another process with the same number: that its servers were up when it began is no return.
 */
function isAnotherFall(
  board: Board,
  event: HaproxyEvent,
  says: ServerSentence,
  { operational, left }: ServerState,
): boolean {
  const backend = board.backends.get(backendKey(event, says.server.backend));
  if (says.change.to !== 'down' || says.counts === null || operational !== 'down') return false;
  if (!backend?.outage || backend.stopped || isOfFile(board, event, says)) return false;
  return left !== null && event.at - Math.max(left.at, backend.outage.start) > DISORDER_MS;
}

const afterFall = (known: ServerState): ServerState =>
  known.drain ? { ...known, operational: 'up' } : { ...known, operational: 'up', planned: false, left: null };

/** The server may have been back since it fell. */
const inferred = (one: OutageChange, fellAt: Instant): OutageChange => ({
  ...one,
  outage: { ...one.outage, evidence: 'inferred' },
  mayBeOverSince: Math.max(fellAt, one.outage.start),
});
