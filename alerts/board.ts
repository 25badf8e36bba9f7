/**
 * The board: the last known state of every server, backend and worker. Plain data, keyed flat, so that it can be
 * stored row by row.
 */
import {
  type Cause,
  type Counts,
  type HaproxyEvent,
  type Instant,
  type Operational,
  type ServerRef,
  Shelf,
  type Stamp,
  type WorkerRef,
  workerKey,
} from '../parsers/index.js';
import { type Fall, type Fallen, MOST_FALLEN } from './incident.js';
import type { Evidence, Outage, OutageEnd, Shown, Transition } from './state.js';

export interface ServerState {
  operational: Operational | 'stopping';
  maint: boolean;
  drain: boolean;
  /** Whether the change that took it out was somebody's work; false while it is up. */
  planned: boolean;
  /** When and why it left; null while it takes traffic. */
  left: (Stamp & { cause: Cause }) | null;
  /** How its state is known. */
  evidence: Evidence;
  /** The server that it tracks, if HAProxy told. Older memories do not have it. */
  tracks?: ServerRef;
}

/** The servers of a backend that take no traffic. Stays small however many they are: it is stored anew each time one leaves or returns. */
export interface OutServers {
  total: number;
  /** Those of them that nobody took out. */
  unplanned: number;
  /** The names of those that left last, in that order; at most `MOST_FALLEN`. */
  last: string[];
}

export interface BackendState {
  /** The outage that is open; null while a server is available. */
  outage: Outage | null;
  out: OutServers;
  /** How many servers can be used, as HAProxy counted them last, and those that came back uncounted since; null if it did not count. */
  counts: Counts | null;
  /** How `counts` are known. Older memories have none: HAProxy counted. */
  countsEvidence?: Evidence;
  /** Its worker no longer serves it, by its own word: a proxy of this name has stopped. */
  stopped: boolean;
  /** When that was told, and the outage that ended with it while its incident goes on: it may have been a frontend of the same name. Older memories have none. */
  stop?: { at: Instant; cutShort: Outage | null };
}

/** The process that started a worker. */
export interface Master {
  pid: number;
  /** When it was first heard of. */
  since: Instant;
  /** The masters before it of its service, and when the first of them was heard of (beside.ts). Missing if none is known, and in older memories. */
  took?: { pids: readonly number[]; since: Instant };
}

export interface WorkerState {
  pid: number;
  /** First and last time it was heard. */
  firstAt: Instant;
  lastAt: Instant;
  /** When it began, as its master told; null if no master did. */
  startedAt: Instant | null;
  /** The master that started it; null if no master said so. Older memories do not have it. */
  master?: Master | null;
  /** The youngest worker of the same host that has spoken of the same backends since; null while there is none. */
  heir: number | null;
  /** When it told last what a check found out, to the second, while it had not stopped. Missing if it did not, and in older memories. */
  checkedAt?: Instant;
  /** When the first of the heirs since its last word was first heard. Missing while there is none, and in older memories. */
  heirAt?: Instant;
  /** Nothing is open in it: its heir has outlived it, or its master told of its end. */
  over: boolean;
  /** It has told nothing but states from a state file, and what follows from them. Older memories do not have it. */
  tookOver?: boolean;
  /** When it said last that a proxy of its own has stopped, to the second. Missing if it did not, and in older memories. */
  stopAt?: Instant;
  /** Several of its proxies stopped in that breath: it stops as a whole, unless they were stopped by command. Missing otherwise, and in older memories. */
  stopsWhole?: true;
  /** It was first heard when it stopped. */
  heardAtStop?: true;
  /** It is taken for another one than the one with its pid that had stopped, and may be that one all the same. Missing otherwise, and in older memories. */
  again?: true;
  /** Those that had stopped before it began and are forgotten; a few. Missing if there are none, and in older memories. */
  bygone?: readonly Bygone[];
  /** What its master told of its end; null while it may live. */
  end: { at: Instant; how: OutageEnd } | null;
}

/** A worker that has stopped and is forgotten. */
export interface Bygone {
  pid: number;
  stopAt: Instant;
}

/** The workers of one host: a few, the one heard first in front. */
export type Workers = readonly WorkerState[];

const NO_WORKERS: Workers = [];

export interface Board {
  servers: Shelf<ServerState>;
  backends: Shelf<BackendState>;
  /** By host. */
  workers: Shelf<Workers>;
}

/** The board with some of its parts replaced. Written out, not spread, for the reason given in parsers/heard.ts. */
export function boardWith(
  board: Board,
  { servers = board.servers, backends = board.backends, workers = board.workers }: Partial<Board>,
): Board {
  return { servers, backends, workers };
}

