/** Lines that may be forged: kept for whoever wants to see them, the last thousand. */
import type { Database } from 'better-sqlite3';
import type { EventId, Suspect } from '../../parsers/index.js';
import type { HistoryFilter, SuspectLine } from './store.js';

/** Anybody who can make HAProxy log a line could fill the disk otherwise. How many there were is counted. */
const KEPT = 1_000;

export interface SuspectTable {
  add(suspects: readonly Suspect[]): void;
  /** Takes back what was believed after all. */
  clear(ids: readonly EventId[]): void;
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
      for (const { id, event, tag, text, reason } of suspects) {
        const { at, utcOffsetMin, host, pid } = event;
        add.run({ id, at, utcOffsetMin, host, pid, tag, text, reason });
      }
      if (suspects.length > 0) drop.run();
    },
    clear(ids) {
      for (const id of ids) clear.run(id);
    },
    read: (filter) => read.all(filter),
  };
}
