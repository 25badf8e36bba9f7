/**
 * The outbox: what is to be told, to whom, and what became of it. The rows of one incident for one receiver are a thread:
 * they are sent one after the other, and a thread whose beginning never arrived falls silent.
 */
import type { Database } from 'better-sqlite3';
import type { Notification } from '../../alerts/index.js';
import type { Instant } from '../../parsers/index.js';
import type { OutboxRow, Store } from './store.js';

export interface OutboxTable extends Pick<Store, 'due' | 'nextDueAt' | 'delivered' | 'postpone' | 'close'> {
  /** Takes in a notification once; what follows a beginning that was not told is stored as muted. */
  add(notification: Notification): void;
}

const NEVER_TOLD = 'the beginning was never told';

/** The beginning of the thread was told, or still may be. */
const BEGINNING_STANDS = `EXISTS (
  SELECT 1 FROM outbox AS beginning
  WHERE beginning.incident = @incident AND beginning.receiver = @receiver
    AND beginning.event = 'firing' AND beginning.state IN ('due', 'delivered'))`;

/** The oldest open row of its thread. */
const FIRST_IN_THREAD = `NOT EXISTS (
  SELECT 1 FROM outbox AS older
  WHERE older.incident = outbox.incident AND older.receiver = outbox.receiver
    AND older.seq < outbox.seq AND older.state = 'due')`;

interface DueRow {
  seq: number;
  dedupKey: string;
  event: Notification['event'];
  receiver: string;
  facts: string;
  createdAt: Instant;
  attempts: number;
  dueAt: Instant;
}

export function outboxTable(db: Database): OutboxTable {
  // Due at once (0), not from `createdAt`: that is the log's time, and a host whose clock runs ahead must not be heard late.
  // The dedup key is asked for beforehand, because a conflict would use up a number of AUTOINCREMENT.
  const add = db.prepare(`
    INSERT INTO outbox (dedup_key, incident, receiver, event, facts, created_at, due_at, attempts, state, closed_at, answer)
    SELECT @dedupKey, @incident, @receiver, @event, @facts, @createdAt, 0, 0,
      iif(stands, 'due', 'muted'), iif(stands, NULL, @createdAt), iif(stands, NULL, '${NEVER_TOLD}')
    FROM (SELECT @event = 'firing' OR ${BEGINNING_STANDS} AS stands)
    WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE dedup_key = @dedupKey)`);
  const due = db.prepare<[{ now: Instant; limit: number }], DueRow>(`
    SELECT seq, dedup_key AS dedupKey, event, receiver, facts, created_at AS createdAt, attempts, due_at AS dueAt
    FROM outbox INDEXED BY outbox_due
    WHERE state = 'due' AND due_at <= @now AND ${FIRST_IN_THREAD}
    ORDER BY seq LIMIT @limit`);
  const nextDueAt = db.prepare<[], { dueAt: Instant }>(`
    SELECT due_at AS dueAt
    FROM outbox INDEXED BY outbox_next
    WHERE state = 'due' AND ${FIRST_IN_THREAD}
    ORDER BY due_at LIMIT 1`);
  const delivered = db.prepare(`
    UPDATE outbox SET state = 'delivered', attempts = attempts + 1, closed_at = @at, answer = @answer
    WHERE seq = @seq AND state = 'due'`);
  const postpone = db.prepare(`
    UPDATE outbox SET attempts = attempts + 1, due_at = @dueAt, answer = @reason
    WHERE seq = @seq AND state = 'due'`);
  const close = db.prepare<[object], { incident: string; receiver: string }>(`
    UPDATE outbox SET state = @state, attempts = attempts + (@state = 'rejected'), closed_at = @at, answer = @reason
    WHERE seq = @seq AND state = 'due'
    RETURNING incident, receiver`);
  const muteThread = db.prepare(`
    UPDATE outbox SET state = 'muted', closed_at = @at, answer = '${NEVER_TOLD}'
    WHERE incident = @incident AND receiver = @receiver AND state = 'due' AND NOT ${BEGINNING_STANDS}`);

  return {
    add: ({ incident, ...rest }) => {
      add.run({ ...rest, incident: incident.id, facts: JSON.stringify(incident) });
    },
    due: (now, limit) => due.all({ now, limit }).map(toOutboxRow),
    nextDueAt: () => nextDueAt.get()?.dueAt ?? null,
    delivered: (seq, at, answer) => {
      delivered.run({ seq, at, answer });
    },
    postpone: (seq, dueAt, reason) => {
      postpone.run({ seq, dueAt, reason });
    },
    close: db.transaction((seq: number, state: string, at: Instant, reason: string) => {
      const thread = close.get({ seq, state, at, reason });
      if (thread) muteThread.run({ ...thread, at });
    }).immediate,
  };
}

function toOutboxRow({ seq, attempts, dueAt, facts, ...notification }: DueRow): OutboxRow {
  return { seq, notification: { ...notification, incident: JSON.parse(facts) }, state: 'due', attempts, dueAt };
}
