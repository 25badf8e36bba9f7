/**
 * Tells the HAProxy services of one host apart. A service is known by its master (`haproxy -W`), which tells only of its own workers and
 * keeps its pid through every reload; a restart has a new one.
 */
import type { HaproxyEvent, Instant, WorkerRef } from '../parsers/index.js';
import { type Board, type Master, type WorkerState, type Workers, workerOf } from './board.js';
import type { Incident } from './incident.js';

/** How long an older worker must have been silent before its younger sibling's word counts as its end. */
export const SILENCE_MS = 60_000;

/** Several workers of one master (`nbproc`, until 2.4) begin together, and a worker tells at once what it begins with. */
export const TOGETHER_MS = 1_000;

/** The master with this pid, as the workers of its host that it started know it; the last one that had the pid. */
export function masterNamed(workers: Workers | undefined, pid: number | null): Master | null {
  return workers?.findLast(({ master }) => pid !== null && master?.pid === pid)?.master ?? null;
}

/**
 * The pid of the master that tells an event, or that started its worker. Null if no master told, or if the master has just begun: it may
 * have taken another one's place.
 */
export function masterOf(board: Board, event: WorkerRef & Pick<HaproxyEvent, 'master' | 'anew'>): number | null {
  return event.anew ? null : (event.master ?? workerOf(board, event)?.master?.pid ?? null);
}

/** How many masters before a service's own are remembered. */
const TOOK_MAX = 8;

/**
 * Whether a master runs beside another one that was heard of at `at`: it, or the one whose place it took, was there before that, so it has not taken the
 * other's place.
 */
const isBeside = ({ pid, since, took }: Master, other: number, at: Instant): boolean =>
  pid !== other && took?.pids.includes(other) !== true && (took?.since ?? since) < at;

/**
 * The place that a master takes which begins at `at`: that of the only one whose workers have all ended, the last one within the minute before, and that none
 * has taken yet. Undefined where there is none, or are several: then it may have taken anyone's place.
 */
export function placeTaken(workers: Workers, pid: number, at: Instant): Master['took'] {
  const endedLately = ({ end }: WorkerState) =>
    end !== null && end.how !== 'process_replaced' && at - end.at <= SILENCE_MS;
  if (!workers.some(endedLately)) return undefined; // as a rule
  const masters = new Map(workers.flatMap(({ master }) => (master ? [[master.pid, master] as const] : [])));
  const taken = new Set([pid, ...[...masters.values()].flatMap(({ took }) => took?.pids ?? [])]);
  const alive = new Set(workers.filter(({ over }) => !over).map(({ master }) => master?.pid));
  const gone = new Set(workers.filter(endedLately).map(({ master }) => master?.pid));
  const ended = [...masters.values()].filter((one) => gone.has(one.pid) && !alive.has(one.pid) && !taken.has(one.pid));
  const [before] = ended;
  if (before === undefined || ended.length > 1) return undefined;
  const { pids, since } = before.took ?? { pids: [], since: before.since };
  return { pids: [...pids, before.pid].slice(-TOOK_MAX), since };
}

/**
 * Whether a worker is of another service than one that began before it. A worker that makes room falls silent at once, and a killed one did not make room.
 * What still told of checks after the other master had a worker, and was not told to stop, did not make room for it either.
 */
export function isOfAnother({ master }: WorkerState, older: WorkerState): boolean {
  if (!master || !older.master) return false;
  const { firstAt, lastAt, checkedAt = firstAt, end } = older;
  const isKilled = end?.how === 'process_killed' && isBeside(master, older.master.pid, end.at);
  const served = Math.max(firstAt, lastAt - SILENCE_MS, checkedAt - TOGETHER_MS);
  return isKilled || isBeside(master, older.master.pid, served);
}

/** Whether two workers are known to have two masters: then the younger one is not there by a reload, in which the older one tells of its end itself. */
export const isOfOtherMaster = ({ master }: WorkerState, older: WorkerState): boolean =>
  !!master && !!older.master && master.pid !== older.master.pid;

/** The masters of an incident whose trouble goes on when another master says that all is well with it, or that a worker of its own serves. */
export function besides({ masters = [], openedAt }: Incident, speaker: Master | null): readonly number[] {
  return speaker === null ? [] : masters.filter((pid) => isBeside(speaker, pid, openedAt));
}
