/**
 * Which workers there are, and which are gone. Those of a host stand in the order in which they were first heard of; who is whose heir
 * follows from that (kin.ts).
 */
import { backendKey, type HaproxyEvent, type Instant, type Shelf, type WorkerRef } from '../parsers/index.js';
import { isOfAnother, masterNamed, placeTaken } from './beside.js';
import {
  type Board,
  boardWith,
  FRESH_BACKEND,
  type Master,
  ofWorker,
  siblingsOf,
  type WorkerState,
  type Workers,
  withPid,
  workerOf,
} from './board.js';
import { withBygone } from './bygone.js';
import { type Ending, NOTHING_ENDED } from './incident.js';
import { isReplaced, noteKin } from './kin.js';
import { hasOnlyTakenOver, isFoundByCheck, isFromFile } from './sources.js';
import { isNewWorker, LAST_WORDS_MS, type Speaker } from './speaker.js';
import { stopAfter, withStop } from './stops.js';

/** How far `lastAt` may lag behind: a worker that speaks a thousand times a second need not be noted as often. */
const NOTED_AFTER_MS = 1_000;

/** A stamp that lies this far back is not just late: the host's clock was set back (see clocks.ts). */
const SET_BACK_MS = 60_000;

/**
 * How long a worker must be silent to be gone: without an heir, with one, and with one and after its own stop. What the last says of a backend that it has
 * stopped is another worker's by then in any case (speaker.ts), but not if a master told of it.
 */
const HOUR_MS = 3_600_000;
const ALONE_GONE_AFTER_MS = 7 * 24 * HOUR_MS;
const GONE_AFTER_MS = HOUR_MS;
const STOPPED_GONE_AFTER_MS = 300_000;

/**
 * The workers of the event's host that ended with it, as ends of what they were in; and whether they died and left none in their place.
 * @param speaker whose pid the event bore before it
 */
export function endedWorkers(before: Board, after: Board, event: HaproxyEvent, speaker: Speaker): Ending {
  if (before.workers === after.workers) return NOTHING_ENDED;
  const { host, at } = event;
  const now = after.workers.get(host) ?? [];
  // They keep their order, so that only one that is gone has to be looked for: there may be hundreds.
  let next = 0;
  const ended = (before.workers.get(host) ?? []).filter((worker) => {
    const same = now[next]?.pid === worker.pid ? now[next++] : withPid(now, worker.pid);
    if (worker.over) return false;
    return (same?.over ?? true) || (worker.pid === event.pid && speaker === 'another');
  });
  if (ended.length === 0) return NOTHING_ENDED;
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
export function beganShortlyBefore(board: Board, { host, pid, at }: HaproxyEvent): Instant | null {
  const workers = board.workers.get(host) ?? [];
  const began = withPid(workers, pid)?.startedAt ?? endBefore(workers, pid);
  return began <= at && at - began <= JUST_BEGUN_MS ? began : null;
}

/** When the last of the workers whose heir it is ended, as their master told; before all time if none did. */
function endBefore(workers: Workers, pid: number): Instant {
  return workers.reduce(
    (last, { heir, end }) => (end !== null && heir === pid ? Math.max(last, end.at) : last),
    Number.NEGATIVE_INFINITY,
  );
}

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
  const worker: WorkerState = {
    pid,
    firstAt: at,
    lastAt: at,
    startedAt,
    master,
    heir: null,
    over: false,
    tookOver,
    end: null,
  };
  if (isFoundByCheck(event)) worker.checkedAt = at;
  if (again) worker.again = again;
  return withStop(worker, stopAfter(null, event));
}

/** A worker after one more event; the same object if that says nothing new about it. */
function heardAgain(board: Board, known: WorkerState, event: HaproxyEvent): WorkerState {
  const { at, says } = event;
  const later = at - known.lastAt;
  const tookOver = hasOnlyTakenOver(known, event);
  const stop = stopAfter(known, event);
  const heirAt = heirSince(known, event);
  const checkedAt = checkedLast(known, event);
  const isAsKnown =
    startOf(event) === null &&
    tookOver === (known.tookOver ?? false) &&
    stop === known &&
    heirAt === known.heirAt &&
    checkedAt === known.checkedAt;
  if (later < NOTED_AFTER_MS && later > -SET_BACK_MS && isAsKnown) return known;
  const { pid, end } = known;
  const firstAt = Math.min(known.firstAt, at);
  const lastAt = says.kind === 'worker.ended' ? known.lastAt : at; // that is its master's word
  const startedAt = startOf(event) ?? known.startedAt;
  const master = masterAfter(board, event) ?? known.master ?? null;
  const { again, bygone } = known;
  const heir = heirAfter(board, event.host, known, checkedAt);
  const heard: WorkerState = { pid, firstAt, lastAt, startedAt, master, heir, over: false, tookOver, end };
  if (heirAt !== undefined && heir !== null) heard.heirAt = heirAt;
  if (checkedAt !== undefined) heard.checkedAt = checkedAt;
  if (again) heard.again = again;
  if (bygone) heard.bygone = bygone;
  return withStop(heard, stop);
}

/** When its heirs began to be: one that it has outlived counts no more. What its master tells is no word of its own. */
function heirSince({ heirAt }: WorkerState, { at, says }: HaproxyEvent): Instant | undefined {
  return heirAt !== undefined && at > heirAt && says.kind !== 'worker.ended' ? undefined : heirAt;
}

/** Its heir, unless what a check has found out since shows that this one is another service's. */
function heirAfter(board: Board, host: string, known: WorkerState, checkedAt: Instant | undefined): number | null {
  const { heir } = known;
  if (heir === null || checkedAt === undefined || checkedAt === known.checkedAt) return heir;
  const young = withPid(board.workers.get(host) ?? [], heir);
  return young !== undefined && isOfAnother(young, { ...known, checkedAt }) ? null : heir;
}

/** When it told last what a check found out; but no check begins in a worker that has stopped. */
function checkedLast({ checkedAt, stopAt }: WorkerState, event: HaproxyEvent): Instant | undefined {
  if (stopAt !== undefined || !isFoundByCheck(event)) return checkedAt;
  return checkedAt !== undefined && event.at - checkedAt < NOTED_AFTER_MS ? checkedAt : event.at;
}

const startOf = ({ says, at }: HaproxyEvent): Instant | null => (says.kind === 'worker.started' ? at : null);

/** The master that tells that the worker serves, as it is known by now; null if the event is no such word. */
function masterAfter(board: Board, { host, at, says, master, anew }: HaproxyEvent): Master | null {
  if (says.kind !== 'worker.started' || typeof master !== 'number') return null;
  const workers = board.workers.get(host) ?? [];
  const known = anew === true ? null : masterNamed(workers, master);
  if (known !== null) return known;
  const took = placeTaken(workers, master, at);
  return { pid: master, since: at, ...(took && { took }) };
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
  const at = known.findIndex(({ pid }) => pid === worker.pid);
  const workers = at < 0 ? [...known, worker] : known.with(at, worker);
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
