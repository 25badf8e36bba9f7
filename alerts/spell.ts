/** A trouble as one worker, or one master, tells of it: it opens an incident, or joins one. */
import type { Cause, EventId, HaproxyEvent, Stamp } from '../parsers/index.js';
import { UNKNOWN_IMPACT } from './impact.js';
import { type Fall, type Incident, lastOf } from './incident.js';
import { wasOfLoad } from './policy.js';
import type { Rule, Severity } from './rules.js';
import type { Sign } from './signs.js';
import type { Outage } from './state.js';

/** Who said something, and when. */
export type Saying = Omit<HaproxyEvent, 'says'>;

export interface Spell extends Stamp {
  id: EventId;
  host: string;
  pid: number;
  /** The master that tells of it, or that started the worker; null if that is not known. */
  master: number | null;
  rule: Rule;
  subject: string;
  planned: boolean;
  /** Why, unless a server of `fall` tells. */
  cause: Cause | null;
  /** What led to it. */
  fall: Fall;
  /** No worker is in it: it lasts until another one takes over. */
  orphan: boolean;
}

/** An outage as a spell. */
export function spellOf(outage: Outage, fall: Fall, master: number | null): Spell {
  const { id, host, pid, backend: subject, start: at, utcOffsetMin, planned } = outage;
  return {
    id,
    host,
    pid,
    master,
    rule: 'outage',
    subject,
    at,
    utcOffsetMin,
    planned,
    cause: null,
    fall,
    orphan: false,
  };
}

/** A sign as a spell. A vague sign says nothing of the cause if the trouble is known already. */
export function spellOfSign(event: Saying, sign: Sign, master: number | null, isKnown: boolean): Spell {
  const { id, host, pid, at, utcOffsetMin } = event;
  const { rule, subject, planned, orphan = false, isVague = false } = sign;
  const fall = sign.fall();
  const cause = isVague && isKnown ? null : sign.cause;
  return { id, host, pid, master, at, utcOffsetMin, rule, subject, planned, fall, cause, orphan };
}

/** The incident that a spell opens. */
export function begun(spell: Spell, severity: Severity): Incident {
  const { id, host, rule, subject, at: openedAt, utcOffsetMin, planned, pid, master, fall, cause, orphan } = spell;
  return {
    id: rule === 'outage' ? id : (`${id}/${rule}` as EventId),
    host,
    rule,
    severity,
    subject,
    phase: 'pending',
    openedAt,
    utcOffsetMin,
    firedAt: null,
    resolvedAt: null,
    endEvidence: null,
    planned,
    workers: orphan ? [] : [pid],
    masters: master === null ? [] : [master],
    cause: lastOf(fall.last)?.cause ?? cause,
    fallen: fall.last,
    fallenTotal: fall.total,
    workerBegan: fall.workerBegan,
    impact: rule === 'outage' ? UNKNOWN_IMPACT : null,
    toldAt: null,
    reminders: 0,
    remindedAt: null,
    receivers: [],
    quietUntil: null,
    flaps: null,
    times: 1,
    settlesMs: null,
    cameBackAt: null,
    ack: null,
  };
}

/** Whether an incident that may come back does not with this: the planned work in it was over, or it was of a load, and nobody was told. */
export const isOver = (incident: Incident, { planned }: Spell): boolean =>
  (incident.planned && incident.resolvedAt !== null && !planned) || wasOfLoad(incident);

/** The incident after the same trouble came again, or came in another worker. */
export function joined(incident: Incident, { pid, master, planned, fall, cause, orphan }: Spell): Incident {
  const { masters = [] } = incident;
  // A reload ends it in one worker, and the next one tells of it anew: nobody saw that all was well in between.
  const wasWell = incident.resolvedAt !== null && incident.endEvidence !== 'assumed';
  const { last, total } = fall.total > 0 ? fall : { last: incident.fallen, total: incident.fallenTotal };
  return {
    ...incident,
    resolvedAt: null,
    endEvidence: null,
    planned: incident.planned && planned,
    times: incident.times + (wasWell ? 1 : 0),
    workers: orphan ? incident.workers : [...incident.workers.filter((other) => other !== pid), pid],
    masters: master === null || masters.includes(master) ? masters : [...masters, master],
    cause: lastOf(fall.last)?.cause ?? cause ?? incident.cause,
    fallen: last,
    fallenTotal: total,
  };
}
