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

/** Of a longer list only the last servers are kept and told, so that messages and stored incidents stay small. */
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

/** A receiver was told of it for the first time. */
export interface FirstTold {
  receiver: string;
  /** By our own clock, as the hours of routes are. */
  at: Instant;
}

/** Somebody has taken it on. */
export interface Acknowledgement {
  /** By our own clock. */
  at: Instant;
  by: string;
  note: string | null;
}

export interface Incident {
  /** The id of the event that opened it. For all rules but `outage` the rule is added, because one event may open several incidents. */
  id: EventId;
  host: string;
  rule: Rule;
  severity: Severity;
  /** What it is about, of the kind that `SUBJECT_OF` gives for its rule: `api`, `api/web1`, `haproxy`. */
  subject: string;
  phase: Phase;
  /** When the trouble began: for an outage when the backend lost its last server. */
  openedAt: Instant;
  utcOffsetMin: number;
  /** When `hold` had passed; null while pending. */
  firedAt: Instant | null;
  /** When its subject was well again; null while it is not. */
  resolvedAt: Instant | null;
  /** How the end is known; null while open, and where it is none (`ruleOff`). */
  endEvidence: Evidence | null;
  /** The latest of its ends in single workers. Missing while there is none, and in older incidents. */
  lastEnd?: Pick<End, 'at' | 'evidence'>;
  /** It ended because its rule was turned off, whatever its subject is like. */
  ruleOff?: true;
  planned: boolean;
  /** The workers in which it is so right now. */
  workers: number[];
  /** The workers that ended in it while nobody had taken their place. Missing if none did, and in older incidents. */
  leftBy?: readonly number[];
  /** The masters that told of it, or whose workers were in it (beside.ts). Older incidents do not have it. */
  masters?: readonly number[];
  /** Why the last server fell. */
  cause: Cause | null;
  /** The servers that fell last, in order, and how many fell in all. */
  fallen: Fallen[];
  fallenTotal: number;
  /** When its worker began, where that was shortly before: a start or a reload may have to do with it. */
  workerBegan: Instant | null;
  /** What an outage did; null for all other rules. */
  impact: Impact | null;
  /** When receivers were told of the beginning (a notification was written), and how many reminders followed. */
  toldAt: Instant | null;
  reminders: number;
  /** When it was told again last, or could have been but for want of receivers; null if never. */
  remindedAt: Instant | null;
  /** Nobody is reminded before this instant, because it is nobody's hour (`routes` with `during`); null or absent if nothing is known to stand against it. */
  remindsFrom?: Instant | null;
  /** The receivers that were told anything of it. */
  receivers: string[];
  /** When each of them was. Older incidents do not have it. */
  firstTold?: readonly FirstTold[];
  /** It was told before haplog began to run as it does now, and is still to be offered to the receivers of today (offer.ts). Absent: it is not. */
  offersAgain?: true;
  /** When receivers that were not told are to be: their hours begin, or it is escalated to them; null or absent if there are none. */
  othersAt?: Instant | null;
  /** It began before haplog had read its log for the first time, or had missed it: it is told while it lasts, and nobody has missed it. */
  past?: true;
  /** Nothing is told of it before this instant; null if nothing stands against telling. */
  quietUntil: Instant | null;
  /** For a server that goes up and down: how often it has changed, and its state now. Null for all other rules. */
  flaps: { changes: number; state: Shown } | null;
  /** How often the trouble came in this time: in between all may have been well, for less than `keep_firing`. */
  times: number;
  /** How long it must be well to be over, if it has come again and again; null: as its rule says. */
  settlesMs: number | null;
  /** When it came back, if it had been well long enough to be over but for `settlesMs`; null once that is told. */
  cameBackAt: Instant | null;
  /** Null while nobody has taken it on. */
  ack: Acknowledgement | null;
}

/** The key of an incident while it is open; names hold no blank. */
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

/** The end of a trouble in one worker: when, and how it is known. */
export interface End {
  pid: number;
  at: Instant;
  evidence: Evidence;
}

/** Workers of a host ended, or stopped serving one backend, and with them what they were in. */
export interface Ending {
  ends: readonly End[];
  /** None is left in their place. */
  died: boolean;
  /** They had ended before, with none in their place. It is told now that there is one. */
  belated: boolean;
  /** Null if all that they served ended. */
  backend: string | null;
  /** The servers of that backend that were out, by name; null if they are not all known. */
  servers: readonly string[] | null;
}

export const NOTHING_ENDED: Ending = { ends: [], died: false, belated: false, backend: null, servers: null };

/** Whether workers in which that ended are in the incident, or had left it behind. In an outage none are: the board ends those. */
export function isEndedBy(incident: Incident, { ends, belated, backend }: Ending): boolean {
  if (belated) return ends.some(({ pid }) => incident.leftBy?.includes(pid));
  if (incident.rule === 'outage' || (backend !== null && backendOf(incident) !== backend)) return false;
  return ends.some(({ pid }) => incident.workers.includes(pid));
}

