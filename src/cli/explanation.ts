/** What haplog makes of one line, step by step: the daemon's own pipeline, looked at from outside. Pure. */
import {
  type Incident,
  type Notification,
  type Outage,
  type Plan,
  receiversFor,
  type Transition,
  turnsAt,
} from '../../alerts/index.js';
import {
  type EventId,
  type Heard,
  type Hearing,
  hostNameOf,
  type Instant,
  type LineContext,
  type LogRecord,
  messageStart,
  tellsOfState,
} from '../../parsers/index.js';
import { type Belief, meaningOf, meaningOfSilence } from '../meaning.js';
import type { Memory } from '../memory.js';
import { withStranger } from '../stranger.js';
import type { Strangers } from '../tail/strangers.js';
import type { WrittenAgain } from '../tail/written-again.js';
import type { GivenLine } from './given-lines.js';
import { type LineRecord, recordOf } from './record.js';

export interface Header {
  /** `blanked`: a blank for the `T` of RFC 3339; `container`: a stamp and the stream, as in Kubernetes' files; `stamp`: nothing else, as in `docker logs --timestamps`. */
  template: 'rfc3339' | 'blanked' | 'traditional' | 'rfc5424' | 'container' | 'stamp';
  /** Facility times 8, and severity, if the template writes them in angle brackets or in words. */
  pri: number | null;
}

/** A receiver that is told: at once, or when the incident has lasted, or has been over, for `afterMs`. */
export interface Telling {
  receiver: string;
  event: Notification['event'];
  incident: Incident;
  afterMs: number;
}

/** What the memory of copies makes of a line. */
export type HeardAs =
  /** It tells of no state. */
  | { kind: 'nothing' }
  /** The first line that says so, believed at once, or once a second one bears witness to it; `unheard`: nothing was heard of its host before. */
  | { kind: 'event' | 'waiting'; unheard: boolean }
  /** A copy of what an earlier line said; `copies` in all, if they are counted by now. */
  | { kind: 'copy'; of: number; copies: number | null }
  | { kind: 'suspect'; reason: string }
  /** An earlier line, written again: it is passed over (src/tail/written-again.ts). */
  | { kind: 'again' };

/** What is believed from now on, or not, by the numbers of the lines that said it first; and what follows from it. */
export interface Effects {
  believed: number[];
  doubted: { line: number; reason: string }[];
  transitions: Transition[];
  outages: Outage[];
  incidents: Incident[];
  tells: Telling[];
  /** There is trouble, and no route leads from it to a receiver. */
  unrouted: boolean;
}

export interface Explanation extends Effects {
  record: LineRecord;
  header: Header | null;
  /** Null if the daemon does not even ask. */
  heardAs: HeardAs | null;
}

export const NO_EFFECTS: Effects = {
  believed: [],
  doubted: [],
  transitions: [],
  outages: [],
  incidents: [],
  tells: [],
  unrouted: false,
};

const GIVEN = 'given:';
const lineOf = (id: EventId) => Number(id.slice(GIVEN.length));

/** What the tail remembers of the lines before, to pass over some. */
export interface Passing {
  strangers: Strangers;
  again: WrittenAgain;
}

/** Takes a line and what was remembered of those before it; returns what it means, and what to remember. */
export function explainLine(
  memory: Memory,
  { text, scan, line, offset }: GivenLine,
  plan: Plan,
  context: LineContext,
  { strangers, again }: Passing,
): { explanation: Explanation; memory: Memory } {
  const record = recordOf(text, { file: null, line, offset }, scan, context);
  const header = record.parsed && headerOf(record.raw, record.parsed);
  const passedOver = { explanation: { record, header, heardAs: null, ...NO_EFFECTS }, memory };
  const bytes = Buffer.from(text);
  strangers.begin();
  if (scan === 'candidate') strangers.part(bytes, 0, bytes.length);
  if (scan === 'other') strangers.line(bytes, 0, bytes.length, offset);
  const [stranger] = strangers.seen;
  if (stranger !== undefined) return { ...passedOver, memory: withStranger(memory, stranger, context) };
  if (scan !== 'candidate') return passedOver;
  if (again.take(text))
    return { ...passedOver, explanation: { ...passedOver.explanation, heardAs: { kind: 'again' } } };
  if (record.parsed === null) return passedOver;
  const id = `${GIVEN}${line}` as EventId;
  const meaning = meaningOf(memory, { text, id, live: true, heardAt: (stamp) => stamp }, plan, context);
  if (meaning.hearing === null) return passedOver;
  const heardAs = heardAsOf(memory.heard, meaning.hearing, id, record.parsed);
  return {
    explanation: {
      record,
      header,
      heardAs,
      ...effectsOf(meaning, plan, meaning.parsed.ok ? meaning.parsed.stamp.at : 0),
    },
    memory: meaning.memory,
  };
}

