/** What receivers accepted lately: it limits how much more they take now, and what belongs with it waits a moment. */
import type { Database } from 'better-sqlite3';
import type { Told } from '../../alerts/index.js';
import type { Instant } from '../../parsers/index.js';
import { factsOf, type QueuedRow } from './outbox.js';
import type { Store } from './store.js';

type Row = Pick<QueuedRow, 'event' | 'facts' | 'passedOn'> & Pick<Told, 'at'>;

const LATELY = "receiver = @receiver AND state = 'delivered' AND closed_at > @since AND closed_at <= @until";

export function acceptedView(db: Database): Pick<Store, 'accepted' | 'told'> {
  const accepted = db
    .prepare<[object], Instant>(`
    SELECT max(closed_at) AS at FROM outbox INDEXED BY outbox_accepted
    WHERE ${LATELY}
    GROUP BY ifnull(letter, dedup_key) ORDER BY at`)
    .pluck();
  const told = db.prepare<[object], Row>(`
    SELECT event, facts, passed_on AS passedOn, closed_at AS at FROM outbox INDEXED BY outbox_accepted
    WHERE ${LATELY}
    ORDER BY closed_at DESC, seq DESC LIMIT @limit`);
  return {
    accepted: (receiver, since, until) => accepted.all({ receiver, since, until }),
    told: (receiver, since, until, limit) =>
      told
        .all({ receiver, since, until, limit })
        .map(({ facts, ...rest }) => ({ ...rest, incident: factsOf(facts).incident })),
  };
}
