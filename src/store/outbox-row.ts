/** A row of the outbox, as who sends and who looks sees it. */
import type { Waiting } from '../../alerts/index.js';
import type { Instant } from '../../parsers/index.js';

export type OutboxState = 'due' | 'delivered' | 'rejected' | 'expired' | 'muted' | 'dropped';

/** A row that cannot be put back or given up, and why: `over` means that the end was told already. */
export interface Unfit {
  seq: number;
  why: 'missing' | 'over' | OutboxState;
}

export interface OutboxRow extends Waiting {
  dueAt: Instant;
}

/** One row, or those of a letter. */
export type Seqs = number | readonly number[];

/** A row as people look at it. */
export interface OutboxEntry extends OutboxRow {
  state: OutboxState;
  /** When it may go at the soonest, with what waits before it of the same incident; 0: at once; null where it does not wait. */
  nextAt: Instant | null;
  /** The oldest that waits of the same incident for the same receiver, and goes first or with it; null where that is this one. */
  behind: number | null;
  /** When it was delivered, or given up; null while it waits. */
  closedAt: Instant | null;
  /** The receiver in whose place this one is told; null where it is told for itself. */
  standsIn: string | null;
}

/** An address that refused what others of the receiver accepted, and what becomes of it. */
export interface RefusedAddress {
  address: string;
  /** What it is called where a receiver's name stands. */
  name: string;
  reason: string;
  next: { state: 'due'; dueAt: Instant } | { state: 'rejected' | 'expired' };
}

/** What waits for a receiver, or for one address of it. */
export interface Awaited {
  receiver: string;
  /** The receiver of the configuration: of an address the one whose it is. */
  whole: string;
  messages: number;
  /** When the oldest was noted down. */
  since: Instant;
  /** When the next attempt is due; 0: at once. */
  nextAt: Instant;
  /** Why the newest that was tried was not accepted; null where none was. */
  answer: string | null;
}

export interface OutboxFilter {
  states: readonly OutboxState[];
  /** Null: of all receivers. That of one also means its addresses. */
  receiver: string | null;
  /** Null: all rows. */
  seqs: readonly number[] | null;
  limit: number;
}
