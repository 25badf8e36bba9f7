/** A row of the outbox, as it is sent and as people look at it. */
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
  /** When it may go at the earliest, with the rows of the same incident that wait before it; 0: at once; null if it does not wait. */
  nextAt: Instant | null;
  /**
   * The oldest waiting row of the same incident and receiver, which goes first or with this one; null if it is this one, or this one does
   * not wait.
   */
  behind: number | null;
  /** When it was delivered, or given up; null while it waits. */
  closedAt: Instant | null;
  /** The receiver in whose place this one is told; null if it is told for itself. */
  standsIn: string | null;
}

/** An address that refused what others of the receiver accepted, and what becomes of it. */
export interface RefusedAddress {
  address: string;
  /** Its name, wherever a receiver's name stands. */
  name: string;
  reason: string;
  next: { state: 'due'; dueAt: Instant } | { state: 'rejected' | 'expired' };
}

/** What waits for a receiver, or for one address of it. */
export interface Awaited {
  receiver: string;
  /** The receiver in the configuration; for an address, the one it belongs to. */
  whole: string;
  messages: number;
  /** When the oldest was noted down. */
  since: Instant;
  /** When the next attempt is due; 0: at once. */
  nextAt: Instant;
  /** Why the newest message that was tried was not accepted; null if none was tried. */
  answer: string | null;
}

export interface OutboxFilter {
  states: readonly OutboxState[];
  /** Null: rows of all receivers. A receiver's name also means its addresses. */
  receiver: string | null;
  /** Null: all rows. */
  seqs: readonly number[] | null;
  limit: number;
}
