/** Hysteresis for a server that goes up and down: many changes in a short time are one trouble. */
import type { Instant } from '../parsers/index.js';
import type { Policy } from './policy.js';

/** The changes that still count once there is one more, and whether they are too many. */
export function flapped(
  before: readonly Instant[],
  at: Instant,
  { changes, withinMs }: Policy['flapping'],
): { recent: Instant[]; flaps: boolean } {
  const recent = [...before, at].filter((each) => at - each <= withinMs).slice(-changes);
  return { recent, flaps: recent.length >= changes };
}