/** What follows when no more lines come: events that waited for a witness are believed, or not. */
export function explainSilence(memory: Memory, plan: Plan, heardAt: Instant): Effects {
  return effectsOf(meaningOfSilence(memory, Number.POSITIVE_INFINITY, plan, { live: true, heardAt }), plan, heardAt);
}

function heardAsOf(before: Heard, hearing: Hearing, id: EventId, { host, pid, origin, sentence }: LogRecord): HeardAs {
  const { heard, events, copy, suspects } = hearing;
  if (!tellsOfState(sentence)) return { kind: 'nothing' };
  const unheard = !before.profiles.has(hostNameOf(before, { host, pid, origin }));
  if (events.some(({ event }) => event.id === id)) return { kind: 'event', unheard };
  const doubt = suspects.find((suspect) => suspect.id === id);
  if (doubt) return { kind: 'suspect', reason: doubt.reason };
  if (copy) return { kind: 'copy', of: lineOf(copy.of), copies: copy.copies };
  const waiting = [...heard.held].map(([, { event }]) => ({ event, copies: null }));
  if (waiting.some(({ event }) => event.id === id)) return { kind: 'waiting', unheard };
  // A witness: it says the same as an earlier line that still waits, or that is believed just now.
  const says = JSON.stringify(sentence);
  const first = [...events, ...waiting].find(({ event }) => JSON.stringify(event.says) === says);
  return first ? { kind: 'copy', of: lineOf(first.event.id), copies: first.copies } : { kind: 'nothing' };
}

function effectsOf({ hearing, steps }: Belief, plan: Plan, at: Instant): Effects {
  const incidents = steps.flatMap((step) => step.incidents);
  return {
    believed: hearing.events.map(({ event }) => lineOf(event.id)),
    doubted: hearing.suspects.map(({ id, reason }) => ({ line: lineOf(id), reason })),
    transitions: steps.flatMap(({ transition }) => transition ?? []),
    outages: steps.flatMap(({ outages }) => outages),
    incidents,
    tells: [
      ...steps.flatMap((step) => step.notifications.map(now)),
      ...incidents.flatMap((one) => later(one, plan, at)),
    ],
    unrouted: incidents.some((one) => !one.planned && receiversFor(one, plan.routes, at).length === 0),
  };
}

function headerOf(raw: string, { stamp, priority }: LogRecord): Header {
  return { template: templateOf(raw, stamp), pri: priority };
}

/** What the record's stamp, which has a `T` in any case, does not tell. */
const BLANKED = /^(?:<\d+>)?(?:[A-Z][a-z]{2} )?\d{4}-\d\d-\d\d /;

function templateOf(raw: string, stamp: string): Header['template'] {
  if (/^<\d+>1 /.test(raw)) return 'rfc5424';
  if (!/^\d/.test(stamp)) return 'traditional';
  if (BLANKED.test(raw)) return 'blanked';
  if (/^\S+ std(?:out|err) [FP] /.test(raw)) return 'container';
  const bytes = Buffer.from(raw);
  const header = bytes.toString('utf8', 0, messageStart(bytes, 0, bytes.length));
  return header === `${stamp} ` ? 'stamp' : 'rfc3339';
}

function now({ receiver, event, incident }: Notification): Telling {
  return { receiver, event, incident, afterMs: 0 };
}

/** Who will be told by the mere passing of time, unless a later line changes it. */
function later(incident: Incident, plan: Plan, at: Instant): Telling[] {
  const { phase, planned, resolvedAt, openedAt, toldAt } = incident;
  const turns = turnsAt(incident, plan);
  const to = (event: Telling['event'], afterMs: number) =>
    receiversFor(incident, plan.routes, at).map((receiver) => ({ receiver, event, incident, afterMs }));
  if (phase === 'pending' && resolvedAt === null && !planned) return to('firing', turns - openedAt);
  if (phase === 'firing' && resolvedAt !== null && toldAt !== null) return to('resolved', turns - resolvedAt);
  return [];
}
