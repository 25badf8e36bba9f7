/** Hysteresis: what comes and goes many times in a short time is one trouble, which is over when it has been still for a while. */
import type { Instant, Shelf } from '../parsers/index.js';
import type { Incident } from './incident.js';
import { keepFiringMs, type Policy } from './policy.js';

/** The key under which the changes of a server in one worker are counted. */
export const changesKey = (host: string, pid: number, subject: string): string => `${host} ${pid} ${subject}`;

/** The changes, by `changesKey`, without those in workers of a host that have ended. */
export function withoutWorkers<V>(changes: Shelf<V>, host: string, workers: readonly { pid: number }[]): Shelf<V> {
  const own = workers.map(({ pid }) => changesKey(host, pid, ''));
  return changes.withoutUnder(host, (key) => own.some((prefix) => key.startsWith(prefix)));
}

/** The changes without those of a server that has settled: only what comes now counts. How often incidents of the server have fired is another count. */
export function withoutServer<V>(
  changes: Shelf<V>,
  { host, subject }: Pick<Incident, 'host' | 'subject'>,
  workers: readonly { pid: number }[] = [],
): Shelf<V> {
  return workers.reduce((rest, { pid }) => rest.without(changesKey(host, pid, subject)), changes);
}

/** The changes of a server that still count once there is one more, and whether they are too many. */
export function flapped(
  before: readonly Instant[],
  at: Instant,
  { changes, withinMs }: Policy['flapping'],
): { recent: Instant[]; flaps: boolean } {
  // Stamps later than this one are from before the clock was set back.
  const recent = [...before, at].filter((each) => each <= at && at - each <= withinMs).slice(-changes);
  return { recent, flaps: recent.length >= changes };
}

/**
 * The same for incidents: a server that is up again has changed twice, and so has a backend that fired and was well. Returns the instants
 * that still count, and how long the incident that fires now must be well to be over; null if it does not come too often.
 */
export function comesAgain(
  before: readonly Instant[],
  at: Instant,
  policy: Policy,
): { recent: Instant[]; settlesMs: number | null } {
  const { changes, withinMs } = policy.flapping;
  const { recent, flaps } = flapped(before, at, { changes: Math.max(2, Math.ceil(changes / 2)), withinMs });
  return { recent, settlesMs: flaps ? keepFiringMs(policy, 'flapping') : null };
}

/** How late a line comes that still counts: no later than a copy. */
const LATE_MS = 60_000;

/**
 * The changes without those of a host that are too old to count, by key. They are looked for when the host's clock, which went from `before` to `now`, enters
 * another stretch as long as they count: there are as many as servers have changed, and each line must not look at them all.
 */
export function withoutOld(
  changes: Shelf<readonly Instant[]>,
  { host, before, now }: { host: string; before: Instant; now: Instant },
  { withinMs }: Policy['flapping'],
): Shelf<readonly Instant[]> {
  const keptMs = withinMs + LATE_MS;
  if (Math.floor(before / keptMs) === Math.floor(now / keptMs)) return changes;
  const counts = (at: Instant) => Math.abs(now - at) <= keptMs;
  return changes.withoutUnder(host, (_, recent) => !recent.some(counts));
}

/** How long an incident must be well to be over. If nobody was told of it, as long as its rule says. */
export function settlesAfterMs({ rule, settlesMs, toldAt }: Incident, policy: Policy): number {
  const usual = keepFiringMs(policy, rule);
  return settlesMs !== null && toldAt !== null ? Math.max(usual, settlesMs) : usual;
}

/** The incident after it has come back. Notes when, if it had been well long enough to be over, had it not come again and again. */
export function backAgain(before: Incident, after: Incident, at: Instant, policy: Policy): Incident {
  const { resolvedAt, settlesMs, rule } = before;
  if (resolvedAt === null || settlesMs === null || after.resolvedAt !== null) return after;
  return at - resolvedAt < keepFiringMs(policy, rule) ? after : { ...after, cameBackAt: at };
}

/** When receivers are told that it has come back, and this time to stay; Infinity if it has not. */
export function staysAt({ resolvedAt, settlesMs, cameBackAt }: Incident): Instant {
  if (resolvedAt !== null || settlesMs === null || cameBackAt === null) return Number.POSITIVE_INFINITY;
  return cameBackAt + settlesMs;
}
