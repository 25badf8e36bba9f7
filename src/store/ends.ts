/**
 * Ends that an import saw of what the daemon holds open. To the history these stay open until the daemon ends them, so that all commands say
 * the same of them; the daemon finds the ends here.
 */
import type { Database } from 'better-sqlite3';
import type { Incident, Outage, SeenOver } from '../../alerts/index.js';
import type { EventId, Instant } from '../../parsers/index.js';

/** The shelf of the ends. No daemon remembers what is on it: it belongs to the store. */
const SHELF = 'over';

/** How many changes since an end are looked through at most for the servers that are back. */
const MOST_SINCE = 10_000;

export interface EndTables {
  /** Whether the daemon holds it open; then its end is noted, unless it is that of its worker, which the daemon learns by itself. */
  holdsOutage(outage: Outage): boolean;
  holdsIncident(incident: Incident): boolean;
  /** The daemon has ended an outage. */
  ended(outage: EventId): void;
  /** What has an end that the daemon does not know. Without those of which the import saw the next one, if that is open. */
  seenOver(): SeenOver[];
}

export function endTables(db: Database): EndTables {
  // Only what is open in the history is looked for in the memory: that is little, and an import has much.
  const isHeld = `EXISTS (SELECT 1 FROM memory WHERE shelf = 'backend' AND body ->> '$.outage.id' = outage.id)`;
  const holdsOutage = db
    .prepare<[object], 0 | 1>(`SELECT 1 FROM outage WHERE id = @id AND end_at IS NULL AND ${isHeld}`)
    .pluck();
  const holdsIncident = db
    .prepare<[object], 1>(`
      SELECT 1 FROM incident WHERE id = @id AND phase <> 'resolved'
        AND EXISTS (SELECT 1 FROM memory WHERE shelf = 'incident' AND memory.body ->> '$.id' = incident.id)`)
    .pluck();
  // Of another time it is in another zone or year, and so is its end.
  const note = db.prepare(`
    INSERT INTO memory (shelf, key, body)
    SELECT '${SHELF}', id, @end FROM outage WHERE id = @id AND start_at = @start
    ON CONFLICT (shelf, key) DO UPDATE SET body = excluded.body`);
  const forget = db.prepare(`DELETE FROM memory WHERE shelf = '${SHELF}' AND key = @id`);
  const seen = db.prepare<[], Omit<SeenOver, 'back'>>(`
    SELECT id, host, pid, backend, CAST(noted.body AS INTEGER) AS "end"
    FROM memory AS noted JOIN outage ON outage.id = noted.key
    WHERE noted.shelf = '${SHELF}' AND end_at IS NULL AND ${isHeld} AND NOT EXISTS (
      SELECT 1 FROM outage AS next INDEXED BY outage_open_until
      WHERE next.open_until >= 9007199254740991 AND next.host = outage.host AND next.pid = outage.pid
        AND next.backend = outage.backend AND next.id <> outage.id)
    ORDER BY outage.seq`);
  const changes = db.prepare<[object], { server: string; to: string }>(`
    SELECT server, "to" FROM (
      SELECT at, seq, host, pid, backend, server, to_state AS "to" FROM transition INDEXED BY transition_at
      WHERE at >= @end ORDER BY at, seq LIMIT ${MOST_SINCE})
    WHERE host = @host AND pid = @pid AND backend = @backend ORDER BY at, seq`);
  const backSince = (one: { host: string; pid: number; backend: string; end: Instant }): string[] => {
    const last = new Map(changes.all(one).map(({ server, to }) => [server, to]));
    return [...last].flatMap(([server, to]) => (to === 'up' ? [server] : []));
  };

  return {
    holdsOutage: ({ id, start, end, endHow }) => {
      if (holdsOutage.get({ id }) === undefined) return false;
      if (endHow === 'recovered') note.run({ id, start, end: JSON.stringify(end) });
      return true;
    },
    holdsIncident: ({ id }) => holdsIncident.get({ id }) !== undefined,
    ended: (id) => {
      forget.run({ id });
    },
    seenOver: () => seen.all().map((one) => ({ ...one, back: backSince(one) })),
  };
}