/** The end of an outage, as one worker's end in its incident. */
export function endOf({ pid, end, start, endHow, evidence }: Outage): End {
  return { pid, at: end ?? start, evidence: endHow === 'recovered' ? evidence : 'assumed' };
}

/**
 * The incident after the trouble has ended in one worker; it is over if that was the last. Unless the worker just died or was stopped as a
 * whole: then nobody serves, which is no recovery, and the incident waits for the next worker, or for the word that there was one.
 *
 * It was over when the last of its ends came, and that need not be the one that is told last: of a worker that died without a word it shows only when the next
 * one has served for a while, and by then the trouble may have gone on in that one.
 */
export function left(incident: Incident, { pid, at, evidence }: End, died: boolean): Incident {
  const { leftBy = [], lastEnd: before } = incident;
  const workers = incident.workers.filter((other) => other !== pid);
  const behind = leftBy.filter((other) => other !== pid);
  if (died) return { ...incident, workers, leftBy: [...behind, pid] };
  const isBelated = behind.length < leftBy.length;
  const lastEnd = before && before.at > at ? before : { at, evidence };
  if (workers.length > 0 || (isBelated && behind.length > 0)) return { ...incident, workers, leftBy: behind, lastEnd };
  return { ...incident, workers, leftBy: [], lastEnd, resolvedAt: lastEnd.at, endEvidence: lastEnd.evidence };
}

/** The end of an incident that no worker was in any more: a new worker serves. Observed only for troubles of workers themselves, else assumed. */
export function takenOver(incident: Incident, { at, says }: HaproxyEvent): Incident {
  const isOfWorker = incident.rule === 'worker_killed' || incident.rule === 'stopped';
  const endEvidence = isOfWorker && says.kind === 'worker.started' ? 'observed' : 'assumed';
  return { ...incident, leftBy: [], resolvedAt: Math.max(at, incident.openedAt), endEvidence };
}

/** The incident as it ends with its rule, at `now` by the clock of its host. If its subject is well already, it was over with that. */
export function turnedOff(incident: Incident, now: Instant): Incident {
  if (incident.resolvedAt !== null && incident.rule !== 'flapping') return incident;
  return { ...incident, workers: [], resolvedAt: Math.max(now, incident.openedAt), endEvidence: null, ruleOff: true };
}

/**
 * The incident without instants that are still to come: those count as now. What was noted ahead is among them, and so is looked up anew. The
 * same object if there are none.
 * @param now by the clock of its host
 * @param ours the same moment by our own clock: where a log is read as it was written, that is set back, too
 */
export function broughtBack(incident: Incident, now: Instant, ours: Instant): Incident {
  const { openedAt, firedAt, resolvedAt, toldAt, remindedAt, cameBackAt } = incident;
  const { remindsFrom = null, othersAt = null, firstTold, lastEnd } = incident;
  const ended = lastEnd?.at ?? null;
  const instants = [openedAt, firedAt, resolvedAt, ended, toldAt, remindedAt, cameBackAt, remindsFrom, othersAt];
  const isPast = !firstTold?.some(({ at }) => at > ours);
  if (isPast && instants.every((at) => at === null || at <= now)) return incident;
  const back = (at: Instant | null) => (at === null ? null : Math.min(at, now));
  return {
    ...incident,
    openedAt: Math.min(openedAt, now),
    firedAt: back(firedAt),
    resolvedAt: back(resolvedAt),
    ...(lastEnd && { lastEnd: { ...lastEnd, at: Math.min(lastEnd.at, now) } }),
    toldAt: back(toldAt),
    remindedAt: back(remindedAt),
    cameBackAt: back(cameBackAt),
    remindsFrom: back(remindsFrom),
    othersAt: back(othersAt),
    ...(firstTold && { firstTold: firstTold.map(({ receiver, at }) => ({ receiver, at: Math.min(at, ours) })) }),
  };
}

/** The server that fell last; of several at one instant the one that was told last. */
export function lastOf(fallen: readonly Fallen[]): Fallen | null {
  const later = (last: Fallen | null, one: Fallen) => (last && last.at > one.at ? last : one);
  return fallen.reduce<Fallen | null>(later, null);
}

/** When it was over; null while it is not. All may have been well since `resolvedAt`, but it may have to stay well for a while. */
export function overAt({ phase, resolvedAt }: Incident): Instant | null {
  return phase === 'resolved' ? resolvedAt : null;
}

/**
 * The incident after our own clock was set back by `byMs`, or forward where that is negative: what was noted by it moves along, and what was worked out from
 * hours is to be worked out anew at `now`, by the clock of its host. The same object if it has none of these.
 */
export function afterOwnSetBack(incident: Incident, byMs: number, now: Instant): Incident {
  const { firstTold, othersAt = null, remindsFrom = null } = incident;
  if (firstTold === undefined && othersAt === null && remindsFrom === null) return incident;
  return {
    ...incident,
    ...(firstTold && { firstTold: firstTold.map(({ receiver, at }) => ({ receiver, at: at - byMs })) }),
    othersAt: othersAt === null ? null : Math.min(othersAt, now),
    remindsFrom: remindsFrom === null ? null : Math.min(remindsFrom, now),
  };
}
