/**
 * Tells the HAProxy services of one host apart. A service is known by its master (`haproxy -W`), which tells only of its own workers and
 * keeps its pid through every reload; a restart has a new one.
 */
import type { HaproxyEvent, Instant, WorkerRef } from '../parsers/index.js';
import { type Board, type Master, type WorkerState, type Workers, workerOf } from './board.js';
import type { Incident } from './incident.js';

/** How long an older worker must have been silent before its younger sibling's word counts as its end. */
export const SILENCE_MS = 60_000;

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

/** Whether a master runs beside another one that was heard of at `at`: it was there before that, so it has not taken the other's place. */
const isBeside = ({ pid, since }: Master, other: number, at: Instant): boolean => pid !== other && since < at;

/** Whether a worker is of another service than one that began before it. A worker that makes room falls silent at once, and a killed one did not make room. */
export function isOfAnother({ master }: WorkerState, older: WorkerState): boolean {
  if (!master || !older.master) return false;
  const { firstAt, lastAt, end } = older;
  const isKilled = end?.how === 'process_killed' && isBeside(master, older.master.pid, end.at);
  return isKilled || isBeside(master, older.master.pid, Math.max(firstAt, lastAt - SILENCE_MS));
}

/** Whether two workers are known to have two masters: then the younger one is not there by a reload, in which the older one tells of its end itself. */
export const isOfOtherMaster = ({ master }: WorkerState, older: WorkerState): boolean =>
  !!master && !!older.master && master.pid !== older.master.pid;

/** The masters of an incident whose trouble goes on when another master says that all is well with it, or that a worker of its own serves. */
export function besides({ masters = [], openedAt }: Incident, speaker: Master | null): readonly number[] {
  return speaker === null ? [] : masters.filter((pid) => isBeside(speaker, pid, openedAt));
}
