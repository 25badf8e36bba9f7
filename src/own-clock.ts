/** Our own clock, and how far it was set back: what waits must not wait longer for it. */
import type { Instant } from '../parsers/index.js';

/** Smaller steps are let pass. Several of them count together. */
const NOTICED_MS = 1_000;

export interface OwnClock {
  now(): Instant;
  /** How far it lies behind the furthest that it has been, had it gone on from there, in ms; 0 again once it is set right. */
  behindMs(): number;
}

/**
 * A clock that is watched beside one that is never set (Linux: CLOCK_MONOTONIC; NTP lets both go faster or slower alike, clock_gettime(2)).
 * That one stands still while the machine sleeps, so that a step forward cannot be told from sleep: it counts only as far as it undoes a step
 * back.
 * @param lastNoted an instant at which the clock has been before, in an earlier life; -Infinity if none is known
 * @param wall the clock; simulated in tests
 * @param steady ms since any moment, by the clock that is never set
 */
export function ownClock(
  lastNoted: Instant,
  wall: () => Instant = () => Date.now(),
  steady: () => number = () => performance.now(),
): OwnClock {
  let furthest = Math.max(wall(), lastNoted) - steady();
  let behind = 0;
  return {
    now: wall,
    behindMs() {
      const lead = wall() - steady();
      furthest = Math.max(furthest, lead);
      const found = Math.round(furthest - lead);
      // The two are not asked in the same moment: they are never quite as they were.
      if (Math.abs(found - behind) >= NOTICED_MS) behind = found;
      return behind;
    },
  };
}
