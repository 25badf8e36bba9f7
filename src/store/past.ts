/** What happened, as the store gives it back, and how much of it is kept. */
import type { Incident, Outage, Transition } from '../../alerts/index.js';
import type { Instant } from '../../parsers/index.js';

/** How much of the past is kept. */
export interface Bounds {
  /** What was over before this instant goes. */
  before: Instant;
  /** As long as the database is bigger, the oldest goes. */
  bytes: number;
}

export interface HistoryFilter {
  /** Inclusive. */
  since: Instant;
  /** Exclusive. */
  until: Instant;
}

/** What happened in a span, oldest first, each kind by its own time. */
export interface History {
  transitions: Transition[];
  /** Every outage that was open at some moment of the span. */
  outages: Outage[];
  incidents: Incident[];
}

/** One thing that happened, and when it began. */
export type Happening =
  | { kind: 'transition'; at: Instant; fact: Transition }
  | { kind: 'outage'; at: Instant; fact: Outage }
  | { kind: 'incident'; at: Instant; fact: Incident };
