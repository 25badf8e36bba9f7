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
  /** When it was delivered, or given up; null while it waits. */
  closedAt: Instant | null;
  /** The receiver in whose place this one is told; null where it is told for itself. */
  standsIn: string | null;
}

/** An address that refused what others of the receiver accepted, and what becomes of it. */
export interface RefusedAddress {
  address: string;
  reason: string;
  next: { state: 'due'; dueAt: Instant } | { state: 'rejected' | 'expired' };
}

/** How much waits for a receiver, with what waits for single addresses of it. */
export interface Awaited {
  receiver: string;
  messages: number;
}

export interface OutboxFilter {
  states: readonly OutboxState[];
  /** Null: of all receivers. That of one also means its addresses. */
  receiver: string | null;
  /** Null: all rows. */
  seqs: readonly number[] | null;
  limit: number;
}
