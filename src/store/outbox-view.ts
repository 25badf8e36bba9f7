/** The outbox for people: what waits, what failed and why. */
import type { Database } from 'better-sqlite3';
import type { Notification } from '../../alerts/index.js';
import type { Instant } from '../../parsers/index.js';
import type { OutboxEntry, OutboxFilter, OutboxState, Store } from './store.js';

interface Row {
  seq: number;
  dedupKey: string;
  event: Notification['event'];
  receiver: string;
  facts: string;
  createdAt: Instant;
  notedAt: Instant | null;
  attempts: number;
  dueAt: Instant;
  state: OutboxState;
  closedAt: Instant | null;
  answer: string | null;
}

export function outboxView(db: Database): Pick<Store, 'outbox'> {
  const outbox = db.prepare<[object], Row>(`
    SELECT seq, dedup_key AS dedupKey, event, receiver, facts, created_at AS createdAt, noted_at AS notedAt, attempts,
      due_at AS dueAt, state, closed_at AS closedAt, answer
    FROM outbox
    WHERE state IN (SELECT value FROM json_each(@states))
      AND (@receiver IS NULL OR receiver = @receiver)
      AND (@seqs IS NULL OR seq IN (SELECT value FROM json_each(@seqs)))
    ORDER BY seq DESC LIMIT @limit`);
  return {
    outbox: ({ states, receiver, seqs, limit }: OutboxFilter) => {
      const wanted = { states: JSON.stringify(states), receiver, seqs: seqs && JSON.stringify(seqs), limit };
      return outbox.all(wanted).map(toEntry);
    },
  };
}

function toEntry({ facts, notedAt, dedupKey, event, receiver, createdAt, ...row }: Row): OutboxEntry {
  const told = { dedupKey, event, receiver, incident: JSON.parse(facts), createdAt };
  return { ...row, notification: notedAt === null ? told : { ...told, notedAt } };
}
