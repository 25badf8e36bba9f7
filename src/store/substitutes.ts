/**
 * Substitutes: receivers that are told in place of one that refused. A substitute gets rows of its own under its own dedup keys, so that it
 * is told once even if a route leads to it too. Since a receiver that was told anything is told the end, it gets that whether the other
 * does or not.
 */
import type { Database } from 'better-sqlite3';
import { beganIn } from './overtaking.js';

/** A row that was refused, or one that the substitutes are to be told too. */
export interface PassedRow {
  seq?: number;
  incident: string;
  receiver: string;
  /** The receiver of which this row's receiver is one address; null for all others. */
  addresseeOf?: string | null;
}

export interface Substitutes {
  /** Passes rows that were refused or given up on to `fallback`. */
  passOn(rows: readonly PassedRow[], fallback: string, state: string, reason: string): void;
  /** Tells every receiver that was told anything in another's place who takes the incident on, and its end. Takes one row of each thread. */
  follow(rows: readonly PassedRow[]): void;
}

const WHY: Record<string, string> = { rejected: 'refused it', expired: 'could not be reached for three days' };

/**
 * @param afterPause when a new row for `@receiver` is due, in SQL
 * @param threadLives whether something of `@incident` was told to `@receiver` or waits for it, in SQL
 */
export function substitutes(db: Database, afterPause: string, threadLives: string): Substitutes {
  const columns =
    'dedup_key, incident, topic, receiver, event, facts, created_at, noted_at, due_at, attempts, state, stands_in, passed_on';
  const began = beganIn(db);
  // `<incident>:<event>:<receiver>` ends in the receiver, whatever is in its name.
  const key = 'substr(outbox.dedup_key, 1, length(outbox.dedup_key) - length(outbox.receiver)) || @receiver';
  const copy = (rows: string) => `
    INSERT INTO outbox (${columns})
    SELECT ${key}, incident, topic, @receiver, event, facts, created_at, noted_at, ${afterPause}, 0, 'due', receiver, @why
    FROM outbox
    WHERE ${rows} AND NOT EXISTS (SELECT 1 FROM outbox AS own WHERE own.dedup_key = ${key})`;
  // What comes to a fallback after the end would be false, and where the end waits it would be told after that.
  const notOver = `NOT EXISTS (
    SELECT 1 FROM outbox AS own
    WHERE own.incident = outbox.incident AND own.receiver = @receiver AND own.event = 'resolved' AND own.state <> 'muted')`;
  // Nor is anything told of an older incident of the subject while a newer one lasts there: it would seem to be of that.
  const noneNewer = `NOT EXISTS (
    SELECT 1 FROM outbox AS newer INDEXED BY outbox_told
    WHERE newer.seq > @began AND newer.receiver = @receiver AND newer.topic = outbox.topic AND newer.state = 'delivered'
      AND newer.incident <> outbox.incident
      AND NOT EXISTS (SELECT 1 FROM outbox AS told WHERE told.incident = newer.incident AND told.seq < @began)
      AND NOT EXISTS (
        SELECT 1 FROM outbox AS own
        WHERE own.incident = newer.incident AND own.receiver = @receiver AND own.event = 'resolved' AND own.state = 'delivered'))`;
  const passOn = db.prepare(`${copy('seq = @seq')} AND ${notOver} AND ${noneNewer}`);
  const following = `incident = @incident AND receiver = @standsIn AND event IN ('acknowledged', 'resolved')`;
  const follow = db.prepare(`${copy(following)} AND ${threadLives} ORDER BY outbox.seq`);
  const standIns = db.prepare<[object], { receiver: string; why: string }>(`
    SELECT receiver, min(passed_on) AS why FROM outbox
    WHERE incident = @incident AND (stands_in = @receiver OR stands_in IN (
      SELECT own.receiver FROM outbox AS own WHERE own.incident = @incident AND own.addressee_of = @receiver))
    GROUP BY receiver`);

  return {
    passOn: (rows, fallback, state, reason) => {
      for (const { seq, incident, receiver } of rows) {
        passOn.run({
          seq,
          began: began(incident),
          receiver: fallback,
          why: `receiver ${receiver} ${WHY[state] ?? state}: ${reason}`,
        });
      }
    },
    follow: (rows) => {
      for (const { incident, receiver: own, addresseeOf } of rows) {
        // A substitute for one address is told the end that goes to all of them.
        const standsIn = addresseeOf ?? own;
        // A substitute may have refused it too, and have a substitute of its own.
        const asked = new Set([standsIn]);
        for (const each of asked) {
          for (const { receiver, why } of standIns.all({ incident, receiver: each })) {
            if (!asked.has(receiver)) follow.run({ incident, standsIn, receiver, why });
            asked.add(receiver);
          }
        }
      }
    },
  };
}
