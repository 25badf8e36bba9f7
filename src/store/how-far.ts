/** How far haplog has come with one log, and with one message. */
import type { Instant } from '../../parsers/index.js';

/** When there was something to tell, by the load balancer's clock and by ours, and when it was accepted. */
export interface DeliveredTimes {
  createdAt: Instant;
  notedAt: Instant;
  closedAt: Instant;
}

/** How a log is followed. */
export interface Followed {
  path: string;
  /** What keeps it from being read, in the words of haplog's own log; null if nothing does. */
  trouble: string | null;
  /** When something of it was read last, or since when it is followed; null if an older haplog followed it. */
  readAt: Instant | null;
  /** Which of its lines may have been lost within a day and why, the last time, in the words of haplog's own log; null if none were. */
  lost: string | null;
  /** When that was noticed, by our clock. */
  lostAt: Instant | null;
}