export const EMPTY_BOARD: Board = { servers: Shelf.of(), backends: Shelf.of(), workers: Shelf.of() };

/** A worker starts with every server up and does not say so (src/server.c): a server never heard of is up. */
export const FRESH_SERVER: ServerState = {
  operational: 'up',
  maint: false,
  drain: false,
  planned: false,
  left: null,
  evidence: 'assumed',
};
export const FRESH_BACKEND: BackendState = {
  outage: null,
  out: { total: 0, unplanned: 0, last: [] },
  counts: null,
  stopped: false,
};

/** What an event changed. */
export interface Change {
  board: Board;
  /** The event, where it means more than it says (beginning.ts, uncounted.ts). */
  event?: HaproxyEvent;
  transition: Transition | null;
  /** Outages that opened, ended, or turned out to be no planned work, each with the servers of its backend that are out. */
  outages: readonly OutageChange[];
  /** The event is of a worker that has made room for another one, and says nothing of how things stand (past.ts). */
  isOfThePast?: true;
}

export const NO_OUTAGES: readonly OutageChange[] = [];

/** The change that an event without consequences makes. */
export const unchanged = (board: Board): Change => ({ board, transition: null, outages: NO_OUTAGES });

export interface OutageChange {
  outage: Outage;
  fall: Fall;
  /** It ended with its worker, and nobody took over: that is no recovery. */
  died?: boolean;
  /** It is over by now, but no line says since when: it may have been so since this instant. */
  mayBeOverSince?: Instant;
}

/** The displayed state (src/stats.c): MAINT wins over DOWN, DOWN over NOLB, NOLB over DRAIN, DRAIN over UP. */
export function shown(server: ServerState): Shown {
  if (server.maint) return 'maint';
  if (server.operational === 'down') return 'down';
  if (server.operational === 'stopping') return 'nolb';
  return server.drain ? 'drain' : 'up';
}

export const workerOf = (board: Board, { host, pid }: WorkerRef): WorkerState | undefined =>
  withPid(board.workers.get(host) ?? NO_WORKERS, pid);

/** Asked a dozen times for each event. */
export function withPid(workers: Workers, pid: number | null): WorkerState | undefined {
  for (let at = 0; at < workers.length; at++) if (workers[at]!.pid === pid) return workers[at];
  return undefined;
}

/** The other workers of its host. */
export function siblingsOf(board: Board, { host, pid }: WorkerRef): Workers {
  const all = board.workers.get(host) ?? NO_WORKERS;
  return all.length === 1 && all[0]!.pid === pid ? NO_WORKERS : all.filter((worker) => worker.pid !== pid);
}

/** The workers of its host that were heard of after it: the clock may have been set back since. */
export function youngerOf(board: Board, { host, pid }: WorkerRef): Workers {
  const all = board.workers.get(host) ?? NO_WORKERS;
  return all.slice(all.findIndex((one) => one.pid === pid) + 1);
}

/** What a worker has on a shelf whose keys begin with `workerKey`, if it is so. Looks at all of its host. */
export function ofWorker<V>(
  shelf: Shelf<V>,
  worker: WorkerRef,
  isSo: (value: V) => boolean = () => true,
): [string, V][] {
  const prefix = `${workerKey(worker)} `;
  return shelf.under(worker.host, (key, value) => key.startsWith(prefix) && isSo(value));
}

/**
 * The servers of a backend that are out, after one of them has changed from `before` to `after`. A server that was out already keeps its
 * place, unless it is out for another reason now: planned work that failed, or the reverse.
 */
export function outAfter(out: OutServers, server: string, before: ServerState, after: ServerState): OutServers {
  if (before.left === after.left) return out;
  const others = out.last.filter((name) => name !== server);
  return {
    total: out.total - isOut(before) + isOut(after),
    unplanned: out.unplanned - isOutUnplanned(before) + isOutUnplanned(after),
    last: after.left === null ? others : [...others, server].slice(-MOST_FALLEN),
  };
}

const isOut = ({ left }: ServerState): 0 | 1 => (left === null ? 0 : 1);
const isOutUnplanned = ({ left, planned }: ServerState): 0 | 1 => (left === null || planned ? 0 : 1);

/** How the backend named by its key fell: its servers that are out, as facts. */
export function fallOf(board: Board, backend: string): Pick<Fall, 'last' | 'total'> {
  const { out } = board.backends.get(backend) ?? FRESH_BACKEND;
  const last: Fallen[] = [];
  for (const server of out.last) {
    const known = board.servers.get(`${backend}/${server}`);
    if (!known?.left) continue;
    const { at, utcOffsetMin, cause } = known.left;
    last.push({ server, planned: known.planned, at, utcOffsetMin, cause });
  }
  return { last, total: out.total };
}
