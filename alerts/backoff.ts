/** How long a message waits before it is tried again. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Quick at first, because somebody is to be woken; then patient, because the far side is down in earnest. */
const FIRST_WAITS = [0, 5 * SECOND, 15 * SECOND, 45 * SECOND, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR];

/** Every further wait, and the longest that a receiver can ask for. */
export const LONGEST_WAIT_MS = 2 * HOUR;

/** No wait is longer, whatever chance adds. A message that is due later than this was put off by a clock that was ahead. */
export const MOST_WAIT_MS = LONGEST_WAIT_MS + LONGEST_WAIT_MS / 10;

/** 8 waits that come to 1 h 48 min, and 35 of two hours: about three days in all, enough for a weekend. */
const MOST_ATTEMPTS = 43;

/**
 * Takes the number of attempts that failed and a random number in [0, 1). Returns the wait before the next attempt in
 * milliseconds, or undefined when it is time to give up. Up to a tenth is taken off or put on at random, so that
 * messages that failed together do not come back together.
 */
export function backoffMs(attempts: number, random: number): number | undefined {
  if (attempts > MOST_ATTEMPTS) return undefined;
  const wait = FIRST_WAITS[attempts] ?? LONGEST_WAIT_MS;
  return Math.round(wait * (0.9 + 0.2 * random));
}
