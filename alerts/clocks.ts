/**
 * What time it is for each load balancer. Its own stamps tell; between them its clock goes on at the pace of ours, as far ahead or behind
 * as it was. So a wrong clock concerns only its own host, and ten seconds take ten seconds there too.
 */
import type { Instant, Shelf } from '../parsers/index.js';

export interface HostClock {
  /** The latest stamp since the clock was last set back: time does not run back behind it. */
  at: Instant;
  /** By how much its clock was ahead of ours when that stamp was read; negative where it was behind. */
  skewMs: number;
}

/**
 * How far back a stamp may lie if its line is only late (UDP, a copy from stderr). If it lies further back, the clock was set back, or had
 * been ahead for a moment. Time then goes on from the stamp; otherwise no hold and no keep_firing would be kept until the clock had caught
 * up.
 */
const DISORDER_MS = 60_000;

/**
 * The clock of a host, known so far or not, after a line of it, stamped `at`, was read at `heardAt` by our clock. A line that was read long after it was
 * written (`live: false`) cannot tell that a clock is behind, nor, where a log was added to others later, that it was set back. But a stamp ahead of our own
 * clock was wrong in any case.
 */
export function clockAfter(known: HostClock | undefined, at: Instant, heardAt: Instant, live: boolean): HostClock {
  if (known && known.at > at) {
    const setBack = known.at - at > DISORDER_MS && (live || known.at - heardAt > DISORDER_MS);
    if (!setBack) return known;
  }
  const skewMs = at - heardAt;
  return { at, skewMs: live ? skewMs : Math.max(0, skewMs) };
}

/** The clocks after ours was set back by `byMs`, or forward where that is negative: theirs were not, as far as is known, and go on as they did. */
export function ownSetBack(clocks: Shelf<HostClock>, byMs: number): Shelf<HostClock> {
  let after = clocks;
  for (const [host, { at, skewMs }] of clocks) after = after.with(host, { at, skewMs: skewMs + byMs });
  return after;
}

/** The latest instant of our clock at which one of them was noted; -Infinity if there are none. */
export function lastNoted(clocks: Shelf<HostClock>): Instant {
  return [...clocks].reduce((last, [, { at, skewMs }]) => Math.max(last, at - skewMs), Number.NEGATIVE_INFINITY);
}

/** The host's time when ours is `now`. */
export function hostTime(clocks: Shelf<HostClock>, host: string, now: Instant): Instant {
  const known = clocks.get(host);
  return known ? Math.max(known.at, now + known.skewMs) : now;
}
