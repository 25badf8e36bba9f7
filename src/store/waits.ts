/** How long rows of the outbox wait without an attempt: they are held back, or their receiver pauses. And no wait is endless. */
import type { Database } from 'better-sqlite3';
import type { Instant } from '../../parsers/index.js';
import type { Seqs, Store } from './store.js';

/** When a new row is due, in SQL: at once (0), or after the pause of `@receiver`. */
export const AFTER_PAUSE = 'ifnull((SELECT until FROM pause WHERE pause.receiver = @receiver), 0)';

/** In SQL: the rows whose numbers `@seqs` lists. */
export const THESE = 'seq IN (SELECT value FROM json_each(@seqs))';

export const listed = (seqs: Seqs) => JSON.stringify(typeof seqs === 'number' ? [seqs] : seqs);

export function waits(db: Database): Pick<Store, 'hold' | 'quiet' | 'limitWaits'> {
  const hold = db.prepare(`
    UPDATE outbox SET due_at = max(due_at, @until), letter = NULL
    WHERE ${THESE} AND state = 'due' AND (due_at < @until OR letter IS NOT NULL)`);
  const quiet = db.prepare(`
    UPDATE outbox SET due_at = @until
    WHERE receiver = @receiver AND state = 'due' AND due_at < @until`);
  const pause = db.prepare(`
    INSERT INTO pause (receiver, until) VALUES (@receiver, @until)
    ON CONFLICT (receiver) DO UPDATE SET until = excluded.until`);
  const anyBeyond = db.prepare(`
    SELECT 1 FROM outbox INDEXED BY outbox_next WHERE state = 'due' AND due_at > @latest
    UNION ALL SELECT 1 FROM pause WHERE until > @latest LIMIT 1`);
  const endWaits = db.prepare(`UPDATE outbox SET due_at = 0 WHERE state = 'due' AND due_at > @latest`);
  const endPauses = db.prepare('DELETE FROM pause WHERE until > @latest');
  const limit = db.transaction((latest: Instant) => {
    endWaits.run({ latest });
    endPauses.run({ latest });
  }).immediate;
  return {
    hold: (seqs, until) => {
      hold.run({ seqs: listed(seqs), until });
    },
    quiet: db.transaction((receiver: string, until: Instant) => {
      quiet.run({ receiver, until });
      pause.run({ receiver, until });
    }).immediate,
    limitWaits: (latest) => {
      // Asked at each look at the outbox: only what is there is worth a lock.
      if (anyBeyond.get({ latest }) !== undefined) limit(latest);
    },
  };
}
