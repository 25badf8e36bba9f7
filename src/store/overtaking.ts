/** Drops what waits and is out of date, because something newer was accepted: told after that, it would be false. */
import type { Database } from 'better-sqlite3';
import type { Instant } from '../../parsers/index.js';
import type { DeliveredRow } from './addressees.js';

export interface Overtaking {
  /** What still waits for the same receiver about earlier incidents of the same subjects. */
  older(rows: readonly DeliveredRow[], at: Instant): void;
  /** What waits for single addresses of the receiver about the same subjects; not for those that have refused it. */
  atAddresses(rows: readonly DeliveredRow[], refused: readonly string[], at: Instant): void;
}

/**
 * The number of the first row of `@incident` in the whole outbox: it says which of two incidents is the older. The rows of one receiver do
 * not, because what was passed on is the newest of all.
 */
export function beganIn(db: Database): (incident: string) => number {
  const first = db.prepare<[object], number>('SELECT min(seq) FROM outbox WHERE incident = @incident').pluck();
  return (incident) => first.get({ incident })!;
}

const drop = (why: string) => `UPDATE outbox SET state = 'dropped', closed_at = @at, answer = 'overtaken: ${why}'`;

export function overtaking(db: Database): Overtaking {
  const began = beganIn(db);
  const older = db.prepare(`
    ${drop('it was over, and what came later has reached the receiver')}
    WHERE receiver = @receiver AND topic = @topic AND state = 'due' AND incident <> @incident AND EXISTS (
      SELECT 1 FROM outbox AS told WHERE told.incident = outbox.incident AND told.seq < @began)`);
  const atAddresses = db.prepare(`
    ${drop('what came later of it has reached this address')}
    WHERE (incident = @incident OR topic = @topic) AND addressee_of = @receiver AND state = 'due'
      AND address NOT IN (SELECT value FROM json_each(@refused))`);
  return {
    older: (rows, at) => {
      const threads = new Map(rows.map((row) => [row.incident, row]));
      for (const { incident, topic, receiver } of threads.values())
        older.run({ incident, topic, receiver, at, began: began(incident) });
    },
    atAddresses: (rows, refused, at) => {
      for (const { incident, topic, receiver } of rows)
        atAddresses.run({ incident, topic, receiver, at, refused: JSON.stringify(refused) });
    },
  };
}
