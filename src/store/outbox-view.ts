/** The outbox for people: what waits, what failed and why. */
import type { Database } from 'better-sqlite3';
import { QUEUED_COLUMNS, type QueuedRow, toOutboxRow } from './outbox.js';
import type { Awaited, OutboxEntry, OutboxFilter, Store } from './store.js';

type Row = QueuedRow & Pick<OutboxEntry, 'state' | 'closedAt' | 'standsIn'>;

export function outboxView(db: Database): Pick<Store, 'outbox' | 'awaited'> {
  const outbox = db.prepare<[object], Row>(`
    SELECT ${QUEUED_COLUMNS}, state, closed_at AS closedAt, stands_in AS standsIn
    FROM outbox
    WHERE state IN (SELECT value FROM json_each(@states))
      AND (@receiver IS NULL OR receiver = @receiver OR addressee_of = @receiver)
      AND (@seqs IS NULL OR seq IN (SELECT value FROM json_each(@seqs)))
    ORDER BY seq DESC LIMIT @limit`);
  const awaited = db.prepare<[], Awaited>(`
    SELECT ifnull(addressee_of, receiver) AS receiver, count(*) AS messages
    FROM outbox INDEXED BY outbox_due
    WHERE state = 'due' GROUP BY 1 ORDER BY 1`);
  return {
    awaited: () => awaited.all(),
    outbox: ({ states, receiver, seqs, limit }: OutboxFilter) => {
      const wanted = { states: JSON.stringify(states), receiver, seqs: seqs && JSON.stringify(seqs), limit };
      return outbox.all(wanted).map(toEntry);
    },
  };
}

function toEntry({ state, closedAt, standsIn, ...row }: Row): OutboxEntry {
  return { ...toOutboxRow(row), state, closedAt, standsIn };
}
