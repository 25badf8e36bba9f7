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

/**
 * When a ceiling (null: none) has room again, given when letters were accepted in the last minute, the oldest first: the one that
 * stands in its way is a minute old then. Null where there is room.
 */
export function fullUntil(perMinute: number | null, accepted: readonly Instant[]): Instant | null {
  if (perMinute === null || accepted.length < perMinute) return null;
  return accepted.at(-perMinute)! + MINUTE_MS;
}

/**
 * What goes now of the letters of one receiver, those with a name first. Takes its ceiling (null: none), and when letters were
 * accepted in the last minute, the oldest first.
 */
export function underCeiling<Row extends Waiting>(
  letters: readonly Letter<Row>[],
  perMinute: number | null,
  accepted: readonly Instant[],
  takesDigests: boolean,
): Letter<Row>[] {
  if (perMinute === null) return [...letters];
  const room = perMinute - accepted.length;
  if (room <= 0) return [];
  if (!takesDigests) return letters.slice(0, room);
  if (letters.length < room) return [...letters];
  // What may have been accepted already is sent again as it was; it cannot be put together with others.
  const again = letters.filter(({ name }) => name !== null);
  const digest = digestOf(letters.filter(({ name }) => name === null));
  return [...again, ...digest].slice(0, room);
}
