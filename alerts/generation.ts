/**
 * Workers come and go: a reload or a restart starts a new one with every server up, silently, and what was open in the
 * old one ends with it. Who tells of the end differs: the master ("Former worker (P) exited"), the worker itself
 * ("Proxy X stopped"), or nobody but the younger worker that speaks instead.
 */
import { backendKey, type HaproxyEvent, type Instant, type WorkerRef, workerKey } from '../parsers/index.js';
import { goneWithTheirMaster } from './anew.js';
import { isOfAnother, isOfOtherMaster, SILENCE_MS, TOGETHER_MS } from './beside.js';
import {
  type BackendState,
  type Board,
  boardWith,
  type Change,
  type OutageChange,
  ofWorker,
  siblingsOf,
  unchanged,
  type WorkerState,
  type Workers,
  workerOf,
  youngerOf,
} from './board.js';
import { NO_FALL } from './incident.js';
import { beganTogether, isReplaced } from './kin.js';
import { ended } from './outage.js';
import { madeRoomFor } from './past.js';
import { isFoundByCheck } from './sources.js';
import type { Speaker } from './speaker.js';
import type { OutageEnd } from './state.js';
import { atLatest, hasMadeRoomFor, hasStoppedAsWhole } from './stops.js';
import { forgetWorker, put } from './workers.js';

/** Forgets the earlier worker if the pid is another one's by now: what it left open has ended with it. */
export function renewWorker(board: Board, event: HaproxyEvent, speaker: Speaker): Change {
  if (speaker !== 'another') return unchanged(board);
  const change = endOutages(board, event, event.at, 'process_replaced');
  return { ...change, board: forgetWorker(change.board, event) };
}

/** Takes in that a worker, or one of its proxies, stopped: by its own word or its master's. */
export function endWorker(board: Board, event: HaproxyEvent): Change {
  const { says, at } = event;
  if (says.kind === 'proxy.stopped') {
    const how = isReplaced(board, event) ? 'process_replaced' : 'process_stopped';
    // Had another worker taken its place, its master would have told so: wished or not, nobody serves.
    const died = how === 'process_stopped' && (workerOf(board, event)?.startedAt ?? null) !== null;
    const key = backendKey(event, says.proxy);
    const open = board.backends.get(key)?.outage ?? null;
    // The stop is told late, and the next process of this pid has spoken of the backend by then.
    if (open !== null && open.start > atLatest(at)) return unchanged(board);
    const change = stopped(endEach(board, [key], at, how), key, { at, cutShort: died ? open : null });
    return { ...change, outages: change.outages.map((one) => ({ ...one, died })) };
  }
  if (says.kind !== 'worker.ended' && says.kind !== 'worker.failed') return unchanged(board);
  const self = workerOf(board, event);
  // A worker that never served stands on no board, unless the line that told that it had loaded was lost.
  if (self?.end || (says.kind === 'worker.failed' && self === undefined)) return unchanged(board);
  const how = says.kind === 'worker.failed' || says.former ? 'process_replaced' : endByCode(says.code);
  const change = endOutages(board, event, at, how);
  const known = self ?? { pid: event.pid, firstAt: at, lastAt: at, startedAt: null, heir: null };
  const outages = change.outages.map((one) => ({ ...one, died: how !== 'process_replaced' }));
  return { ...change, board: put(change.board, event.host, { ...known, over: true, end: { at, how } }), outages };
}

/** Takes in a worker's last words when they come after the word of its end: what they open has ended with it. */
export function lastWords(before: Board, change: Change, event: HaproxyEvent): Change {
  const self = workerOf(change.board, event);
  if (!self?.end) return change;
  const { says } = event;
  const counts =
    says.kind === 'backend.exhausted' ? before.backends.get(backendKey(event, says.backend))?.counts : null;
  // That outage began with the fall of the last server, and has ended already.
  if (counts && counts.active + counts.backup === 0) return unchanged(before);
  const { at, how } = self.end;
  const died = how !== 'process_replaced' && !isTakenOver(change.board, event);
  const told = change.outages.map(({ outage }) => backendKey(event, outage.backend));
  const late = endEach(change.board, told, at, how);
  return {
    ...change,
    board: late.board,
    outages: [...change.outages, ...late.outages.map((one) => ({ ...one, died }))],
  };
}

