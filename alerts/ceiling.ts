/**
 * Limits how many messages a receiver is sent in any minute. As long as what is due fits, each letter goes by itself; otherwise all of it
 * goes as one digest, for which one place is always kept free.
 */
import type { Instant } from '../parsers/index.js';
import { digestOf, type Letter } from './letters.js';
import type { Waiting } from './threads.js';

/** For receivers that people read. */
const PER_MINUTE = 6;
/** For a program, which is told of each incident by itself: more than a storm has, unless something turns in circles. */
const PER_MINUTE_OF_PROGRAMS = 600;

const MINUTE_MS = 60_000;

/** The ceiling of a receiver, null for none. Takes what the config says; undefined if it says nothing. */
export function ceilingOf(written: number | null | undefined, takesDigests: boolean): number | null {
  if (written !== undefined) return written;
  return takesDigests ? PER_MINUTE : PER_MINUTE_OF_PROGRAMS;
}

/** Letters that were accepted after this instant count. */
export const ceilingSince = (now: Instant): Instant => now - MINUTE_MS;

/**
 * When a ceiling (null: none) has room again: when the letter that stands in its way is a minute old. Null if there is room now. Takes when
 * letters were accepted in the last minute, the oldest first.
 */
export function fullUntil(perMinute: number | null, accepted: readonly Instant[]): Instant | null {
  if (perMinute === null || accepted.length < perMinute) return null;
  return accepted.at(-perMinute)! + MINUTE_MS;
}

/**
 * The letters of one receiver that go now. Takes its letters, those with a name first; its ceiling (null: none); and when letters were
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
