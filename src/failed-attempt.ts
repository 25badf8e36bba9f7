/** What becomes of a letter that was not accepted for now, and of what waits behind it. */
import { afterFailure, backoffMs, digestOf, groupBy, lettersOf } from '../alerts/index.js';
import type { Instant } from '../parsers/index.js';
import type { Lane } from './lanes.js';
import type { OutboxRow, Store } from './store/store.js';

export interface FailureDeps {
  store: Pick<Store, 'hold' | 'postpone' | 'close'>;
  /** In [0, 1). */
  random: () => number;
}

/** The attempt: why nothing was accepted, when, how long the receiver wants to be left alone at the least, and its fallback. */
export interface Failure {
  reason: string;
  now: Instant;
  afterMs: number | undefined;
  fallback: string | null;
}

export interface PutOff {
  /** When the first of them is tried again; null if none is. */
  dueAt: Instant | null;
  /** Those that were given up. */
  worn: OutboxRow[];
}

/**
 * Puts off the rows of a letter, and gives up those that were tried often enough. What was tried before its own time, for the sake of
 * something newer, is due when it would have been: it would be given up too soon otherwise.
 */
export async function putOff(deps: FailureDeps, letter: Lane[number], failure: Failure): Promise<PutOff> {
  const { store } = deps;
  const { reason, now, fallback } = failure;
  const threads = letter.threads.map(({ rows }) => rows);
  const early = threads.filter((rows) => !isOnTime(rows, now));
  if (early.length > 0) await store.hold(seqsOf(early.flat()), now);
  const own = await again(deps, threads.filter((rows) => isOnTime(rows, now)).flat(), failure);
  if (own.worn.length > 0) await store.close(seqsOf(own.worn), 'expired', now, reason, fallback);
  const times = [own.dueAt, ...early.map((rows) => rows[0]!.dueAt)].filter((at) => at !== null);
  return { dueAt: times.length === 0 ? null : Math.min(...times), worn: own.worn };
}

/**
 * Puts off what waits behind a letter that was not accepted: each has had an attempt too. Returns the letters that go all the same, and
 * what was given up.
 */
export async function putOffBehind(
  deps: FailureDeps,
  letter: Lane[number],
  failure: Failure,
  takesDigests: boolean,
): Promise<{ ahead: Lane; worn: OutboxRow[] }> {
  const { now, afterMs, reason, fallback } = failure;
  const paused = { ahead: [], waits: letter.behind };
  const { ahead, waits } = afterMs === undefined ? afterFailure(letter.behind) : paused;
  const onTime = waits.filter((rows) => isOnTime(rows, now));
  const worn: OutboxRow[] = [];
  for (const alike of groupBy(onTime, (rows) => rows[0]!.attempts).values())
    worn.push(...(await again(deps, alike.flat(), failure)).worn);
  if (worn.length > 0) await deps.store.close(seqsOf(worn), 'expired', now, reason, fallback);
  const letters = lettersOf(ahead.flat(), takesDigests);
  return { ahead: takesDigests ? digestOf(letters) : letters, worn };
}

/** Counts an attempt for each, and puts off all of them as long as the one that was tried most; returns those that have none left. */
async function again({ store, random }: FailureDeps, rows: OutboxRow[], failure: Failure): Promise<PutOff> {
  const waits = rows.map((row) => ({ row, ms: backoffMs(row.attempts + 1, random()) }));
  const worn = waits.filter(({ ms }) => ms === undefined).map(({ row }) => row);
  const others = waits.filter(({ ms }) => ms !== undefined);
  if (others.length === 0) return { dueAt: null, worn };
  const dueAt = failure.now + Math.max(...others.map(({ ms }) => ms!), failure.afterMs ?? 0);
  await store.postpone(seqsOf(others.map(({ row }) => row)), dueAt, failure.reason);
  return { dueAt, worn };
}

/** The first of an incident's rows says when they are due. */
const isOnTime = (rows: readonly OutboxRow[], now: Instant) => rows[0]!.dueAt <= now;
const seqsOf = (rows: readonly OutboxRow[]) => rows.map(({ seq }) => seq);