/**
 * Whether a younger worker of its service serves: after how many others, and whichever of them spoke of the same backends. It may serve already when the
 * end of this one is told, because a master's words may come late.
 */
export function isTakenOver(board: Board, worker: WorkerRef): boolean {
  const self = workerOf(board, worker);
  if (self === undefined) return false;
  const { host } = worker;
  const siblings = siblingsOf(board, worker);
  const younger = youngerOf(board, worker);
  const isKin = (one: WorkerState) =>
    younger.includes(one) ? areKin(board, host, self, one) : areKin(board, host, one, self);
  const mayServe = (one: WorkerState) =>
    !one.end && !one.heardAtStop && !beganTogether(one, self) && isKin(one) !== false;
  return younger.filter(mayServe).some(({ pid }) => {
    // Who is the heir of others has spoken, and may have stopped since.
    const others = siblings.filter(({ heir }) => heir === pid);
    return others.length === 0 || (others.every(isKin) && backendsOf(board, { host, pid }, SERVED).length > 0);
  });
}

/** Whether two workers are of one service: by their masters, if these tell of both (beside.ts), or by the backends that they spoke of; null if nobody knows. */
function areKin(board: Board, host: string, old: WorkerState, young: WorkerState): boolean | null {
  if (old.master && young.master) return !isOfAnother(young, old);
  const [own, others] = [old, young].map(({ pid }) => backendsOf(board, { host, pid }));
  return own!.length > 0 && others!.length > 0 ? own!.some((backend) => others!.includes(backend)) : null;
}

const SERVED = ({ stopped }: BackendState): boolean => !stopped;

/** The names of the backends that a worker spoke of, if they are so. */
function backendsOf(board: Board, worker: WorkerRef, isSo?: (state: BackendState) => boolean): string[] {
  const from = workerKey(worker).length + 1;
  return ofWorker(board.backends, worker, isSo).map(([key]) => key.slice(from));
}

/**
 * Ends what is open in the older workers that had stopped as a whole when the one that speaks now began (stops.ts), and in those whose heir speaks now, if one
 * of three holds: they have been silent for a minute since their first heir was first heard; a master started the heir after them, a second ago, or it is another
 * master and a check has found something out; or they told nothing but the states of a state file, as the process that forks the serving one does until 1.7
 * (tried with 1.6.3). Likewise, after a minute, in those in whose place their master started the one that speaks now, whatever it speaks of.
 */
export function supersede(board: Board, event: HaproxyEvent): Change {
  const siblings = siblingsOf(board, event);
  const self = siblings.length === 0 ? undefined : workerOf(board, event);
  if (!self) return unchanged(board);
  const { startedAt } = self;
  const older = siblings.filter(
    (one) =>
      !one.over && (one.heir === event.pid || hasMadeRoomFor(board, one, event) || wasStartedInPlaceOf(self, one)),
  );
  const isReplacedNow = (worker: WorkerState) => {
    if (hasMadeRoomFor(board, worker, event)) return true;
    const isSuccessor =
      worker.heir === event.pid &&
      startedAt !== null &&
      startedAt - worker.firstAt > TOGETHER_MS &&
      (event.at - startedAt > TOGETHER_MS || (isOfOtherMaster(self, worker) && isFoundByCheck(event)));
    return isSuccessor || event.at - silentSince(worker, self) > SILENCE_MS;
  };
  // (No master tells of a parent.)
  const isParent = (worker: WorkerState) =>
    worker.startedAt === null &&
    worker.tookOver === true &&
    self.tookOver !== true &&
    event.at - worker.lastAt > TOGETHER_MS;
  const past = replaced(board, event.host, older.filter(isReplacedNow), self.firstAt);
  const parents = older.filter((worker) => !isReplacedNow(worker) && isParent(worker));
  // The serving one began in what its parent has read.
  const read = replaced(past.board, event.host, parents, event.at);
  return { ...read, outages: [...past.outages, ...read.outages] };
}

