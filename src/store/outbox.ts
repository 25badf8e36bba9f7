/**
 * The outbox: what is to be told, to whom, and what became of it. The rows of one incident for one receiver are a thread: they are sent one
 * after the other. A receiver that was told anything of an incident is told its end; one that was told nothing is not. Until the end, each
 * reminder is a new chance to tell the beginning.
 */
import type { Database } from 'better-sqlite3';
import type { Incident, Notification } from '../../alerts/index.js';
import type { Instant } from '../../parsers/index.js';
import { addressees, type DeliveredRow } from './addressees.js';
import { byHand } from './by-hand.js';
import { DUE, DUE_AND_BACK, FIRST_IN_THREAD } from './due.js';
import { overtaking } from './overtaking.js';
import type { OutboxRow, RefusedAddress, Seqs, Store } from './store.js';
import { type PassedRow, substitutes } from './substitutes.js';
import { AFTER_PAUSE, listed, THESE } from './waits.js';

export interface OutboxTable
  extends Pick<Store, 'due' | 'nextDueAt' | 'seal' | 'delivered' | 'postpone' | 'close' | 'retry' | 'drop'> {
  /**
   * Takes in a notification once; an end whose beginning was never told is stored as muted, and so is what is for a receiver that is gone. A firing that comes again is sent again, but
   * only to a receiver that was told nothing of the incident and has nothing waiting.
   */
  add(notification: Notification): void;
}

const NEVER_TOLD = 'nothing of it was ever told';
const GONE = 'the receiver is not in the config any more';

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

/** A row as the table holds it; see `QUEUED_COLUMNS` (due.ts). */
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
  letter: string | null;
  answer: string | null;
  passedOn: string | null;
  addresseeOf: string | null;
  address: string | null;
}

/** What all incidents of one subject have in common (`incidentKey`). Written out, because a query must not load what tells people for it. */
const topicOf = ({ host, rule, subject }: Incident): string => `${host} ${rule} ${subject}`;

type Refused = readonly RefusedAddress[];

