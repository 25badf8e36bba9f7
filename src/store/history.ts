/** Reads what happened in a span. Each statement enters its index where the span begins, however much lies before. */
import type { Database } from 'better-sqlite3';
import type { Incident, Outage, Transition } from '../../alerts/index.js';
import type { Instant } from '../../parsers/index.js';
import type { History, HistoryFilter } from './store.js';

export type TransitionRow = Omit<Transition, 'planned' | 'cause'> & { planned: number; cause: string };
export type OutageRow = Omit<Outage, 'planned'> & { planned: number };

/** How many changes behind a span are looked through at most: a server may never change again. */
const MOST_BEHIND = 10_000;

/** The statements; a test asks SQLite how it goes about them. With INDEXED BY, a statement fails to prepare without its index. */
export const historySql = {
  transitions: `
    SELECT id, at, utc_offset_min AS utcOffsetMin, host, pid, backend, server, from_state AS "from", to_state AS "to",
      planned, evidence, copies, cause
    FROM transition INDEXED BY transition_at
    WHERE at >= @since AND at < @until
    ORDER BY at, seq`,
  behind: `
    SELECT id, at, utc_offset_min AS utcOffsetMin, host, pid, backend, server, from_state AS "from", to_state AS "to",
      planned, evidence, copies, cause
    FROM transition INDEXED BY transition_at
    WHERE at >= @until
    ORDER BY at, seq
    LIMIT ${MOST_BEHIND}`,
  outages: `
    SELECT id, host, pid, backend, start_at AS start, utc_offset_min AS utcOffsetMin, end_at AS "end", end_how AS endHow,
      planned, evidence
    FROM outage INDEXED BY outage_open_until
    WHERE open_until > @since AND start_at < @until
    ORDER BY start_at, seq`,
  incidents: `
    SELECT body
    FROM incident INDEXED BY incident_open_until
    WHERE open_until > @since AND opened_at < @until
    ORDER BY opened_at, seq`,
};

/** Prepares the reading of a span; all three kinds are read at one moment of the database. */
export function historyReader(db: Database): (filter: HistoryFilter) => History {
  const transitions = db.prepare<[HistoryFilter], TransitionRow>(historySql.transitions);
  const outages = db.prepare<[HistoryFilter], OutageRow>(historySql.outages);
  const incidents = db.prepare<[HistoryFilter], string>(historySql.incidents).pluck();
  return db.transaction((filter: HistoryFilter) => ({
    transitions: transitions.all(filter).map(toTransition),
    outages: outages.all(filter).map(toOutage),
    incidents: incidents.all(filter).map(toIncident),
  })).deferred;
}

/** Prepares the reading of what changed next, behind a span. */
export function nextReader(db: Database): (until: Instant, of: readonly Transition[]) => Transition[] {
  const behind = db.prepare<[{ until: Instant }], TransitionRow>(historySql.behind);
  return (until, of) => {
    const awaited = new Set(of.map(serverOf));
    const found: Transition[] = [];
    for (const row of awaited.size === 0 ? [] : behind.iterate({ until })) {
      if (!awaited.delete(serverOf(row))) continue;
      found.push(toTransition(row));
      if (awaited.size === 0) break;
    }
    return found;
  };
}

/** A server as one worker knows it. */
const serverOf = ({ host, pid, backend, server }: Pick<Transition, 'host' | 'pid' | 'backend' | 'server'>) =>
  `${host} ${pid} ${backend}/${server}`;

export function toTransition(row: TransitionRow): Transition {
  return { ...row, planned: row.planned === 1, cause: JSON.parse(row.cause) };
}

export function toOutage(row: OutageRow): Outage {
  return { ...row, planned: row.planned === 1 };
}

export function toIncident(body: string): Incident {
  return JSON.parse(body);
}
