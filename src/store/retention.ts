/** Keeps the history within its bounds: of what is over, the oldest goes first. What is open or waits is never touched. */
import type { Database } from 'better-sqlite3';
import type { Instant } from '../../parsers/index.js';
import type { Bounds } from './store.js';

/** So many rows of each kind go in one transaction: a few milliseconds, so that nothing else waits long. */
const STEP_ROWS = 1_000;

export function pruner(db: Database): (bounds: Bounds) => boolean {
  const oldest = [
    'SELECT at FROM transition ORDER BY at LIMIT 1 OFFSET ?',
    'SELECT closed_at FROM outbox WHERE closed_at IS NOT NULL ORDER BY closed_at LIMIT 1 OFFSET ?',
    'SELECT open_until FROM incident ORDER BY open_until LIMIT 1 OFFSET ?',
    'SELECT open_until FROM outage ORDER BY open_until LIMIT 1 OFFSET ?',
  ].map((sql) => db.prepare<[number], Instant>(sql).pluck());

  const deletions = [
    'DELETE FROM transition WHERE seq IN (SELECT seq FROM transition WHERE at < @before ORDER BY at LIMIT @rows)',
    // What is open lasts until an instant that is later than any; what is over stays as long as it is remembered.
    'DELETE FROM outage WHERE seq IN (SELECT seq FROM outage WHERE open_until < @before ORDER BY open_until LIMIT @rows)',
    `DELETE FROM incident WHERE seq IN (
      SELECT seq FROM incident WHERE open_until < @before AND phase = 'resolved' ORDER BY open_until LIMIT @rows)`,
    // Who was told the beginning of what still lasts is known by its rows.
    `DELETE FROM outbox WHERE seq IN (
      SELECT seq FROM outbox AS row WHERE closed_at < @before
        AND NOT EXISTS (SELECT 1 FROM incident WHERE incident.id = row.incident AND phase <> 'resolved')
        AND NOT EXISTS (SELECT 1 FROM outbox AS other WHERE other.incident = row.incident AND other.state = 'due')
      ORDER BY closed_at LIMIT @rows)`,
    `DELETE FROM acknowledgement WHERE incident IN (
      SELECT incident FROM acknowledgement AS ack WHERE at < @before
        AND NOT EXISTS (SELECT 1 FROM incident WHERE incident.id = ack.incident AND phase <> 'resolved') LIMIT @rows)`,
    'DELETE FROM silence WHERE id IN (SELECT id FROM silence WHERE until < @before LIMIT @rows)',
  ].map((sql) => db.prepare(sql));

  /** Room of deleted rows is used again, and does not count. */
  const isTooBig = (bytes: number) => {
    const size = (name: string) => db.pragma(name, { simple: true }) as number;
    return (size('page_count') - size('freelist_count')) * size('page_size') > bytes;
  };

  /** Up to when a step's worth of the kind that reaches back the furthest happened; 0 where no kind has so many rows. */
  const endOfStep = (): Instant => {
    const ends = oldest.flatMap((query) => query.get(STEP_ROWS - 1) ?? []);
    const over = ends.filter((at) => at < Number.MAX_SAFE_INTEGER);
    return over.length === 0 ? 0 : Math.min(...over) + 1;
  };

  const prune = db.transaction(({ before, bytes }: Bounds) => {
    const cutoff = isTooBig(bytes) ? Math.max(before, endOfStep()) : before;
    const deleted = deletions.map((sql) => sql.run({ before: cutoff, rows: STEP_ROWS }).changes);
    return deleted.includes(STEP_ROWS) || (deleted.some((rows) => rows > 0) && isTooBig(bytes));
  });
  return prune.immediate;
}
