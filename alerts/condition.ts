/** How a backend of a load balancer is right now, as far as its log tells: what is left of it, for people who have to act. */
import { backendKey, type Counts, type WorkerRef } from '../parsers/index.js';
import { type BackendState, type Board, fallOf, shown } from './board.js';
import { isTakenOver } from './generation.js';
import type { Evidence } from './state.js';

/**
 * `degraded`: some of its servers take no traffic. `draining`: none takes new traffic, and all that are out only finish what
 * they have. `unknown`: nobody serves it, as far as can be known: its worker stopped or died, and none has come since.
 */
type Condition = (typeof CONDITIONS)[number];

/** The worst first. */
const CONDITIONS = ['down', 'draining', 'on_backup', 'degraded', 'unknown', 'up'] as const;

export interface BackendNow {
  condition: Condition;
  /** The servers that can be used, as HAProxy counted them last, and those that came back uncounted since; null if it did not count. */
  counts: Counts | null;
  evidence: Evidence;
}

/**
 * Takes the name of a host and of a backend there; returns null if no known worker ever spoke of it. If several workers serve it
 * (`nbproc`), the worst counts. `hasSuccessor` is for who asks of many backends: the answer is the same for all of a worker.
 */
export function backendNow(
  board: Board,
  host: string,
  backend: string,
  hasSuccessor = (worker: WorkerRef) => isTakenOver(board, worker),
): BackendNow | null {
  const workers = (board.workers.get(host) ?? []).flatMap((worker) => {
    const key = backendKey({ host, pid: worker.pid }, backend);
    const state = board.backends.get(key);
    return state === undefined ? [] : [{ worker, key, state }];
  });
  if (workers.length === 0) return null;
  const living = workers.filter(({ worker, state }) => worker.heir === null && worker.end === null && !state.stopped);
  if (living.length > 0) return worst(living.map(({ key, state }) => inWorker(board, key, state)));
  // A worker starts with every server up, and does not say so.
  const isServed = workers.some(({ worker: { pid } }) => hasSuccessor({ host, pid }));
  return { condition: isServed ? 'up' : 'unknown', counts: null, evidence: 'assumed' };
}

function inWorker(board: Board, key: string, state: BackendState): BackendNow {
  const { outage, out, counts, countsEvidence = 'observed' } = state;
  if (outage !== null) {
    return { condition: isDraining(board, key) ? 'draining' : 'down', counts, evidence: outage.evidence };
  }
  const evidence = counts === null ? 'inferred' : countsEvidence;
  if (counts !== null && counts.active === 0 && counts.backup > 0) return { condition: 'on_backup', counts, evidence };
  return { condition: out.total > 0 ? 'degraded' : 'up', counts, evidence };
}

/** Whether all servers that left it, as far as their names are kept, left softly. */
function isDraining(board: Board, key: string): boolean {
  const { last } = fallOf(board, key);
  const states = last.map(({ server }) => board.servers.get(`${key}/${server}`)).map((one) => one && shown(one));
  return states.length > 0 && states.every((state) => state === 'drain' || state === 'nolb');
}

const IN_WORDS: Record<Condition, string> = {
  up: 'up',
  degraded: 'degraded',
  on_backup: 'on backup',
  draining: 'draining',
  down: 'down',
  unknown: 'unknown, as far as the log tells nothing serves it',
};

/** `degraded, 1 active and 0 backup servers left`. */
export function conditionInWords({ condition, counts, evidence }: BackendNow): string {
  const words = IN_WORDS[condition];
  if (counts !== null) return `${words}, ${serversInWords(counts)}${condition === 'up' ? '' : ' left'}`;
  return condition === 'up' && evidence === 'assumed' ? `${words}, as its new worker has said nothing else` : words;
}

/** As HAProxy words it. */
function serversInWords({ active, backup }: Counts): string {
  return `${active} active and ${backup} backup servers`;
}

function worst(all: readonly BackendNow[]): BackendNow {
  return all.reduce((one, other) =>
    CONDITIONS.indexOf(other.condition) < CONDITIONS.indexOf(one.condition) ? other : one,
  );
}
