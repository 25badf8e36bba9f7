/**
 * Addresses of a receiver that refused what its other addresses accepted. Each gets rows of its own under a name of its own, so that its
 * next attempts hold back nothing that is for all of them, and nobody is told twice.
 */
import type { Database } from 'better-sqlite3';
import type { Thread } from './by-hand.js';
import type { RefusedAddress } from './outbox-row.js';

/** A row that was delivered to the others. */
export interface DeliveredRow extends Thread {
  seq: number;
  /** Null in rows that an older haplog wrote. */
  topic: string | null;
  addresseeOf: string | null;
}

export interface Addressees {
  /** Adds waiting rows for one address, as the delivered ones were before this attempt; returns their numbers. */
  part(rows: readonly DeliveredRow[], refused: Pick<RefusedAddress, 'address' | 'name'>): number[];
}

export function addressees(db: Database): Addressees {
  // `<incident>:<event>:<receiver>` ends in the receiver, whatever is in its name.
  const key = 'substr(outbox.dedup_key, 1, length(outbox.dedup_key) - length(outbox.receiver)) || @name';
  const part = db
    .prepare<[object], number>(`
    INSERT INTO outbox (dedup_key, incident, topic, receiver, event, facts, created_at, noted_at, due_at, attempts, state,
      passed_on, addressee_of, address)
    SELECT ${key}, incident, topic, @name, event, facts, created_at, noted_at, due_at, attempts - 1, 'due',
      passed_on, receiver, @address
    FROM outbox
    WHERE seq = @seq AND NOT EXISTS (SELECT 1 FROM outbox AS own WHERE own.dedup_key = ${key})
    RETURNING seq`)
    .pluck();

  return {
    part: (rows, { address, name }) =>
      rows.flatMap(({ seq, addresseeOf }) => {
        // One address alone has no others that could have accepted it.
        return addresseeOf === null ? part.all({ seq, address, name }) : [];
      }),
  };
}
