/** What the operator lives through: one stretch of trouble with one subject, across reloads. */
import type { Cause, EventId, HaproxyEvent, Instant, Stamp } from '../parsers/index.js';
import type { Impact } from './impact.js';
import { type Rule, type Severity, SUBJECT_OF } from './rules.js';
import type { Evidence, Outage, Shown } from './state.js';

type Phase = 'pending' | 'firing' | 'resolved';

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
  /** See `Incident.workerBegan`. */
  workerBegan: Instant | null;
}

export const NO_FALL: Fall = { last: [], total: 0, workerBegan: null };

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
  /** The masters that told of it, or whose workers died in it (beside.ts). Older ones do not know. */
  masters?: readonly number[];
  /** Why the last server fell. */
  cause: Cause | null;
  /** The servers that fell last, in order, and how many fell in all. */
  fallen: Fallen[];
  fallenTotal: number;
  /** When its worker began, where that was shortly before: a start or a reload may have to do with it. */
  workerBegan: Instant | null;
  /** Of an outage; null of all other rules. */
  impact: Impact | null;
  /** When receivers were told of the beginning (a notification was written), and how many reminders followed. */
  toldAt: Instant | null;
  reminders: number;
  /** When it was told again last; null if never. */
  remindedAt: Instant | null;
  /** Who was told anything of it. */
  receivers: string[];
  /** Nothing is told of it before; null where nothing stands against telling. */
  quietUntil: Instant | null;
  /** Of a server that goes up and down: how often it has changed, and how it stands. */
  flaps: { changes: number; state: Shown } | null;
  /** How often it was so in this time: it may have been well between, for less than `keep_firing`. */
  times: number;
  /** How long it must be well to be over, where it has come again and again; null: as its rule says. */
  settlesMs: number | null;
  /** When it came back after it had been well for so long that it would have been over; null once that is told. */
  cameBackAt: Instant | null;
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

/** The server that it is about, without its backend; null where it is about none. */
export function serverOf({ rule, subject }: Pick<Incident, 'rule' | 'subject'>): string | null {
  return SUBJECT_OF[rule] === 'server' ? subject.slice(subject.indexOf('/') + 1) : null;
}

/** That the trouble has ended in one worker: when, and how that is known. */
export interface End {
  pid: number;
  at: Instant;
  evidence: Evidence;
}

/** How an outage ended, as one of its incident. */
export function endOf({ pid, end, start, endHow, evidence }: Outage): End {
  return { pid, at: end ?? start, evidence: endHow === 'recovered' ? evidence : 'assumed' };
}

/**
 * It ended in one worker; the incident is over when that was the last. Unless the worker just died or was stopped
 * as a whole: then nobody serves, which is no recovery, and the incident waits for the next worker.
 */
export function left(incident: Incident, { pid, at, evidence: endEvidence }: End, died: boolean): Incident {
  const workers = incident.workers.filter((other) => other !== pid);
  if (workers.length > 0 || died) return { ...incident, workers };
  return { ...incident, workers, resolvedAt: at, endEvidence };
}

/** Nobody was in it any more, and a new worker serves. Only of workers themselves that says as much as that all is well. */
export function takenOver(incident: Incident, { at, says }: HaproxyEvent): Incident {
  const isOfWorker = incident.rule === 'worker_killed' || incident.rule === 'stopped';
  const endEvidence = isOfWorker && says.kind === 'worker.started' ? 'observed' : 'assumed';
  return { ...incident, resolvedAt: Math.max(at, incident.openedAt), endEvidence };
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

/** The server that fell last; of several at one instant the one that was told last. */
export function lastOf(fallen: readonly Fallen[]): Fallen | null {
  const later = (last: Fallen | null, one: Fallen) => (last && last.at > one.at ? last : one);
  return fallen.reduce<Fallen | null>(later, null);
}

/** When it was over. Null while it is not, though all may be well since `resolvedAt`: it may have to be well for a while. */
export function overAt({ phase, resolvedAt }: Incident): Instant | null {
  return phase === 'resolved' ? resolvedAt : null;
}
