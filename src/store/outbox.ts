/**
 * The outbox: what is to be told, to whom, and what became of it. The rows of one incident for one receiver are a thread:
 * they are sent one after the other. Who was told anything of an incident is told its end, who was told nothing is not;
 * until then each reminder is a new chance to tell the beginning.
 */
import type { Database } from 'better-sqlite3';
import type { Notification } from '../../alerts/index.js';
import type { Instant } from '../../parsers/index.js';
import type { OutboxRow, OutboxState, Store, Unfit } from './store.js';

export interface OutboxTable
  extends Pick<Store, 'due' | 'nextDueAt' | 'delivered' | 'postpone' | 'quiet' | 'close' | 'retry' | 'drop'> {
  /**
   * Takes in a notification once; an end of which no beginning was told is stored as muted. A firing that comes again
   * is sent again, but only to who was told nothing of the incident and has nothing waiting.
   */
  add(notification: Notification): void;
}

const NEVER_TOLD = 'nothing of it was ever told';

/** Something of the thread was told, or still may be. */
const THREAD_LIVES = `EXISTS (
  SELECT 1 FROM outbox AS sibling
  WHERE sibling.incident = @incident AND sibling.receiver = @receiver AND sibling.state IN ('due', 'delivered'))`;

/** Something of the thread was told. */
const TOLD = `EXISTS (
  SELECT 1 FROM outbox AS sibling
  WHERE sibling.incident = @incident AND sibling.receiver = @receiver AND sibling.state = 'delivered')`;

/** The incident is over: its end stands in the thread. */
const OVER = `EXISTS (
  SELECT 1 FROM outbox AS sibling
  WHERE sibling.incident = @incident AND sibling.receiver = @receiver AND sibling.event = 'resolved')`;

/** The oldest open row of its thread. */
const FIRST_IN_THREAD = `NOT EXISTS (
  SELECT 1 FROM outbox AS older
  WHERE older.incident = outbox.incident AND older.receiver = outbox.receiver
    AND older.seq < outbox.seq AND older.state = 'due')`;

/** A row as the table holds it; see `QUEUED_COLUMNS`. */
export interface QueuedRow {
  seq: number;
  dedupKey: string;
  event: Notification['event'];
  receiver: string;
  facts: string;
  createdAt: Instant;
  notedAt: Instant | null;
  attempts: number;
  dueAt: Instant;
}

export const QUEUED_COLUMNS =
  'seq, dedup_key AS dedupKey, event, receiver, facts, created_at AS createdAt, noted_at AS notedAt, attempts, due_at AS dueAt';

/** The rows of one incident for one receiver. */
interface Thread {
  incident: string;
  receiver: string;
}

