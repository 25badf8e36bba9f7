/** The outbox for people: what waits, what failed and why. */
import type { Database } from 'better-sqlite3';
import { QUEUED_COLUMNS, THREAD_DUE_AT } from './due.js';
import { type QueuedRow, toOutboxRow } from './outbox.js';
import type { Awaited, OutboxEntry, OutboxFilter, Store } from './store.js';

type Row = QueuedRow & Pick<OutboxEntry, 'state' | 'closedAt' | 'standsIn' | 'nextAt' | 'behind'>;

/** The oldest open row of the thread. */
const FIRST_OPEN = `(
  SELECT min(first.seq) FROM outbox AS first
  WHERE first.incident = outbox.incident AND first.receiver = outbox.receiver AND first.state = 'due')`;

export function outboxView(db: Database): Pick<Store, 'outbox' | 'awaited'> {
  const outbox = db.prepare<[object], Row>(`
    SELECT ${QUEUED_COLUMNS}, state, closed_at AS closedAt, stands_in AS standsIn,
      iif(state = 'due', ${THREAD_DUE_AT}, NULL) AS nextAt, iif(state = 'due', nullif(${FIRST_OPEN}, seq), NULL) AS behind
    FROM outbox
    WHERE state IN (SELECT value FROM json_each(@states))
      AND (@receiver IS NULL OR receiver = @receiver OR addressee_of = @receiver)
      AND (@seqs IS NULL OR seq IN (SELECT value FROM json_each(@seqs)))
    ORDER BY seq DESC LIMIT @limit`);
  const awaited = db.prepare<[], Awaited>(`
    SELECT receiver, ifnull(addressee_of, receiver) AS whole, count(*) AS messages,
      min(ifnull(noted_at, created_at)) AS since, min(${THREAD_DUE_AT}) AS nextAt, (
        SELECT tried.answer FROM outbox AS tried
        WHERE tried.state = 'due' AND tried.receiver = outbox.receiver AND tried.answer IS NOT NULL
        ORDER BY tried.seq DESC LIMIT 1) AS answer
    FROM outbox INDEXED BY outbox_due
    WHERE state = 'due' GROUP BY 1, 2 ORDER BY 1`);
  return {
    awaited: () => awaited.all(),
    outbox: ({ states, receiver, seqs, limit }: OutboxFilter) => {
      const wanted = { states: JSON.stringify(states), receiver, seqs: seqs && JSON.stringify(seqs), limit };
      return outbox.all(wanted).map(toEntry);
    },
  };
}

function toEntry({ state, closedAt, standsIn, nextAt, behind, ...row }: Row): OutboxEntry {
  return { ...toOutboxRow(row), state, closedAt, standsIn, nextAt, behind };
}
