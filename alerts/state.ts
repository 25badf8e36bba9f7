/** Facts of one worker: changes of a server's state, and stretches in which a backend had no server available. */
import type { Cause, EventId, Instant, Stamp } from '../parsers/index.js';

/** A server's state as HAProxy's stats page displays it (src/stats.c): MAINT wins over DOWN, DOWN over NOLB, NOLB over DRAIN. */
export type Shown = 'up' | 'down' | 'maint' | 'drain' | 'nolb';

/** How haplog knows: it stood in the log, it follows from what stood there, or it is the likeliest reading of a silence. */
export type Evidence = 'observed' | 'inferred' | 'assumed';

/** One change of the displayed state of a server in a worker. */
export interface Transition extends Stamp {
  id: EventId;
  host: string;
  pid: number;
  backend: string;
  server: string;
  from: Shown;
  to: Shown;
  planned: boolean;
  evidence: Evidence;
  /** How many lines of the log said so. */
  copies: number;
  cause: Cause;
}

export type OutageEnd = 'recovered' | 'process_replaced' | 'process_stopped' | 'process_killed';

/** One stretch in which a backend had no server available in a worker. */
export interface Outage {
  /** The event that opened it. */
  id: EventId;
  host: string;
  pid: number;
  backend: string;
  start: Instant;
  utcOffsetMin: number;
  end: Instant | null;
  endHow: OutageEnd | null;
  planned: boolean;
  evidence: Evidence;
}
