/**
 * What a message about an incident says, before it is set: one sentence, then facts and lists. Its text and its HTML are
 * both made of this, so that they cannot say different things; who has more to tell adds it here, in one place.
 */
import type { Instant } from '../parsers/index.js';
import { conditionInWords } from './condition.js';
import { failedInWords, impactInWords, requestsInWords } from './impact.js';
import { backendOf, type Fallen, type Incident } from './incident.js';
import type { Notification } from './notification.js';
import { RULE_WORDS, SUBJECT_OF } from './rules.js';
import type { Evidence, Shown } from './state.js';
import { capitalized, causeInWords, formatDuration, formatStamp, plainText } from './words.js';

/** Every text in it is one line, safe to show. */
export interface Story {
  /** What kind of news it is, where the sentence begins with that: `Resolved`. */
  mark: string | null;
  /** What is so. A small letter begins it where a mark stands before. */
  lead: string;
  /** The sentence's end, with the blank or comma that it begins with: since when and why. May be empty. */
  rest: string;
  blocks: Block[];
}

export type Block =
  | { kind: 'facts'; facts: Fact[] }
  | { kind: 'list'; title: string; items: Item[] }
  | { kind: 'lines'; lines: string[] };

/** `Host` and `allyrion`. */
export type Fact = readonly [label: string, value: string];

/** Something that happened: when, with whom, and what. */
export interface Item {
  stamp: string | null;
  name: string | null;
  words: string;
}

const EVIDENCE_IN_WORDS: Record<Evidence, string> = {
  observed: 'stands in the log',
  inferred: 'follows from what HAProxy said of its servers',
  assumed: 'likeliest reading of a silence, HAProxy said nothing of it',
};

const SHOWN_IN_WORDS: Record<Shown, string> = {
  up: 'up',
  down: 'down',
  maint: 'in maintenance',
  drain: 'draining',
  nolb: 'without new traffic',
};

/** From this age on a message says that it comes late. */
const LATE_MS = 60_000;

/** How a message came to be what it is, where that is not the plain way. */
export interface Circumstances {
  /** The beginning is told with the end: the receiver could not be told before. Its last answer, or `null` where it was not asked. */
  whole?: { answer: string | null };
  /** Why this receiver is told in place of another. */
  passedOn?: string | null;
}

/** Takes a notification and the instant of sending by our clock, from which ages are counted. */
export function tell(notification: Notification, now: Instant, how: Circumstances = {}): Story {
  const { incident } = notification;
  const facts = [...factsOf(notification, loadBalancersTime(notification, now)), ...circumstances(how)];
  const said = sentence(notification);
  const late = `; it began ${localTime(incident, incident.openedAt)} and could not be told before`;
  return {
    ...said,
    rest: how.whole ? said.rest + late : said.rest,
    blocks: [
      { kind: 'facts', facts },
      ...fall(incident),
      { kind: 'facts', facts: [['Incident', plainText(incident.id, 200)]] },
    ],
  };
}

/** Ages are counted by the clock that stamped the incident: one that is five minutes behind ours makes no message late. */
function loadBalancersTime({ createdAt, notedAt }: Notification, now: Instant): Instant {
  return notedAt === undefined ? now : createdAt + (now - notedAt);
}

/** Equal in every attempt: no age is in it. */
function sentence({ incident, event, createdAt, backend }: Notification): Omit<Story, 'blocks'> {
  const where = `${subjectInWords(incident)} on ${host(incident)}`;
  const since = `since ${localTime(incident, incident.openedAt)}`;
  const lasted = formatDuration((incident.resolvedAt ?? createdAt) - incident.openedAt);
  const words = RULE_WORDS[incident.rule];
  switch (event) {
    case 'firing':
      return {
        mark: null,
        lead: `${capitalized(where)} ${words.is}`,
        rest: ` ${since}: ${causeOf(incident)}${afterStart(incident)}`,
      };
    case 'reminder': {
      const lead = `${where} ${words.hasBeen} for ${lasted}`;
      return { mark: words.still, lead, rest: `, ${since}: ${causeOf(incident)}${afterStart(incident)}` };
    }
    case 'acknowledged':
      return { mark: acknowledgedInWords(incident), lead: `${where} ${words.is}`, rest: ` ${since}` };
    case 'resolved': {
      const over = incident.endEvidence === 'assumed' ? words.over.replace(/^has/, 'is taken to have') : words.over;
      const settled = incident.flaps === null ? '' : `: it is ${SHOWN_IN_WORDS[incident.flaps.state]}`;
      const failed = failedInWords(incident.impact);
      const left = backend === null || backend.condition === 'up' ? '' : `; it is ${conditionInWords(backend)}`;
      const rest = `, after ${lasted}${failed === null ? '' : `, ${failed}`}${left}`;
      return { mark: 'Resolved', lead: `${where} ${over}${settled}`, rest };
    }
  }
}

function factsOf(notification: Notification, now: Instant): Fact[] {
  const { incident, event, createdAt } = notification;
  const { openedAt, resolvedAt, endEvidence } = incident;
  const facts: Fact[] = [...about(incident), ['Host', host(incident)], ['Severity', incident.severity]];
  if (event === 'resolved') {
    const end = resolvedAt ?? createdAt;
    facts.push(['Began', localTime(incident, openedAt)]);
    facts.push(['Ended', localTime(incident, end)]);
    facts.push(['Lasted', formatDuration(end - openedAt)]);
    if (endEvidence !== null && endEvidence !== 'observed') facts.push(['How known', EVIDENCE_IN_WORDS[endEvidence]]);
  } else {
    facts.push(['Since', `${localTime(incident, openedAt)} (${formatDuration(now - openedAt)} ago)`]);
  }
  facts.push(
    ['Cause', causeOf(incident)],
    ...justBefore(incident),
    ...impact(notification),
    ...whatIsLeft(notification),
  );
  if (incident.ack !== null && event !== 'acknowledged') facts.push(['Taken on', takenOnBy(incident).trimStart()]);
  if (incident.flaps !== null) facts.push(['Changes', `${incident.flaps.changes} times up or down`]);
  if (incident.planned) facts.push(['Planned', 'yes, its servers were taken out on purpose']);
  return [...facts, ...lateness(notification, now)];
}

