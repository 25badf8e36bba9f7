/** Hysteresis: what comes and goes many times in a short time is one trouble, and over when it has been still for a while. */
import type { Instant } from '../parsers/index.js';
import type { Incident } from './incident.js';
import { keepFiringMs, type Policy } from './policy.js';

/** The changes of a server that still count once there is one more, and whether they are too many. */
export function flapped(
  before: readonly Instant[],
  at: Instant,
  { changes, withinMs }: Policy['flapping'],
): { recent: Instant[]; flaps: boolean } {
  const recent = [...before, at].filter((each) => at - each <= withinMs).slice(-changes);
  return { recent, flaps: recent.length >= changes };
}

/**
 * The same of incidents: a server that is up again has changed twice, and so has a backend that fired and was well. Returns the
 * instants that still count, and how long the one that fires now must be well; null where it comes no more often than others.
 */
export function comesAgain(
  before: readonly Instant[],
  at: Instant,
  policy: Policy,
): { recent: Instant[]; settlesMs: number | null } {
  const { changes, withinMs } = policy.flapping;
  const { recent, flaps } = flapped(before, at, { changes: Math.ceil(changes / 2), withinMs });
  return { recent, settlesMs: flaps ? keepFiringMs(policy, 'flapping') : null };
}

/** How long an incident must be well to be over. */
export function settlesAfterMs({ rule, phase, settlesMs }: Incident, policy: Policy): number {
  const usual = keepFiringMs(policy, rule);
  return phase === 'firing' && settlesMs !== null ? Math.max(usual, settlesMs) : usual;
}
