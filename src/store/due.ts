/** Which rows of the outbox may be sent now, in SQL. A thread goes when its oldest open row is due. */

export const QUEUED_COLUMNS =
  'seq, dedup_key AS dedupKey, event, receiver, facts, created_at AS createdAt, noted_at AS notedAt, attempts, due_at AS dueAt, letter, answer, passed_on AS passedOn, addressee_of AS addresseeOf, address';

/** When the oldest open row of the thread is due: the rows behind it wait for it. */
export const THREAD_DUE_AT = `(
  SELECT first.due_at FROM outbox AS first
  WHERE first.incident = outbox.incident AND first.receiver = outbox.receiver AND first.state = 'due'
  ORDER BY first.seq LIMIT 1)`;

/** The oldest open row of its thread. */
export const FIRST_IN_THREAD = `NOT EXISTS (
  SELECT 1 FROM outbox AS older
  WHERE older.incident = outbox.incident AND older.receiver = outbox.receiver
    AND older.seq < outbox.seq AND older.state = 'due')`;

/**
 * Of each subject the latest news to a receiver that may go now: what is older goes first, whenever that was to be tried again. Attempts of
 * what is newer, for its sake, come soon. Looked up once, not for each row that waits.
 */
const LATEST_DUE = `
  SELECT receiver AS hearer, topic AS about, max(seq) AS latest
  FROM outbox INDEXED BY outbox_next
  WHERE state = 'due' AND due_at <= @now AND topic IS NOT NULL AND ${FIRST_IN_THREAD}
  GROUP BY receiver, topic`;

const dueOf = (more: string) => `
  WITH newest AS MATERIALIZED (${LATEST_DUE})
  SELECT ${QUEUED_COLUMNS}
  FROM outbox INDEXED BY outbox_due LEFT JOIN newest ON hearer = receiver AND about = topic
  WHERE state = 'due' AND receiver NOT IN (SELECT value FROM json_each(@except))
    AND (${THREAD_DUE_AT} <= @now OR seq < latest${more})
  ORDER BY seq LIMIT @limit`;

/** What may be sent at `@now`. */
export const DUE = dueOf('');

/** With what receivers that are back did not take before, whenever that was to be tried again. */
export const DUE_AND_BACK = dueOf(` OR receiver IN (SELECT value FROM json_each(@back)) AND EXISTS (
      SELECT 1 FROM outbox AS tried
      WHERE tried.incident = outbox.incident AND tried.receiver = outbox.receiver AND tried.state = 'due' AND tried.attempts > 0)
      AND NOT EXISTS (SELECT 1 FROM pause WHERE pause.receiver = outbox.receiver AND until > @now)`);