/** What came just before it. */
function justBefore(incident: Incident): Fact[] {
  const { workerBegan, openedAt } = incident;
  if (workerBegan === null) return [];
  const earlier = formatDuration(openedAt - workerBegan);
  return [['After', `a start or reload of HAProxy, ${localTime(incident, workerBegan)} (${earlier} before)`]];
}

function afterStart({ workerBegan, openedAt }: Incident): string {
  return workerBegan === null ? '' : `, ${formatDuration(openedAt - workerBegan)} after a start or reload of HAProxy`;
}

/** Of its backend; that one without a server is down need not be said. */
function whatIsLeft({ incident, event, backend }: Notification): Fact[] {
  if (backend === null) return [];
  if (incident.rule === 'outage' && event !== 'resolved' && backend.condition === 'down') return [];
  return [['Backend is', conditionInWords(backend)]];
}

/** What it did to requests: in the end, or so far. A firing is told before much of it can be known, but for what was queued. */
function impact({ incident, event }: Notification): Fact[] {
  const { queued } = incident.impact ?? { queued: null };
  const waited: Fact[] = queued ? [['Queue', `${requestsInWords(queued)} waiting when the last server fell`]] : [];
  const words = event === 'firing' ? null : impactInWords(incident.impact);
  if (words === null) return waited;
  const isSoFar = incident.resolvedAt === null && incident.impact?.failed !== null;
  return [...waited, ['Impact', `${words}${isSoFar ? ', so far' : ''}`]];
}

/** Says so when a message comes late, because haplog was not running or could not reach the receiver. */
function lateness({ incident, event, createdAt }: Notification, now: Instant): Fact[] {
  const { openedAt, firedAt, resolvedAt } = incident;
  // A firing is due as soon as it fires, everything else when it was noted down.
  const due = event === 'firing' ? (firedAt ?? openedAt) : createdAt;
  if (now - due < LATE_MS) return [];
  if (event === 'resolved') return [['Told late', `${formatDuration(now - (resolvedAt ?? createdAt))} after it ended`]];
  return [['Told late', `this was so at ${localTime(incident, createdAt)}, ${formatDuration(now - createdAt)} ago`]];
}

function circumstances({ whole, passedOn }: Circumstances): Fact[] {
  const answer = whole?.answer ? `: ${plainText(whole.answer, 300)}` : '';
  return [
    ...(whole ? [['Not before', `the beginning could not be told${answer}`] as const] : []),
    ...(passedOn ? [['Told here', plainText(passedOn, 400)] as const] : []),
  ];
}

/** The servers that led to it, in order. */
function fall({ fallen, fallenTotal }: Incident): Block[] {
  if (fallen.length === 0) return [];
  const hidden = fallenTotal - fallen.length;
  const earlier: Item[] = hidden > 0 ? [{ stamp: null, name: null, words: `(${hidden} earlier ones)` }] : [];
  return [{ kind: 'list', title: 'Servers lost', items: [...earlier, ...fallen.map(fallenInWords)] }];
}

function fallenInWords({ at, utcOffsetMin, server, cause, planned }: Fallen): Item {
  const words = causeInWords(cause);
  return {
    stamp: formatStamp(at, utcOffsetMin),
    name: plainText(server, 200),
    words: planned ? `${words} (planned)` : words,
  };
}

export function causeOf(incident: Incident): string {
  if (incident.flaps !== null) return `${incident.flaps.changes} changes so far`;
  return incident.cause === null ? 'HAProxy gave no reason' : causeInWords(incident.cause);
}

export function localTime(incident: Incident, at: Instant): string {
  return formatStamp(at, incident.utcOffsetMin);
}

/** `backend api`, `server api/web1`, `HAProxy`. */
export function subjectInWords({ rule, subject }: Pick<Incident, 'rule' | 'subject'>): string {
  const kind = SUBJECT_OF[rule];
  return kind === 'haproxy' ? 'HAProxy' : `${kind} ${plainText(subject, 400)}`;
}

/** `backend api on lb1`; of another rule than the outage with its name: `server api/web1 on lb1 (flapping)`. */
export function incidentInWords(incident: Pick<Incident, 'rule' | 'subject' | 'host'>): string {
  const rule = incident.rule === 'outage' ? '' : ` (${incident.rule})`;
  return `${subjectInWords(incident)} on ${plainText(incident.host, 200)}${rule}`;
}

function about(incident: Incident): Fact[] {
  const backend = backendOf(incident);
  const facts: Fact[] = backend === null ? [] : [['Backend', plainText(backend, 200)]];
  return SUBJECT_OF[incident.rule] === 'server' ? [...facts, ['Server', plainText(incident.subject, 400)]] : facts;
}

export const acknowledgedInWords = (incident: Incident): string => `Acknowledged${takenOnBy(incident)}`;

function takenOnBy({ ack }: Incident): string {
  if (ack === null) return '';
  const note = ack.note === null ? '' : ` (${plainText(ack.note, 300)})`;
  return ` by ${plainText(ack.by, 100)}${note}`;
}

/** As HAProxy's log calls the machine. */
export function host(incident: Incident): string {
  return plainText(incident.host, 200);
}
