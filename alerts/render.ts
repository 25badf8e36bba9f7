/** A notification in the words that a person reads, whatever the channel. */
import type { Instant } from '../parsers/index.js';
import type { Message } from './channels/channel.js';
import { backendOf, type Fallen, type Incident } from './incident.js';
import type { Notification, NotificationKind } from './notification.js';
import { webhookBody } from './payload.js';
import { RULE_WORDS, type Rule, SUBJECT_OF } from './rules.js';
import type { Evidence } from './state.js';
import { causeInWords, formatDuration, formatStamp, plainText } from './words.js';

/**
 * What stands before the stem of the subject. Words in square brackets do not change the base subject by which mail
 * programs keep a thread together (RFC 5256, section 2.1), other words would.
 */
function subjectMark(event: NotificationKind, rule: Rule): string {
  if (event === 'firing') return '';
  const mark = { resolved: 'Resolved', reminder: RULE_WORDS[rule].still, acknowledged: 'Acknowledged' }[event];
  return `[${mark}] `;
}

const EVIDENCE_IN_WORDS: Record<Evidence, string> = {
  observed: 'stands in the log',
  inferred: 'follows from what HAProxy said of its servers',
  assumed: 'likeliest reading of a silence, HAProxy said nothing of it',
};

/** From this age on a message says that it comes late. */
const LATE_MS = 60_000;

/**
 * Takes a notification and the instant of sending by our clock, from which ages are counted; returns the message. Its text's first
 * line tells the whole in one sentence; names and free text of the log are cleaned, so that no line can be forged.
 */
export function render(notification: Notification, now: Instant): Message {
  const { incident, event } = notification;
  const { rule } = incident;
  const summary = summarize(notification);
  const body = [
    ...story(notification, loadBalancersTime(notification, now)),
    `Incident:    ${plainText(incident.id, 200)}`,
  ];
  return {
    id: notification.dedupKey,
    incidentId: incident.id,
    event,
    incident,
    subject: `${subjectMark(event, rule)}[haplog] ${host(incident)}: ${subjectInWords(incident)} ${RULE_WORDS[rule].is}`,
    text: [summary, '', ...body, ''].join('\n'),
    json: webhookBody(notification, summary),
  };
}

/** Ages are counted by the clock that stamped the incident: one that is five minutes behind ours makes no message late. */
function loadBalancersTime({ createdAt, notedAt }: Notification, now: Instant): Instant {
  return notedAt === undefined ? now : createdAt + (now - notedAt);
}

/** Equal in every attempt: no age is in it. */
function summarize({ incident, event, createdAt }: Notification): string {
  const where = `${subjectInWords(incident)} on ${host(incident)}`;
  const since = `since ${localTime(incident, incident.openedAt)}`;
  const lasted = formatDuration((incident.resolvedAt ?? createdAt) - incident.openedAt);
  const words = RULE_WORDS[incident.rule];
  switch (event) {
    case 'firing':
      return `${capitalized(where)} ${words.is} ${since}: ${causeOf(incident)}`;
    case 'reminder':
      return `${words.still}: ${where} ${words.hasBeen} for ${lasted}, ${since}: ${causeOf(incident)}`;
    case 'acknowledged':
      return `Acknowledged${takenOnBy(incident)}: ${where} ${words.is} ${since}`;
    case 'resolved': {
      const over = incident.endEvidence === 'assumed' ? words.over.replace(/^has/, 'is taken to have') : words.over;
      return `Resolved: ${where} ${over}, after ${lasted}`;
    }
  }
}

/** The facts, one a line. */
function story(notification: Notification, now: Instant): string[] {
  const { incident, event, createdAt } = notification;
  const { openedAt, resolvedAt, endEvidence } = incident;
  const lines = [...about(incident), `Host:        ${host(incident)}`, `Severity:    ${incident.severity}`];
  if (event === 'resolved') {
    const end = resolvedAt ?? createdAt;
    lines.push(`Began:       ${localTime(incident, openedAt)}`);
    lines.push(`Ended:       ${localTime(incident, end)}`);
    lines.push(`Lasted:      ${formatDuration(end - openedAt)}`);
    if (endEvidence !== null && endEvidence !== 'observed')
      lines.push(`How known:   ${EVIDENCE_IN_WORDS[endEvidence]}`);
  } else {
    lines.push(`Since:       ${localTime(incident, openedAt)} (${formatDuration(now - openedAt)} ago)`);
  }
  lines.push(`Cause:       ${causeOf(incident)}`);
  if (incident.planned) lines.push('Planned:     yes, its servers were taken out on purpose');
  lines.push(...lateness(notification, now));
  return [...lines, ...fall(incident), ''];
}

/** Says so when a message comes late, because haplog was not running or could not reach the receiver. */
function lateness({ incident, event, createdAt }: Notification, now: Instant): string[] {
  const { openedAt, firedAt, resolvedAt } = incident;
  // A firing is due as soon as it fires, everything else when it was noted down.
  const due = event === 'firing' ? (firedAt ?? openedAt) : createdAt;
  if (now - due < LATE_MS) return [];
  if (event === 'resolved') return [`Told late:   ${formatDuration(now - (resolvedAt ?? createdAt))} after it ended`];
  return [`Told late:   this was so at ${localTime(incident, createdAt)}, ${formatDuration(now - createdAt)} ago`];
}

/** The servers that led to it, in order. */
function fall(incident: Incident): string[] {
  if (incident.fallen.length === 0) return [];
  const hidden = incident.fallenTotal - incident.fallen.length;
  const lines = incident.fallen.map((fallen) => `  ${fallenInWords(fallen)}`);
  return ['', 'Servers lost:', ...(hidden > 0 ? [`  (${hidden} earlier ones)`] : []), ...lines];
}

function fallenInWords({ at, utcOffsetMin, server, cause, planned }: Fallen): string {
  const words = `${formatStamp(at, utcOffsetMin)}  ${plainText(server, 200)}: ${causeInWords(cause)}`;
  return planned ? `${words} (planned)` : words;
}

function causeOf(incident: Incident): string {
  return incident.cause === null ? 'HAProxy gave no reason' : causeInWords(incident.cause);
}

function localTime(incident: Incident, at: Instant): string {
  return formatStamp(at, incident.utcOffsetMin);
}

/** `backend api`, `server api/web1`, `HAProxy`. */
export function subjectInWords({ rule, subject }: Pick<Incident, 'rule' | 'subject'>): string {
  const kind = SUBJECT_OF[rule];
  return kind === 'haproxy' ? 'HAProxy' : `${kind} ${plainText(subject, 400)}`;
}

function about(incident: Incident): string[] {
  const backend = backendOf(incident);
  const lines = backend === null ? [] : [`Backend:     ${plainText(backend, 200)}`];
  return SUBJECT_OF[incident.rule] === 'server'
    ? [...lines, `Server:      ${plainText(incident.subject, 400)}`]
    : lines;
}

function takenOnBy({ ack }: Incident): string {
  if (ack === null) return '';
  const note = ack.note === null ? '' : ` (${plainText(ack.note, 300)})`;
  return ` by ${plainText(ack.by, 100)}${note}`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function host(incident: Incident): string {
  return plainText(incident.host, 200);
}
