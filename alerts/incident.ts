/** What the operator lives through: one stretch of trouble with one subject, across reloads. */
import type { Cause, EventId, Instant, Stamp } from '../parsers/index.js';
import type { Evidence, Outage } from './state.js';

export type Phase = 'pending' | 'firing' | 'resolved';

/** A server that left its backend, on the way to the outage. */
export interface Fallen extends Stamp {
  server: string;
  cause: Cause;
  planned: boolean;
}

export interface Incident {
  /** The id of the event that opened it. */
  id: EventId;
  host: string;
  /** The backend without a server. */
  subject: string;
  phase: Phase;
  /** When the backend lost its last server. */
  openedAt: Instant;
  utcOffsetMin: number;
  /** When `hold` had passed; null while pending. */
  firedAt: Instant | null;
  /** When the backend was well again; null while it is not. */
  resolvedAt: Instant | null;
  /** How the end is known; null while open. */
  endEvidence: Evidence | null;
  planned: boolean;
  /** The workers in which the backend has no server right now. */
  workers: number[];
  /** Why the last server fell. */
  cause: Cause | null;
  /** The servers that fell, in order. */
  fallen: Fallen[];
  /** When receivers were told of the beginning (a notification was written), and how many reminders followed. */
  toldAt: Instant | null;
  reminders: number;
}

/** Under which an incident is kept while it is open; names hold no blank. */
export const incidentKey = (host: string, subject: string): string => `${host} ${subject}`;

/** The incident that an outage opens; `out` are the servers that led to it. */
export function begun(outage: Outage, out: Fallen[]): Incident {
  const { id, host, backend: subject, start: openedAt, utcOffsetMin, planned, pid } = outage;
  return {
    id,
    host,
    subject,
    phase: 'pending',
    openedAt,
    utcOffsetMin,
    firedAt: null,
    resolvedAt: null,
    endEvidence: null,
    planned,
    workers: [pid],
    cause: causeOf(out),
    fallen: out,
    toldAt: null,
    reminders: 0,
  };
}

/** The same trouble again, or in another worker: one incident. */
export function joined(incident: Incident, outage: Outage, out: Fallen[]): Incident {
  return {
    ...incident,
    resolvedAt: null,
    endEvidence: null,
    planned: incident.planned && outage.planned,
    workers: [...incident.workers.filter((pid) => pid !== outage.pid), outage.pid],
    cause: causeOf(out) ?? incident.cause,
    fallen: out.length > 0 ? out : incident.fallen,
  };
}

/**
 * The outage of one worker ended; the incident is over when it was the last. Unless the worker just died or was stopped
 * as a whole: then nobody serves, which is no recovery, and the incident waits for the next worker.
 */
export function left(incident: Incident, outage: Outage, died: boolean): Incident {
  const workers = incident.workers.filter((pid) => pid !== outage.pid);
  if (workers.length > 0 || died) return { ...incident, workers };
  const endEvidence = outage.endHow === 'recovered' ? outage.evidence : 'assumed';
  return { ...incident, workers, resolvedAt: outage.end, endEvidence };
}

/** The incident with nothing in it that is still to come: such instants count as now. The same object where none is. */
export function broughtBack(incident: Incident, now: Instant): Incident {
  const { openedAt, firedAt, resolvedAt, toldAt } = incident;
  if (Math.max(openedAt, firedAt ?? now, resolvedAt ?? now, toldAt ?? now) <= now) return incident;
  const back = (at: Instant | null) => (at === null ? null : Math.min(at, now));
  return {
    ...incident,
    openedAt: Math.min(openedAt, now),
    firedAt: back(firedAt),
    resolvedAt: back(resolvedAt),
    toldAt: back(toldAt),
  };
}

function causeOf(out: Fallen[]): Cause | null {
  return (
    out.reduce<Fallen | null>((last, fallen) => (last && last.at > fallen.at ? last : fallen), null)?.cause ?? null
  );
}
