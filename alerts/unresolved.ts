/**
 * Servers in which a worker begins in maintenance because their names cannot be found (`init-addr`; src/server.c, since 2.5). HAProxy says so of each while
 * it loads its configuration, but neither how many servers are left nor that there is none. The worker before it knows more: if all that were out of a
 * backend there are out here, nothing has come back, and what was left is left, but for those that are out besides.
 *
 * Of a backend that was whole nothing is concluded. Where HAProxy's own resolvers know names that the system's do not, each load begins so, and within a
 * tenth of a second all are back (tried with 2.6.12). For the same reason, what begins with such a load is told when it has lasted two seconds (policy.ts).
 */
import {
  backendKey,
  type Counts,
  type HaproxyEvent,
  type ServerRef,
  serverKey,
  type WorkerRef,
} from '../parsers/index.js';
import { type Board, siblingsOf } from './board.js';
import type { ServerSentence } from './outage.js';
import { isUnresolvedAtLoad } from './sources.js';

/** Whether a server begins in maintenance because its name was not found. */
const isUnresolved = ({ change, cause }: ServerSentence): boolean => change.to === 'maint' && isUnresolvedAtLoad(cause);

/** The sentence with what is left of its backend, if nothing has come back since the worker before; null if something may have, and for any other sentence. */
export function countedUnresolved(board: Board, event: HaproxyEvent, says: ServerSentence): ServerSentence | null {
  const { backend, server } = says.server;
  if (!isUnresolved(says) || board.servers.has(serverKey(event, says.server))) return null;
  const own = board.backends.get(backendKey(event, backend));
  // What the worker has counted itself is newer.
  if (own?.counts && own.countsEvidence !== 'inferred') return null;
  const before = workerBefore(board, event, backend);
  const known = before && board.backends.get(backendKey(before, backend));
  // Where none was out and none was left, weights were 0, and are set anew.
  if (!before || !known?.counts || known.out.total === 0) return null;
  const isOutOf = (worker: WorkerRef) => (name: string) =>
    !!board.servers.get(serverKey(worker, { backend, server: name }))?.left;
  const isOut = (name: string) => name === server || isOutOf(event)(name);
  const others = [...(own?.out.last ?? []), server].filter((name) => !isOutOf(before)(name));
  const idle = others.filter((name) => wasIdle(board, event, { backend, server: name })).length;
  const besides = (own?.out.total ?? 0) + 1 - known.out.total - idle;
  if (besides < 0 || !known.out.last.every(isOut)) return null;
  const counts = without(known.counts, besides);
  return counts === null || (own?.counts && usable(own.counts) <= usable(counts)) ? null : { ...says, counts };
}

/**
 * Whether a server was in maintenance by hand when a worker before spoke of it last. One that is `disabled` in the configuration never serves, and HAProxy says
 * so only when its name is found (`resolves again but remains in maintenance`): a worker that finds the name at once says nothing of it. (For as long as
 * that older worker is remembered.)
 */
function wasIdle(board: Board, event: HaproxyEvent, server: ServerRef): boolean {
  const { host } = event;
  const states = siblingsOf(board, event).map(({ pid }) => board.servers.get(serverKey({ host, pid }, server)));
  const last = states.findLast((state) => state !== undefined);
  return last?.maint === true && last.planned;
}

/** What is left without so many servers; null where that depends on whether they are backup servers. */
function without({ active, backup }: Counts, servers: number): Counts | null {
  if (active > 0 && backup > 0 && servers < active + backup) return null;
  return { active: Math.max(0, active - servers), backup: Math.max(0, backup - servers) };
}

const usable = ({ active, backup }: Counts): number => active + backup;

/** The last worker before the event's in which the backend was spoken of. */
function workerBefore(board: Board, event: HaproxyEvent, backend: string): WorkerRef | undefined {
  const { host } = event;
  const hasSpoken = (pid: number) => board.backends.has(backendKey({ host, pid }, backend));
  const before = siblingsOf(board, event).findLast(({ pid, heir }) => heir === event.pid && hasSpoken(pid));
  return before && { host, pid: before.pid };
}
