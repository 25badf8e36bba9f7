/**
 * Which workers there are, and which are gone. Those of a host stand in the order in which they were first heard of; who is whose heir
 * follows from that (kin.ts).
 */
import {
  backendKey,
  backendOf,
  type HaproxyEvent,
  type Instant,
  type Shelf,
  type WorkerRef,
} from '../parsers/index.js';
import { masterNamed } from './beside.js';
import {
  type Board,
  boardWith,
  FRESH_BACKEND,
  type Master,
  ofWorker,
  siblingsOf,
  type WorkerState,
  workerOf,
} from './board.js';
import { isOfBygone, withBygone } from './bygone.js';
import { type Ending, NOTHING_ENDED } from './incident.js';
import { isReplaced, noteKin } from './kin.js';
import { hasOnlyTakenOver, isFromFile } from './sources.js';
import { isOutlived, stopAfter, withStop } from './stops.js';

/** How late the last lines of a worker that has ended may come: no later than a copy. */
const LAST_WORDS_MS = 60_000;

/** How far `lastAt` may lag behind: a worker that speaks a thousand times a second need not be noted as often. */
const NOTED_AFTER_MS = 1_000;

/** A stamp that lies this far back is not just late: the host's clock was set back (see clocks.ts). */
const SET_BACK_MS = 60_000;

/**
 * How long a worker must be silent to be gone: without an heir, with one, and with one and after its own stop. What the last says of a backend that it has
 * stopped is another worker's by then in any case (`isAnother`), but not if a master told of it.
 */
const HOUR_MS = 3_600_000;
const ALONE_GONE_AFTER_MS = 7 * 24 * HOUR_MS;
const GONE_AFTER_MS = HOUR_MS;
const STOPPED_GONE_AFTER_MS = 300_000;

/** How late a line may come that a process wrote before its proxies stopped. */
const LATE_WORDS_MS = 1_000;

/** A fork told this long after the worker's first word is of another worker with the same pid; before that, those words may have overtaken it. */
const SAME_PID_AGAIN_MS = 10_000;

/** A fork told this long after the last one of the same pid is another one: no master forks a worker whose number is taken. */
const FORKED_AGAIN_MS = 1_000;

/** The workers of the event's host that ended with it, as ends of what they were in; and whether they died and left none in their place. */
export function endedWorkers(before: Board, after: Board, event: HaproxyEvent): Ending {
  if (before.workers === after.workers) return NOTHING_ENDED;
  const { host, at } = event;
  const now = after.workers.get(host) ?? [];
  const byPid = new Map(now.map((worker) => [worker.pid, worker]));
  const isOver = (worker: WorkerState) => {
    const same = byPid.get(worker.pid);
    return same === undefined || same.over || (worker.pid === event.pid && isAnother(before, worker, event));
  };
  const ended = (before.workers.get(host) ?? []).filter((worker) => !worker.over && isOver(worker));
  const died = now.some(({ end }) => end !== null && end.at === at && end.how !== 'process_replaced');
  const ends = ended.map(({ pid }) => ({ pid, at, evidence: 'assumed' as const }));
  return { ...NOTHING_ENDED, ends, died };
}

/** The backend that the event's worker no longer serves, by its own word: what it was in there has ended, once another worker has come. */
export function stoppedBackend(board: Board, event: HaproxyEvent): Ending {
  const { says, pid, at } = event;
  if (says.kind !== 'proxy.stopped') return NOTHING_ENDED;
  const { stopped, out } = board.backends.get(backendKey(event, says.proxy)) ?? { ...FRESH_BACKEND, stopped: true };
  // If the backend is still served, that is by the next process of this pid, and the word came late.
  if (!stopped) return NOTHING_ENDED;
  const servers = out.total === out.last.length ? out.last : null;
  const died = !isReplaced(board, event);
  return { ends: [{ pid, at, evidence: 'assumed' }], died, belated: false, backend: says.proxy, servers };
}

/** The event's worker, if its master tells that it was replaced: had it ended before with none in its place, as it seemed, one serves now. */
export function replacedWorker({ says, pid, at }: HaproxyEvent): Ending {
  if (says.kind !== 'worker.ended' || !says.former) return NOTHING_ENDED;
  return { ...NOTHING_ENDED, ends: [{ pid, at, evidence: 'assumed' }], belated: true };
}

/** How long after its beginning a worker may well tell of what came with its configuration. */
const JUST_BEGUN_MS = 60_000;

/** When the worker of an event began, as its master told, or as the worker before it ended; null unless that was shortly before. */
export function beganShortlyBefore(board: Board, event: HaproxyEvent): Instant | null {
  const began = workerOf(board, event)?.startedAt ?? endBefore(board, event);
  return began <= event.at && event.at - began <= JUST_BEGUN_MS ? began : null;
}

/** When the last of the workers whose heir it is ended, as their master told; before all time if none did. */
function endBefore(board: Board, { host, pid }: WorkerRef): Instant {
  const ends = (board.workers.get(host) ?? []).filter(({ heir, end }) => end !== null && heir === pid);
  return Math.max(...ends.map(({ end }) => end!.at));
}