/** Since when a worker has been silent beside its heirs, whichever of them speaks: reloads may come one after another, each within a minute. */
const silentSince = (worker: WorkerState, heir: WorkerState): Instant =>
  Math.max(worker.lastAt, worker.heirAt ?? heir.firstAt);

/** Whether the younger worker's master started it by a reload, in which it told the older one to stop. */
const wasStartedInPlaceOf = (young: WorkerState, { master, startedAt }: WorkerState): boolean =>
  !!master &&
  master.pid === young.master?.pid &&
  master.since === young.master.since &&
  young.startedAt !== null &&
  startedAt !== null &&
  young.startedAt - startedAt > TOGETHER_MS;

/** Takes in a word about a reload: by what a container's new master tells, the workers of the one before have ended, and what was open in them. */
export function endWithMaster(board: Board, event: HaproxyEvent): Change {
  const { gone, since } = goneWithTheirMaster(board, event);
  return replaced(board, event.host, gone, since);
}

/** Ends what is open in workers of which nobody told that they ended. */
export function replaced(before: Board, host: string, workers: Workers, at: Instant): Change {
  if (workers.length === 0) return unchanged(before);
  const outages: OutageChange[] = [];
  let board = before;
  for (const worker of workers) {
    const endAt = hasStoppedAsWhole(worker) ? worker.stopAt! : at;
    const change = endOutages(board, { host, pid: worker.pid }, endAt, 'process_replaced');
    board = put(change.board, host, { ...worker, over: true });
    for (const one of change.outages) outages.push({ ...one, outage: { ...one.outage, evidence: 'assumed' } });
  }
  return { board, transition: null, outages };
}

/**
 * Ends what was found out after their stop by workers that made room for the one of which the master tells now: the check was under way, and the master's
 * word comes late.
 */
export function makeRoom(before: Board, event: HaproxyEvent): Change {
  const self = event.says.kind === 'worker.started' ? workerOf(before, event) : undefined;
  if (!self) return unchanged(before);
  const since = siblingsOf(before, event).flatMap((worker) => {
    if (!madeRoomFor(self, worker)) return [];
    const isSinceItsStop = ({ outage, stop }: BackendState) =>
      outage !== null && (stop !== undefined || outage.start >= worker.stopAt!);
    return ofWorker(before.backends, { host: event.host, pid: worker.pid }, isSinceItsStop);
  });
  return endEach(before, keysOf(since), event.at, 'process_replaced');
}

/** Ends every outage that is open in a worker. */
function endOutages(board: Board, worker: WorkerRef, at: Instant, how: OutageEnd): Change {
  return endEach(board, keysOf(ofWorker(board.backends, worker)), at, how);
}

const keysOf = (entries: readonly [string, unknown][]): string[] => entries.map(([key]) => key);

/** Ends the open outages of these backends, each named by its key. */
function endEach(board: Board, keys: readonly string[], at: Instant, how: OutageEnd): Change {
  const outages: OutageChange[] = [];
  let { backends } = board;
  for (const key of keys) {
    const state = backends.get(key);
    if (!state?.outage) continue;
    outages.push({ outage: ended(state.outage, at, how), fall: NO_FALL });
    backends = backends.with(key, { ...state, outage: null });
  }
  return { board: boardWith(board, { backends }), transition: null, outages };
}

/** Notes that its worker no longer serves the backend. */
function stopped(change: Change, key: string, stop: NonNullable<BackendState['stop']>): Change {
  const { backends } = change.board;
  const state = backends.get(key);
  if (state === undefined || state.stopped) return change;
  const now = { ...state, stopped: true, stop };
  return { ...change, board: boardWith(change.board, { backends: backends.with(key, now) }) };
}

/** Exit status as the master tells it: 128 + signal. A worker that ends with 0, or by SIGTERM (143) or SIGINT (130), ends by somebody's wish. */
const isWished = (code: number) => code === 0 || code === 130 || code === 143;

/** Whether a worker that ended with this code was meant to go on. */
export const endedUnwished = (code: number): boolean => !isWished(code);

function endByCode(code: number): OutageEnd {
  return code < 128 || isWished(code) ? 'process_stopped' : 'process_killed';
}
