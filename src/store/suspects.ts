/** Lines that may be forged: the last thousand are kept, for people to look at. */
import type { Database } from 'better-sqlite3';
import type { EventId, Suspect } from '../../parsers/index.js';
import type { HistoryFilter, SuspectLine } from './store.js';

/** Anybody who can make HAProxy log a line could fill the disk otherwise. How many there were is counted. */
const KEPT = 1_000;

export interface SuspectTable {
  /** Returns how many of them are new: an import may bring known ones again. */
  add(suspects: readonly Suspect[]): number;
  /** Removes lines that were believed after all; returns how many were there. */
  clear(ids: readonly EventId[]): number;
  read(filter: HistoryFilter): SuspectLine[];
}

export function suspectTable(db: Database): SuspectTable {
  const add = db.prepare(`
    INSERT INTO suspect (id, at, utc_offset_min, host, pid, tag, text, reason)
    VALUES (@id, @at, @utcOffsetMin, @host, @pid, @tag, @text, @reason)
    ON CONFLICT (id) DO NOTHING`);
  const drop = db.prepare(`DELETE FROM suspect WHERE seq <= (SELECT max(seq) FROM suspect) - ${KEPT}`);
  const clear = db.prepare('DELETE FROM suspect WHERE id = ?');
  const read = db.prepare<[HistoryFilter], SuspectLine>(`
    SELECT id, at, utc_offset_min AS utcOffsetMin, host, pid, tag, text, reason
    FROM suspect WHERE at >= @since AND at < @until ORDER BY at, seq`);
  return {
    add(suspects) {
      let added = 0;
      for (const { id, event, tag, text, reason } of suspects) {
        const { at, utcOffsetMin, host, pid } = event;
        added += add.run({ id, at, utcOffsetMin, host, pid, tag, text, reason }).changes;
      }
      if (added > 0) drop.run();
      return added;
    },
    clear: (ids) => ids.reduce((cleared, id) => cleared + clear.run(id).changes, 0),
    read: (filter) => read.all(filter),
  };
}
