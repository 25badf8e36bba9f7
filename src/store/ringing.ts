/** What may still ring at a receiver though it is over: a message about several incidents rings until the last of them is over or taken on. */
import type { Database } from 'better-sqlite3';
import type { Store } from './store.js';

/** How many are silenced at a time, those that the letter tells of first, then the newest: each is a request of its own. */
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
  const isOurs = 'incident IN (SELECT value FROM json_each(@incidents))';
  const critical = `event = 'firing' AND facts ->> '$.incident.severity' = 'critical'`;
  // What was tried before may have named a ringing of its own then, in other company, whose answer was lost.
  const rungOut = db
    .prepare<[object], string>(`
    SELECT incident FROM (
      SELECT incident, seq, attempts, min(seq) OVER one AS first, max(seq) OVER one AS last, max(${isOurs}) OVER one AS ours,
        min(${isOver}) OVER one AS over, max(NOT ${isSilenced}) OVER one AS open
      FROM outbox INDEXED BY outbox_accepted
      WHERE receiver = @receiver AND state = 'delivered' AND closed_at > @since AND letter IS NOT NULL AND ${critical}
      WINDOW one AS (PARTITION BY letter)
      UNION ALL
      SELECT incident, seq, attempts, seq, seq, TRUE, ${isOver}, TRUE
      FROM outbox INDEXED BY outbox_thread
      WHERE ${isOurs} AND receiver = @receiver AND state <> 'delivered' AND attempts > 0 AND ${critical})
    WHERE over AND (ours OR open) AND (seq = first OR attempts > 1)
    ORDER BY ours DESC, seq = first DESC, last DESC LIMIT ${MOST}`)
    .pluck();
  return {
    rungOut: (receiver, incidents, since) => rungOut.all({ receiver, incidents: JSON.stringify(incidents), since }),
  };
}
