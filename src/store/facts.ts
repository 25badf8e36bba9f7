/**
 * Writes what happened: transitions, outages, incidents. A fact that is stored twice is there once: an import may meet what the daemon has
 * stored, and knows as much of it or less. Of whom it tells stays as it was, and what an import dates otherwise it takes to be of another
 * zone or year: that changes nothing.
 */
import type { Database } from 'better-sqlite3';
import type { Incident, Outage, Transition } from '../../alerts/index.js';
import type { EventId } from '../../parsers/index.js';

export interface FactTables {
  addTransition(transition: Transition): void;
  /** Raises the number of lines that said so; it never falls. */
  raiseCopies(id: EventId, copies: number): void;
  /** The newer one wins, but an ended outage stays ended, and one that was seen to end does not end later: an import may have a gap there. */
  putOutage(outage: Outage, imported: boolean): void;
  /**
   * The newer one wins, but a phase never goes back, and an incident that was seen to end does not end later. Who was told, and who took it
   * on, is not forgotten: an import tells nobody. Failed requests never become fewer: an import may have less of the log.
   */
  putIncident(incident: Incident, imported: boolean): void;
}

export function factTables(db: Database): FactTables {
  const addTransition = db.prepare(`
    INSERT INTO transition (id, at, utc_offset_min, host, pid, backend, server, from_state, to_state, planned, evidence, copies, cause)
    VALUES (@id, @at, @utcOffsetMin, @host, @pid, @backend, @server, @from, @to, @planned, @evidence, @copies, @cause)
    ON CONFLICT (id) DO UPDATE SET copies = excluded.copies WHERE excluded.copies > transition.copies`);
  const raiseCopies = db.prepare('UPDATE transition SET copies = @copies WHERE id = @id AND copies < @copies');
  const putOutage = db.prepare(`
    INSERT INTO outage (id, host, pid, backend, start_at, utc_offset_min, end_at, end_how, planned, evidence)
    VALUES (@id, @host, @pid, @backend, @start, @utcOffsetMin, @end, @endHow, @planned, @evidence)
    ON CONFLICT (id) DO UPDATE SET
      start_at = excluded.start_at, utc_offset_min = excluded.utc_offset_min, end_at = excluded.end_at,
      end_how = excluded.end_how, planned = excluded.planned, evidence = excluded.evidence
    WHERE NOT (@imported AND excluded.start_at <> outage.start_at) AND (outage.end_at IS NULL OR (excluded.end_at IS NOT NULL AND NOT (
      outage.end_how = 'recovered' AND outage.evidence = 'observed' AND excluded.end_at > outage.end_at)))`);
  const putIncident = db.prepare(`
    INSERT INTO incident (id, body) VALUES (@id, @body)
    ON CONFLICT (id) DO UPDATE SET body = json_set(excluded.body,
      '$.host', incident.host,
      '$.toldAt', ifnull(excluded.body ->> '$.toldAt', incident.body ->> '$.toldAt'),
      '$.receivers', json(CASE WHEN json_array_length(excluded.body, '$.receivers') > 0 THEN excluded.body -> '$.receivers'
        ELSE incident.body -> '$.receivers' END),
      '$.remindedAt', ifnull(excluded.body ->> '$.remindedAt', incident.body ->> '$.remindedAt'),
      '$.ack', json(ifnull(nullif(excluded.body -> '$.ack', 'null'), incident.body -> '$.ack')),
      '$.impact', json(CASE WHEN ifnull(incident.body ->> '$.impact.failed', -1) > ifnull(excluded.body ->> '$.impact.failed', -1)
        THEN incident.body -> '$.impact' ELSE excluded.body -> '$.impact' END),
      '$.reminders', max(excluded.body ->> '$.reminders', incident.body ->> '$.reminders'))
    WHERE NOT (@imported AND excluded.opened_at <> incident.opened_at) AND (incident.phase = 'pending' OR (excluded.phase IN (incident.phase, 'resolved') AND NOT (
      incident.phase = 'resolved' AND incident.body ->> '$.endEvidence' = 'observed'
        AND excluded.body ->> '$.resolvedAt' > incident.body ->> '$.resolvedAt')))`);

  return {
    addTransition: (transition) => {
      addTransition.run({
        ...transition,
        planned: Number(transition.planned),
        cause: JSON.stringify(transition.cause),
      });
    },
    raiseCopies: (id, copies) => {
      raiseCopies.run({ id, copies });
    },
    putOutage: (outage, imported) => {
      putOutage.run({ ...outage, planned: Number(outage.planned), imported: Number(imported) });
    },
    putIncident: (incident, imported) => {
      putIncident.run({ id: incident.id, body: JSON.stringify(incident), imported: Number(imported) });
    },
  };
}
