/**
 * What time it is for each load balancer. Its own stamps tell; between them its clock goes on at the pace of ours, as far
 * ahead of it or behind as it was. So a host with a wrong clock is alone with it, and ten seconds take ten seconds there too.
 */
import type { Instant, Shelf } from '../parsers/index.js';

export interface HostClock {
  /** The latest stamp since the clock was last set back: time does not run back behind it. */
  at: Instant;
  /** By how much its clock was ahead of ours when that stamp was read; negative where it was behind. */
  skewMs: number;
}

/**
 * So far back a stamp may lie and the line be only late (UDP, a copy from stderr). Further back the clock was set, or was
 * ahead for a moment: it counts from there, or no hold and no keep_firing would be kept until it has caught up.
 */
const DISORDER_MS = 60_000;

/**
 * The clocks after a line of `host` that is stamped `at` was read at `heardAt` by our clock. A line that was read long
 * after it was written (`live: false`) cannot tell that a clock is behind, nor, where two logs are read one after the
 * other, that it was set back; but what lies ahead of our own clock was wrong.
 */
export function noteTime(
  clocks: Shelf<HostClock>,
  host: string,
  at: Instant,
  heardAt: Instant,
  live: boolean,
): Shelf<HostClock> {
  const known = clocks.get(host);
  if (known && known.at > at) {
    const setBack = known.at - at > DISORDER_MS && (live || known.at - heardAt > DISORDER_MS);
    if (!setBack) return clocks;
  }
  const skewMs = at - heardAt;
  return clocks.with(host, { at, skewMs: live ? skewMs : Math.max(0, skewMs) });
}

/** The host's time when ours is `now`. */
export function hostTime(clocks: Shelf<HostClock>, host: string, now: Instant): Instant {
  const known = clocks.get(host);
  return known ? Math.max(known.at, now + known.skewMs) : now;
}
