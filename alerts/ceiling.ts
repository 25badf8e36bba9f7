/**
 * How many messages a receiver is sent: so many in any minute, and no more. As long as what is due fits, each letter goes by
 * itself; else all of it goes as one digest, for which one place is always kept free.
 */
import type { Instant } from '../parsers/index.js';
import { digestOf, type Letter } from './letters.js';
import type { Waiting } from './threads.js';

/** Of people's receivers. */
const PER_MINUTE = 6;
/** Of a program's, which is told of each incident by itself: more than a storm has, unless something turns in circles. */
const PER_MINUTE_OF_PROGRAMS = 600;

const MINUTE_MS = 60_000;

/** The ceiling of a receiver: what the config says, null for none; undefined where it says nothing. */
export function ceilingOf(written: number | null | undefined, takesDigests: boolean): number | null {
  if (written !== undefined) return written;
  return takesDigests ? PER_MINUTE : PER_MINUTE_OF_PROGRAMS;
}

/** What was accepted since then counts. */
export const ceilingSince = (now: Instant): Instant => now - MINUTE_MS;

export interface Sendable<Row extends Waiting> {
  letters: Letter<Row>[];
  /** When there is room again, where there is none now; else null. */
  waitUntil: Instant | null;
}

/** When there is room for one again: the oldest that stands in its way is a minute old then. Null where there is room. */
export function fullUntil(perMinute: number | null, accepted: readonly Instant[]): Instant | null {
  if (perMinute === null || accepted.length < perMinute) return null;
  return accepted.at(-perMinute)! + MINUTE_MS;
}

/**
 * Takes the letters of one receiver, those with a name first, its ceiling (null: none), and when letters were accepted in the last
 * minute, the oldest first.
 */
export function underCeiling<Row extends Waiting>(
  letters: readonly Letter<Row>[],
  perMinute: number | null,
  accepted: readonly Instant[],
  takesDigests: boolean,
): Sendable<Row> {
  if (perMinute === null || letters.length === 0) return { letters: [...letters], waitUntil: null };
  const waitUntil = fullUntil(perMinute, accepted);
  if (waitUntil !== null) return { letters: [], waitUntil };
  const room = perMinute - accepted.length;
  if (!takesDigests) return { letters: letters.slice(0, room), waitUntil: null };
  if (letters.length < Math.max(room, 2)) return { letters: [...letters], waitUntil: null };
  // What may have been accepted already is sent again as it was; it cannot be put together with others.
  const again = letters.filter(({ name }) => name !== null);
  const digest = digestOf(letters.filter(({ name }) => name === null));
  return { letters: [...again, ...digest].slice(0, room), waitUntil: null };
}
