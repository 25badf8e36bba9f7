/** What the operator lives through: one stretch of trouble with one subject, across reloads. */
import type { Cause, EventId, Instant, Stamp } from '../parsers/index.js';
import { type Rule, type Severity, SUBJECT_OF } from './rules.js';
import type { Evidence, Outage } from './state.js';

export type Phase = 'pending' | 'firing' | 'resolved';

/** A server that left its backend, on the way to the outage. */
export interface Fallen extends Stamp {
  server: string;
  cause: Cause;
  planned: boolean;
}

/** Of a longer list only the last servers are kept and told, so that a message and a stored incident stay small. */
export const MOST_FALLEN = 20;

/** How a backend came to have no server. */
export interface Fall {
  /** The servers that left last, in order; at most `MOST_FALLEN`. */
  last: Fallen[];
  /** How many there are in all. */
  total: number;
}

export const NO_FALL: Fall = { last: [], total: 0 };

/** Somebody has taken it on. */
export interface Acknowledgement {
  /** By our own clock. */
  at: Instant;
  by: string;
  note: string | null;
}

export interface Incident {
  /** The id of the event that opened it; of all rules but `outage` with the rule behind it, for one event may open several. */
  id: EventId;
  host: string;
  rule: Rule;
  severity: Severity;
  /** What it is about, as `SUBJECT_OF` its rule says: `api`, `api/web1`, `haproxy`. */
  subject: string;
  phase: Phase;
  /** When the trouble began: for an outage when the backend lost its last server. */
  openedAt: Instant;
  utcOffsetMin: number;
  /** When `hold` had passed; null while pending. */
  firedAt: Instant | null;
  /** When its subject was well again; null while it is not. */
  resolvedAt: Instant | null;
  /** How the end is known; null while open. */
  endEvidence: Evidence | null;
  planned: boolean;
  /** The workers in which it is so right now. */
  workers: number[];
  /** Why the last server fell. */
  cause: Cause | null;
  /** The servers that fell last, in order, and how many fell in all. */
  fallen: Fallen[];
  fallenTotal: number;
  /** When receivers were told of the beginning (a notification was written), and how many reminders followed. */
  toldAt: Instant | null;
  reminders: number;
  /** Null while nobody has taken it on. */
  ack: Acknowledgement | null;
}

/** Under which an incident is kept while it is open; names hold no blank. */
export const incidentKey = ({ host, rule, subject }: Pick<Incident, 'host' | 'rule' | 'subject'>): string =>
  `${host} ${rule} ${subject}`;

/** The backend that it is about, or whose server it is about; null where it is about a whole HAProxy. */
export function backendOf({ rule, subject }: Pick<Incident, 'rule' | 'subject'>): string | null {
  if (SUBJECT_OF[rule] === 'haproxy') return null;
  return SUBJECT_OF[rule] === 'backend' ? subject : subject.split('/', 1)[0]!;
}

/** The incident that an outage opens; `fall` is what led to it. */
export function begun(outage: Outage, fall: Fall): Incident {
  const { id, host, backend: subject, start: openedAt, utcOffsetMin, planned, pid } = outage;
  return {
    id,
    host,
    rule: 'outage',
    severity: 'critical',
    subject,
    phase: 'pending',
    openedAt,
    utcOffsetMin,
    firedAt: null,
    resolvedAt: null,
    endEvidence: null,
    planned,
    workers: [pid],
    cause: causeOf(fall),
    fallen: fall.last,
    fallenTotal: fall.total,
    toldAt: null,
    reminders: 0,
    ack: null,
  };
}

/** The same trouble again, or in another worker: one incident. */
export function joined(incident: Incident, outage: Outage, fall: Fall): Incident {
  const { last, total } = fall.total > 0 ? fall : { last: incident.fallen, total: incident.fallenTotal };
  return {
    ...incident,
    resolvedAt: null,
    endEvidence: null,
    planned: incident.planned && outage.planned,
    workers: [...incident.workers.filter((pid) => pid !== outage.pid), outage.pid],
    cause: causeOf(fall) ?? incident.cause,
    fallen: last,
    fallenTotal: total,
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

function causeOf(fall: Fall): Cause | null {
  const latest = (last: Fallen | null, fallen: Fallen) => (last && last.at > fallen.at ? last : fallen);
  return fall.last.reduce<Fallen | null>(latest, null)?.cause ?? null;
}
