/**
 * Workers come and go: a reload or a restart starts a new one with every server up, silently, and what was open in the
 * old one ends with it. Who tells of the end differs: the master ("Former worker (P) exited"), the worker itself
 * ("Proxy X stopped"), or nobody but the younger worker that speaks instead.
 */
import type { HaproxyEvent, Shelf } from '../parsers/index.js';
import { type Board, backendKey, type Change, type WorkerRef, workerKey } from './board.js';
import { ended } from './outage.js';
import type { OutageEnd } from './state.js';

/** How long an older worker must have been silent before its younger sibling's word counts as its end. */
const SILENCE_MS = 60_000;

/** How far `lastAt` may lag behind: a worker that speaks a thousand times a second need not be noted as often. */
const NOTED_AFTER_MS = 1_000;

/** A worker that was replaced and has been silent for so long is gone. */
const GONE_AFTER_MS = 3_600_000;

/** A fork told so long after the worker's first word is another worker with the same pid. */
const SAME_PID_AGAIN_MS = 10_000;

/** Notes that a worker was heard; a new one is a new generation, and those long gone from its host are forgotten. */
export function noteWorker(board: Board, event: HaproxyEvent): Board {
  const key = workerKey(event);
  const known = board.workers.get(key);
  if (known) {
    if (event.at - known.lastAt < NOTED_AFTER_MS) return board;
    return { ...board, workers: board.workers.with(key, { ...known, lastAt: event.at }) };
  }
  if (event.says.kind === 'proxy.stopped' || event.says.kind === 'worker.ended') return board; // an end begins nothing
  const siblings = siblingsOf(board, event);
  const replaced = siblings.reduce(
    (all, sibling) => all.with(sibling, { ...all.get(sibling)!, replaced: true }),
    board.workers,
  );
  const workers = replaced.with(key, { firstAt: event.at, lastAt: event.at, replaced: false });
  return siblings
    .filter((sibling) => event.at - workers.get(sibling)!.lastAt > GONE_AFTER_MS && !hasOutage(board, sibling))
    .reduce(forgetWorker, { ...board, workers });
}

/** The master forked a worker whose pid an earlier one had: what that one left open has ended with it. */
export function renewWorker(board: Board, event: HaproxyEvent): Change {
  const key = workerKey(event);
  const known = board.workers.get(key);
  if (event.says.kind !== 'worker.started' || !known || event.at - known.firstAt < SAME_PID_AGAIN_MS) {
    return { board, transition: null, outages: [] };
  }
  const change = endOutages(board, ofWorker(key), event.at, 'process_replaced');
  return { ...change, board: forgetWorker(change.board, key) };
}

/** One proxy of a worker, or the whole worker, stopped: by its own word or its master's. */
export function endWorker(board: Board, event: HaproxyEvent): Change {
  const { says } = event;
  if (says.kind === 'proxy.stopped') {
    const replaced = board.workers.get(workerKey(event))?.replaced === true;
    const key = backendKey(event, says.proxy);
    return endOutages(board, (other) => other === key, event.at, replaced ? 'process_replaced' : 'process_stopped');
  }
  if (says.kind !== 'worker.ended') return { board, transition: null, outages: [] };
  const how = says.former ? 'process_replaced' : endByCode(says.code);
  const change = endOutages(board, ofWorker(workerKey(event)), event.at, how);
  return { ...change, board: forgetWorker(change.board, workerKey(event)) };
}

/**
 * Ends what is open in older workers of the same host that have been silent while the event's worker speaks of the same
 * backends: two HAProxy services of one host have backends of their own.
 */
export function supersede(board: Board, event: HaproxyEvent): Change {
  const nothing: Change = { board, transition: null, outages: [] };
  const self = board.workers.get(workerKey(event));
  if (!self || board.workers.size === 1) return nothing;
  const silent = siblingsOf(board, event).filter((sibling) => {
    const worker = board.workers.get(sibling)!;
    const silentMs = event.at - Math.max(worker.lastAt, self.firstAt);
    return worker.firstAt < self.firstAt && silentMs > SILENCE_MS && hasOutage(board, sibling);
  });
  return silent.reduce((change, sibling) => {
    if (!sharesBackend(change.board, sibling, workerKey(event))) return change;
    const next = endOutages(change.board, ofWorker(sibling), self.firstAt, 'process_replaced');
    const assumed = next.outages.map(({ outage, out }) => ({
      outage: { ...outage, evidence: 'assumed' as const },
      out,
    }));
    return { ...next, outages: [...change.outages, ...assumed] };
  }, nothing);
}

/** Whether both workers have spoken of one backend. */
function sharesBackend(board: Board, older: string, younger: string): boolean {
  return [...board.backends].some(
    ([key]) => ofWorker(younger)(key) && board.backends.has(older + key.slice(younger.length)),
  );
}

function endOutages(board: Board, concerned: (backend: string) => boolean, at: number, how: OutageEnd): Change {
  const outages: Change['outages'] = [];
  let { backends } = board;
  for (const [key, state] of board.backends) {
    if (state.outage === null || !concerned(key)) continue;
    outages.push({ outage: ended(state.outage, at, how), out: state.out });
    backends = backends.with(key, { ...state, outage: null });
  }
  return { board: { ...board, backends }, transition: null, outages };
}

/** Exit status as the master tells it: 128 + signal. SIGTERM (143) and SIGINT (130) are somebody's wish. */
function endByCode(code: number): OutageEnd {
  return code < 128 || code === 130 || code === 143 ? 'process_stopped' : 'process_killed';
}

function siblingsOf(board: Board, worker: WorkerRef): string[] {
  const self = workerKey(worker);
  return [...board.workers].map(([key]) => key).filter((key) => key !== self && key.startsWith(`${worker.host} `));
}

function hasOutage(board: Board, worker: string): boolean {
  return [...board.backends].some(([key, state]) => state.outage !== null && ofWorker(worker)(key));
}

const ofWorker = (worker: string) => (backend: string) => backend.startsWith(`${worker} `);

function forgetWorker(board: Board, worker: string): Board {
  return {
    servers: withoutWorker(board.servers, worker),
    backends: withoutWorker(board.backends, worker),
    workers: board.workers.without(worker),
  };
}

function withoutWorker<V>(shelf: Shelf<V>, worker: string): Shelf<V> {
  return [...shelf].filter(([key]) => ofWorker(worker)(key)).reduce((rest, [key]) => rest.without(key), shelf);
}