export function outboxTable(db: Database): OutboxTable {
  // Due at once (0), not from `createdAt`: that is the log's time, and a host whose clock runs ahead must not be heard late.
  // The dedup key is asked for beforehand, because a conflict would use up a number of AUTOINCREMENT.
  const columns =
    'dedup_key, incident, receiver, event, facts, created_at, noted_at, due_at, attempts, state, closed_at, answer';
  const addBeginning = db.prepare(`
    INSERT INTO outbox (${columns})
    SELECT @dedupKey, @incident, @receiver, @event, @facts, @createdAt, @notedAt, 0, 0, 'due', NULL, NULL
    WHERE NOT ${THREAD_LIVES}
    ON CONFLICT (dedup_key) DO UPDATE SET
      facts = excluded.facts, created_at = excluded.created_at, noted_at = excluded.noted_at, due_at = 0, attempts = 0, state = 'due', closed_at = NULL
    WHERE state <> 'dropped'`);
  const add = db.prepare(`
    INSERT INTO outbox (${columns})
    SELECT @dedupKey, @incident, @receiver, @event, @facts, @createdAt, @notedAt, 0, 0,
      iif(stands, 'due', 'muted'), iif(stands, NULL, @createdAt), iif(stands, NULL, '${NEVER_TOLD}')
    FROM (SELECT @event NOT IN ('resolved', 'acknowledged') OR ${THREAD_LIVES} AS stands)
    WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE dedup_key = @dedupKey)`);
  const due = db.prepare<[{ now: Instant; limit: number; except: string }], QueuedRow>(`
    SELECT ${QUEUED_COLUMNS}
    FROM outbox INDEXED BY outbox_due
    WHERE state = 'due' AND due_at <= @now AND receiver NOT IN (SELECT value FROM json_each(@except))
      AND ${FIRST_IN_THREAD}
    ORDER BY seq LIMIT @limit`);
  const nextDueAt = db.prepare<[], { dueAt: Instant }>(`
    SELECT due_at AS dueAt
    FROM outbox INDEXED BY outbox_next
    WHERE state = 'due' AND ${FIRST_IN_THREAD}
    ORDER BY due_at LIMIT 1`);
  // What was given up while it was on its way has arrived all the same.
  const delivered = db.prepare<[object], Thread>(`
    UPDATE outbox SET state = 'delivered', attempts = attempts + 1, closed_at = @at, answer = @answer
    WHERE seq = @seq AND state IN ('due', 'dropped')
    RETURNING incident, receiver`);
  const postpone = db.prepare(`
    UPDATE outbox SET attempts = attempts + 1, due_at = @dueAt, answer = @reason
    WHERE seq = @seq AND state = 'due'`);
  const quiet = db.prepare(`
    UPDATE outbox SET due_at = @until
    WHERE receiver = @receiver AND state = 'due' AND due_at < @until`);
  const close = db.prepare<[object], Thread>(`
    UPDATE outbox SET state = @state, attempts = attempts + (@state = 'rejected'), closed_at = @at, answer = @reason
    WHERE seq = @seq AND state = 'due'
    RETURNING incident, receiver`);
  const muteThread = db.prepare(`
    UPDATE outbox SET state = 'muted', closed_at = @at, answer = '${NEVER_TOLD}'
    WHERE incident = @incident AND receiver = @receiver AND state = 'due' AND NOT ${TOLD} AND ${OVER}`);

  const unmuteThread = db.prepare(`
    UPDATE outbox SET state = 'due', due_at = 0, closed_at = NULL, answer = NULL
    WHERE incident = @incident AND receiver = @receiver AND state = 'muted'`);
  const row = db.prepare<[{ seq: number }], Thread & { state: OutboxState }>(
    'SELECT incident, receiver, state FROM outbox WHERE seq = @seq',
  );
  const endTold = db.prepare<[Thread]>(`
    SELECT 1 FROM outbox
    WHERE incident = @incident AND receiver = @receiver AND event = 'resolved' AND state = 'delivered'`);
  const putBack = db.prepare<[object], Thread>(`
    UPDATE outbox SET state = 'due', due_at = 0, attempts = 0, closed_at = NULL
    WHERE seq = @seq
    RETURNING incident, receiver`);

  const whyNoRetry = (seq: number): Unfit['why'] | null => {
    const found = row.get({ seq });
    if (!found) return 'missing';
    const { incident, receiver, state } = found;
    if (state === 'delivered' || state === 'muted') return state;
    return endTold.get({ incident, receiver }) ? 'over' : null;
  };
  const whyNoDrop = (seq: number): Unfit['why'] | null => {
    const state = row.get({ seq })?.state ?? 'missing';
    return state === 'due' ? null : state;
  };
  const end = (seq: number, state: string, at: Instant, reason: string) => {
    const thread = close.get({ seq, state, at, reason });
    if (thread) muteThread.run({ ...thread, at });
  };

  return {
    retry: db.transaction((seqs: readonly number[]) => {
      const unfit = firstUnfit(seqs, whyNoRetry);
      if (unfit) return unfit;
      for (const seq of seqs) unmuteThread.run(putBack.get({ seq })!);
      return null;
    }).immediate,
    drop: db.transaction((seqs: readonly number[], at: Instant) => {
      const unfit = firstUnfit(seqs, whyNoDrop);
      if (unfit) return unfit;
      for (const seq of seqs) end(seq, 'dropped', at, 'dropped by hand');
      return null;
    }).immediate,
    add: ({ incident, ...rest }) => {
      const row = { notedAt: null, ...rest, incident: incident.id, facts: JSON.stringify(incident) };
      (rest.event === 'firing' ? addBeginning : add).run(row);
    },
    due: (now, limit, except = []) => due.all({ now, limit, except: JSON.stringify(except) }).map(toOutboxRow),
    nextDueAt: () => nextDueAt.get()?.dueAt ?? null,
    delivered: db.transaction((seq: number, at: Instant, answer: string) => {
      const thread = delivered.get({ seq, at, answer });
      if (thread) unmuteThread.run(thread);
    }).immediate,
    postpone: (seq, dueAt, reason) => {
      postpone.run({ seq, dueAt, reason });
    },
    quiet: (receiver, until) => {
      quiet.run({ receiver, until });
    },
    close: db.transaction(end).immediate,
  };
}

export function toOutboxRow({ seq, attempts, dueAt, facts, notedAt, ...rest }: QueuedRow): OutboxRow {
  const incident = JSON.parse(facts);
  const notification = notedAt === null ? { ...rest, incident } : { ...rest, incident, notedAt };
  return { seq, notification, attempts, dueAt };
}

function firstUnfit(seqs: readonly number[], whyUnfit: (seq: number) => Unfit['why'] | null): Unfit | null {
  for (const seq of seqs) {
    const why = whyUnfit(seq);
    if (why !== null) return { seq, why };
  }
  return null;
}
