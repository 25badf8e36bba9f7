/**
 * Holds haplog's transitions against HAProxy's own counters: exact, where polls can blink.
 *
 * What `chkdown` of `show stat` counts (src/server.c, srv_update_status: `down_trans`):
 *  - of a server, every change from running to stopped, whoever wanted it: a check, an agent, a tracked server, DNS, or a
 *    command. Into maintenance counts, unless the server was down already; from maintenance to DOWN does not. A drained
 *    server still runs: drain to DOWN or MAINT counts, UP to drain does not.
 *  - silently at start: a server that waits for its first DNS answer, or that a server-state file brings back as down. No
 *    line of this worker tells of these.
 *    Nor is one that begins as down (`init-state`) counted: haplog tells its backend's outage when the first server comes.
 *  - nothing for a server without checks of its own (`track`, no `check`): `show stat` leaves its field empty.
 *  - of a backend, every call of set_backend_down(), which is every `has no server available!`. That may be said twice of
 *    one outage, when two threads take out the last servers at once (seen in 3.0): more announcements than outages.
 */
import type { Reading, Truth } from './truth.js';

/** Falls by `pid name`; a name is `backend` or `backend/server`. */
export type Falls = Record<string, number>;

const STOPPED = new Set(['down', 'maint']);

/** Falls per worker, server and backend, as haplog told them: a backend's are its outages. */
export function fallsTold({ transitions, outages }: Reading): Falls {
  const falls: Falls = {};
  const cameFirst = new Set(transitions.filter(({ to }) => to === 'up').map(({ id }) => id));
  const count = (key: string) => {
    falls[key] = (falls[key] ?? 0) + 1;
  };
  for (const { from, to, pid, backend, server } of transitions) {
    if (STOPPED.has(to) && !STOPPED.has(from)) count(`${pid} ${backend}/${server}`);
  }
  for (const { id, pid, backend } of outages) if (!cameFirst.has(id)) count(`${pid} ${backend}`);
  return falls;
}

/** Falls as HAProxy counted them; null for what it does not count. */
export function fallsCounted(truths: readonly Truth[]): Record<string, number | null> {
  const falls: Record<string, number | null> = {};
  for (const { chkdown = {}, final_counters = {} } of truths) {
    for (const [pid, counts] of Object.entries(chkdown)) {
      for (const [name, count] of Object.entries(counts)) falls[`${pid} ${name}`] = count;
    }
    for (const [pid, counters] of Object.entries(final_counters)) {
      for (const [name, { chkdown: count }] of Object.entries(counters)) falls[`${pid} ${name}`] = count ?? null;
    }
  }
  return falls;
}

export interface Difference {
  /** `1305572 k8s-api-server/bettley`. */
  name: string;
  told: number;
  /** Null: HAProxy's last poll showed no such server, backend or worker. */
  counted: number | null;
}

/**
 * Differences that were looked into, by corpus: HAProxy counts as a fall that a server waits for its first DNS answer when the process
 * begins, and writes no line of it: the log's first word of the server is `is UP/READY (resolves again)` (docs/limits.md).
 */
const KNOWN: Record<string, Difference> = {
  's2-2.0.0': { name: '25271 by-name/d1', told: 2, counted: 3 },
  's2-2.6.12': { name: '25335 by-name/d1', told: 2, counted: 3 },
  's2-2.8.0': { name: '25311 by-name/d1', told: 2, counted: 3 },
  's2-3.0.0': { name: '25219 by-name/d1', told: 4, counted: 5 },
  's2-traditional-2.6.12': { name: '3005 by-name/d1', told: 2, counted: 3 },
};

/** Whether a corpus differs exactly as it is known to. */
export function isKnown(corpus: string, { name, told, counted }: Difference): boolean {
  const known = KNOWN[corpus];
  return known?.name === name && known.told === told && known.counted === counted;
}

/** How many servers (or backends) are counted on both sides alike, and which are not. */
export function compareFalls(reading: Reading, of: 'servers' | 'backends'): { equal: number; different: Difference[] } {
  const told = fallsTold(reading);
  const counted = fallsCounted(reading.truths);
  const names = [...new Set([...Object.keys(told), ...Object.keys(counted)])]
    .filter((name) => name.includes('/') === (of === 'servers') && counted[name] !== null)
    .sort();
  const all = names.map((name): Difference => ({ name, told: told[name] ?? 0, counted: counted[name] ?? null }));
  const different = all.filter((each) => each.told !== (each.counted ?? -1));
  return { equal: all.length - different.length, different };
}