export function outboxTable(db: Database): OutboxTable {
  const substitute = substitutes(db, AFTER_PAUSE, THREAD_LIVES);
  const { part } = addressees(db);
  const overtake = overtaking(db);
  // Due at once, not from `createdAt`: that is the log's time, and news of a host whose clock runs ahead must not be late. The dedup key is
  // looked up beforehand, because a conflict would use up a number of AUTOINCREMENT.
  const columns =
    'dedup_key, incident, topic, receiver, event, facts, created_at, noted_at, due_at, attempts, state, closed_at, answer';
  const addBeginning = db.prepare(`
    INSERT INTO outbox (${columns})
    SELECT @dedupKey, @incident, @topic, @receiver, @event, @facts, @createdAt, @notedAt, ${AFTER_PAUSE}, 0, 'due', NULL, NULL
    WHERE NOT ${THREAD_LIVES}
    ON CONFLICT (dedup_key) DO UPDATE SET
      facts = excluded.facts, created_at = excluded.created_at, noted_at = excluded.noted_at, due_at = excluded.due_at, attempts = 0,
      state = 'due', closed_at = NULL, letter = NULL
    WHERE state <> 'dropped'`);
  const add = db.prepare(`
    INSERT INTO outbox (${columns})
    SELECT @dedupKey, @incident, @topic, @receiver, @event, @facts, @createdAt, @notedAt, ${AFTER_PAUSE}, 0,
      iif(why IS NULL, 'due', 'muted'), iif(why IS NULL, NULL, @createdAt), why
    FROM (SELECT CASE WHEN @gone THEN '${GONE}'
      WHEN @event IN ('resolved', 'acknowledged') AND NOT ${THREAD_LIVES} THEN '${NEVER_TOLD}' END AS why)
    WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE dedup_key = @dedupKey)`);
  const due = db.prepare<[object], QueuedRow>(DUE);
  const dueAndBack = db.prepare<[object], QueuedRow>(DUE_AND_BACK);
  const nextDueAt = db.prepare<[], { dueAt: Instant }>(`
    SELECT due_at AS dueAt
    FROM outbox INDEXED BY outbox_next
    WHERE state = 'due' AND ${FIRST_IN_THREAD}
    ORDER BY due_at LIMIT 1`);
  const seal = db.prepare(`UPDATE outbox SET letter = @letter WHERE ${THESE} AND state = 'due'`);
  // A row that was given up while it was on its way has arrived all the same.
  const delivered = db.prepare<[object], DeliveredRow>(`
    UPDATE outbox SET state = 'delivered', attempts = attempts + 1, closed_at = @at, answer = @answer
    WHERE ${THESE} AND state IN ('due', 'dropped')
    RETURNING seq, incident, topic, receiver, addressee_of AS addresseeOf`);
  // Rows that come meanwhile may make a different letter of it.
  const postpone = db.prepare(`
    UPDATE outbox SET attempts = attempts + 1, due_at = @dueAt, answer = @reason, letter = NULL
    WHERE ${THESE} AND state = 'due'`);
  const close = db.prepare<[object], PassedRow>(`
    UPDATE outbox SET state = @state, attempts = attempts + (@state = 'rejected'), closed_at = @at, answer = @reason
    WHERE ${THESE} AND state = 'due'
    RETURNING seq, incident, receiver, addressee_of AS addresseeOf`);
  const muteThread = db.prepare(`
    UPDATE outbox SET state = 'muted', closed_at = @at, answer = '${NEVER_TOLD}'
    WHERE incident = @incident AND receiver = @receiver AND state = 'due' AND NOT ${TOLD} AND ${OVER}`);
  const unmuteThread = db.prepare(`
    UPDATE outbox SET state = 'due', due_at = 0, closed_at = NULL, answer = NULL, letter = NULL
    WHERE incident = @incident AND receiver = @receiver AND state = 'muted'`);
  const end = (seqs: Seqs, state: string, at: Instant, reason: string, fallback: string | null = null) => {
    const rows = close.all({ seqs: listed(seqs), state, at, reason });
    if (fallback !== null) substitute.passOn(rows, fallback, state, reason);
    for (const { incident, receiver } of rows) muteThread.run({ incident, receiver, at });
    substitute.follow(rows);
  };

  const putOff = (seqs: Seqs, dueAt: Instant, reason: string) => {
    postpone.run({ seqs: listed(seqs), dueAt, reason });
  };

  return {
    ...byHand(db, (thread) => unmuteThread.run(thread), end),
    add: ({ incident, backend, gone = false, ...rest }) => {
      const facts = JSON.stringify({ incident, backend });
      const row = {
        notedAt: null,
        ...rest,
        incident: incident.id,
        topic: topicOf(incident),
        facts,
        gone: Number(gone),
      };
      if (rest.event === 'firing') addBeginning.run(row);
      else {
        add.run(row);
        if (rest.event !== 'reminder') substitute.follow([row]);
      }
    },
    due: (now, limit, except = [], back = []) => {
      const rows: OutboxRow[] = [];
      const asked = { now, limit, except: JSON.stringify(except) };
      const found =
        back.length === 0 ? due.iterate(asked) : dueAndBack.iterate({ ...asked, back: JSON.stringify(back) });
      for (const row of found) rows.push(inShort(toOutboxRow(row)));
      return rows;
    },
    nextDueAt: () => nextDueAt.get()?.dueAt ?? null,
    seal: (letter, seqs) => {
      // The seal need only outlive the process, and for that we need not wait for the disk.
      db.pragma('synchronous = NORMAL');
      try {
        seal.run({ letter, seqs: listed(seqs) });
      } finally {
        db.pragma('synchronous = FULL');
      }
    },
    delivered: db.transaction(
      (seqs: Seqs, at: Instant, answer: string, refused: Refused = [], fallback = null, tellsApart = false) => {
        const rows = delivered.all({ seqs: listed(seqs), at, answer });
        for (const { incident, receiver } of rows) unmuteThread.run({ incident, receiver });
        if (!tellsApart) overtake.older(rows, at);
        overtake.atAddresses(
          rows,
          refused.map(({ address }) => address),
          at,
        );
        for (const { reason, next, ...who } of refused) {
          const own = part(rows, who);
          if (next.state === 'due') putOff(own, next.dueAt, reason);
          else end(own, next.state, at, reason, fallback);
        }
      },
    ).immediate,
    postpone: putOff,
    close: db.transaction(end).immediate,
  };
}

export function toOutboxRow(row: QueuedRow): OutboxRow {
  const { facts, notedAt, dedupKey, event, receiver, createdAt, addresseeOf, address, ...others } = row;
  const addressee = addresseeOf === null || address === null ? null : { of: addresseeOf, address };
  const rest = { ...others, addressee };
  const notification = { dedupKey, event, receiver, createdAt, ...factsOf(facts) };
  return { ...rest, notification: notedAt === null ? notification : { ...notification, notedAt } };
}

type Facts = Pick<Notification, 'incident' | 'backend'>;

/** An older haplog that was still running when the tables were brought up to date went on writing the bare incident. */
export function factsOf(text: string): Facts {
  const facts = JSON.parse(text) as Facts | Incident;
  if ('incident' in facts) return facts;
  return {
    incident: { ...{ times: 1, settlesMs: null, cameBackAt: null, workerBegan: null }, ...facts },
    backend: null,
  };
}

/** With only the last of the fallen servers: there may be thousands of rows. */
function inShort(row: OutboxRow): OutboxRow {
  const { incident } = row.notification;
  const short: Incident = { ...incident, fallen: incident.fallen.slice(-1) };
  return { ...row, notification: { ...row.notification, incident: short } };
}
