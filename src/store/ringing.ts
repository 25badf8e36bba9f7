/** What may still ring at a receiver though it is over: a message about several incidents rings until the last of them is over or taken on. */
import type { Database } from 'better-sqlite3';
import type { Store } from './store.js';

/** How many are silenced at a time, the newest first: each is a request of its own. */
const MOST = 30;

export function ringingView(db: Database): Pick<Store, 'rungOut'> {
  // What is dropped, refused or waits is over all the same.
  const isOver = `EXISTS (
    SELECT 1 FROM outbox AS own
    WHERE own.incident = outbox.incident AND own.receiver = @receiver AND own.event IN ('acknowledged', 'resolved'))`;
  // Where the end of each was accepted, it was silenced with the last of them.
  const isSilenced = `EXISTS (
    SELECT 1 FROM outbox AS own
    WHERE own.incident = outbox.incident AND own.receiver = @receiver AND own.event IN ('acknowledged', 'resolved')
      AND own.state = 'delivered')`;
  const rungOut = db
    .prepare<[object], string>(`
    SELECT iif(max(letter = dedup_key), max(incident), letter)
    FROM outbox INDEXED BY outbox_accepted
    WHERE receiver = @receiver AND state = 'delivered' AND closed_at > @since AND event = 'firing' AND letter IS NOT NULL
      AND facts ->> '$.incident.severity' = 'critical'
    GROUP BY letter
    HAVING min(${isOver}) AND max(incident IN (SELECT value FROM json_each(@incidents)) OR NOT ${isSilenced})
    ORDER BY max(seq) DESC LIMIT ${MOST}`)
    .pluck();
  return {
    rungOut: (receiver, incidents, since) => rungOut.all({ receiver, incidents: JSON.stringify(incidents), since }),
  };
}
