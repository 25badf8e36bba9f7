/** What is known of an incident besides the one sentence, fact by fact. A further fact is added here, in one place. */
import type { Instant } from '../parsers/index.js';
import { conditionInWords } from './condition.js';
import { impactInWords, requestsInWords } from './impact.js';
import { backendOf, type Incident } from './incident.js';
import { causeOf, host, localTime, takenOnBy } from './incident-words.js';
import type { Notification } from './notification.js';
import { SUBJECT_OF } from './rules.js';
import type { Evidence } from './state.js';
import type { Fact } from './story.js';
import { formatDuration, plainText } from './words.js';

const EVIDENCE_IN_WORDS: Record<Evidence, string> = {
  observed: 'stands in the log',
  inferred: 'follows from what HAProxy said of its servers',
  assumed: 'likeliest reading of a silence, HAProxy said nothing of it',
};

/** From this age on a message says that it comes late. */
const LATE_MS = 60_000;
const SECOND_MS = 1_000;

/** `now` by the clock of the load balancer. */
export function factsOf(notification: Notification, now: Instant): Fact[] {
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
  facts.push(...toldBefore(notification));
  if (incident.ack !== null && event !== 'acknowledged') facts.push(['Taken on', takenOnBy(incident).trimStart()]);
  facts.push(...again(notification));
  if (incident.flaps !== null) facts.push(['Changes', `${incident.flaps.changes} times up or down`]);
  if (incident.planned) facts.push(['Planned', 'yes, its servers were taken out on purpose']);
  return [...facts, ...clockAhead(notification), ...lateness(notification, now)];
}

function about(incident: Incident): Fact[] {
  const backend = backendOf(incident);
  const facts: Fact[] = backend === null ? [] : [['Backend', plainText(backend, 200)]];
  return SUBJECT_OF[incident.rule] === 'server' ? [...facts, ['Server', plainText(incident.subject, 400)]] : facts;
}

/** A receiver that hears of it later than others ought to know that, and that nobody has answered. */
function toldBefore({ incident, event, receiver, createdAt }: Notification): Fact[] {
  const { toldAt, receivers, ack } = incident;
  const others = receivers.slice(0, receivers.indexOf(receiver)).map((name) => plainText(name, 60));
  if (event !== 'firing' || ack !== null || toldAt === null || createdAt - toldAt < SECOND_MS || others.length === 0)
    return [];
  const names =
    others.length > 5 ? `${others.slice(0, 5).join(', ')} and ${others.length - 5} more` : others.join(', ');
  return [['Before you', `${names}, ${localTime(incident, toldAt)}; nobody has taken it on`]];
}

/** Why a trouble that comes again and again is not told each time. */
function again({ incident, event }: Notification): Fact[] {
  const { times, settlesMs } = incident;
  const often: Fact[] = times > 1 ? [['Times', `${times} times in that time`]] : [];
  if (settlesMs === null || event === 'resolved') return often;
  const until = `it has come again and again, and counts as over when it has been well for ${formatDuration(settlesMs)}`;
  return [...often, ['Again', until]];
}

/** The start or reload of HAProxy that came just before it. */
function justBefore(incident: Incident): Fact[] {
  const { workerBegan, openedAt } = incident;
  if (workerBegan === null) return [];
  const earlier = formatDuration(openedAt - workerBegan);
  return [['After', `a start or reload of HAProxy, ${localTime(incident, workerBegan)} (${earlier} before)`]];
}

/** What is left of its backend. That a backend without a server is down need not be said. */
function whatIsLeft({ incident, event, backend }: Notification): Fact[] {
  if (backend === null) return [];
  if (incident.rule === 'outage' && event !== 'resolved' && backend.condition === 'down') return [];
  return [['Backend is', conditionInWords(backend)]];
}

/** What it did to requests: in the end, or so far. A firing is told before much of that can be known, except what was queued. */
function impact({ incident, event }: Notification): Fact[] {
  const { queued } = incident.impact ?? { queued: null };
  const waited: Fact[] = queued ? [['Queue', `${requestsInWords(queued)} waiting when the last server fell`]] : [];
  const words = event === 'firing' ? null : impactInWords(incident.impact);
  if (words === null) return waited;
  const isSoFar = incident.resolvedAt === null && incident.impact?.failed !== null;
  return [...waited, ['Impact', `${words}${isSoFar ? ', so far' : ''}`]];
}

/** Says so when the load balancer's clock is ahead. That one is behind cannot be known: its lines may just have been read late. */
function clockAhead({ createdAt, notedAt = createdAt }: Notification): Fact[] {
  const aheadMs = createdAt - notedAt;
  return aheadMs < LATE_MS
    ? []
    : [['Clock', `that of the load balancer is ${formatDuration(aheadMs)} ahead of haplog's`]];
}

/** Says so when a message comes late, because haplog was not running or could not reach the receiver. */
function lateness({ incident, event, createdAt }: Notification, now: Instant): Fact[] {
  const { openedAt, firedAt, resolvedAt, flaps, toldAt } = incident;
  // A firing is due as soon as it fires; one that others were told first, or that took many changes to see, when it was noted down.
  const isOwn = event === 'firing' && flaps === null && (toldAt === null || toldAt >= createdAt);
  const due = isOwn ? (firedAt ?? openedAt) : createdAt;
  if (now - due < LATE_MS) return [];
  if (event === 'resolved') return [['Told late', `${formatDuration(now - (resolvedAt ?? createdAt))} after it ended`]];
  return [['Told late', `this was so at ${localTime(incident, createdAt)}, ${formatDuration(now - createdAt)} ago`]];
}