/** Whether the event is of a worker that was never heard before: a new pid, or an old one that was given again. */
export function isNewWorker(board: Board, event: HaproxyEvent): boolean {
  const { kind } = event.says;
  if (kind === 'proxy.stopped' || kind === 'worker.ended') return false; // an end begins nothing
  if (kind === 'worker.loading' || kind === 'worker.failed') return false; // it does not serve
  const known = workerOf(board, event);
  return known === undefined ? !isOfBygone(board, event) : isAnother(board, known, event);
}

/** Whether the pid is another worker's by now. What a worker said before its end may arrive after the word of its end. */
export function isAnother(board: Board, known: WorkerState, event: HaproxyEvent): boolean {
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

/**
 * Notes that a worker was heard, and about which backend. Forgets the workers that are long gone from its host.
 * @param again see `WorkerState.again`
 */
export function noteWorker(before: Board, event: HaproxyEvent, again: boolean): Board {
  const board = forgetGone(before, event);
  const known = workerOf(board, event);
  if (known === undefined && !isNewWorker(board, event) && event.says.kind !== 'proxy.stopped') return board;
  const heard = known === undefined ? newcomer(board, event, again) : heardAgain(board, known, event);
  const worker = withBygone(before, board, event.host, heard);
  return noteKin(worker === known ? board : put(board, event.host, worker), event);
}

function newcomer(board: Board, event: HaproxyEvent, again: boolean): WorkerState {
  const { pid, at } = event;
  const startedAt = startOf(event);
  const master = masterAfter(board, event);
  const tookOver = isFromFile(event);
  const worker = { pid, firstAt: at, lastAt: at, startedAt, master, heir: null, over: false, tookOver, end: null };
  return withStop(again ? { ...worker, again } : worker, stopAfter(null, event));
}

/** A worker after one more event; the same object if that says nothing new about it. */
function heardAgain(board: Board, known: WorkerState, event: HaproxyEvent): WorkerState {
  const { at, says } = event;
  const later = at - known.lastAt;
  const tookOver = hasOnlyTakenOver(known, event);
  const stop = stopAfter(known, event);
  const isAsKnown = startOf(event) === null && tookOver === (known.tookOver ?? false) && stop === known;
  if (later < NOTED_AFTER_MS && later > -SET_BACK_MS && isAsKnown) return known;
  const { pid, heir, end } = known;
  const firstAt = Math.min(known.firstAt, at);
  const lastAt = says.kind === 'worker.ended' ? known.lastAt : at; // that is its master's word
  const startedAt = startOf(event) ?? known.startedAt;
  const master = masterAfter(board, event) ?? known.master ?? null;
  const { again, bygone } = known;
  const heard = { pid, firstAt, lastAt, startedAt, master, heir, over: false, tookOver, end };
  return withStop({ ...heard, ...(again && { again }), ...(bygone && { bygone }) }, stop);
}

const startOf = ({ says, at }: HaproxyEvent): Instant | null => (says.kind === 'worker.started' ? at : null);

/** The master that tells that the worker serves, as it is known by now; null if the event is no such word. */
function masterAfter(board: Board, { host, at, says, master, anew }: HaproxyEvent): Master | null {
  if (says.kind !== 'worker.started' || typeof master !== 'number') return null;
  const known = anew === true ? null : masterNamed(board.workers.get(host), master);
  return known ?? { pid: master, since: at };
}

function forgetGone(board: Board, event: HaproxyEvent): Board {
  const siblings = siblingsOf(board, event);
  if (siblings.length === 0) return board;
  const newcomer = isNewWorker(board, event);
  return siblings
    .filter((worker) => {
      if (worker.heardAtStop) return event.at - worker.stopAt! > LAST_WORDS_MS;
      if (worker.end !== null) return event.at - worker.end.at > LAST_WORDS_MS;
      return (
        newcomer &&
        event.at - worker.lastAt > goneAfterMs(worker) &&
        !hasOutage(board, { host: event.host, pid: worker.pid })
      );
    })
    .reduce((rest, { pid }) => forgetWorker(rest, { host: event.host, pid }), board);
}

function goneAfterMs({ heir, stopAt, startedAt }: WorkerState): number {
  if (heir === null) return ALONE_GONE_AFTER_MS;
  return stopAt !== undefined && startedAt === null ? STOPPED_GONE_AFTER_MS : GONE_AFTER_MS;
}

/** The board with the worker in its place, or behind the others of its host. */
export function put(board: Board, host: string, worker: WorkerState): Board {
  const known = board.workers.get(host) ?? [];
  const isThere = known.some(({ pid }) => pid === worker.pid);
  const workers = isThere ? known.map((one) => (one.pid === worker.pid ? worker : one)) : [...known, worker];
  return boardWith(board, { workers: board.workers.with(host, workers) });
}

/** The board without the worker, its servers and its backends. */
export function forgetWorker(board: Board, worker: WorkerRef): Board {
  const others = siblingsOf(board, worker);
  return {
    servers: withoutWorker(board.servers, worker),
    backends: withoutWorker(board.backends, worker),
    workers: others.length === 0 ? board.workers.without(worker.host) : board.workers.with(worker.host, others),
  };
}

function withoutWorker<V>(shelf: Shelf<V>, worker: WorkerRef): Shelf<V> {
  return ofWorker(shelf, worker).reduce((rest, [key]) => rest.without(key), shelf);
}

function hasOutage(board: Board, worker: WorkerRef): boolean {
  return ofWorker(board.backends, worker, ({ outage }) => outage !== null).length > 0;
}
