/** How things stand, for people; the first line says all in short, as monitoring plugins want it. Pure. */
import {
  causeInWords,
  conditionInWords,
  type Incident,
  incidentsByRoot,
  RULE_WORDS,
  rootInWords,
  subjectInWords,
} from '../../alerts/index.js';
import type { Instant } from '../../parsers/index.js';
import { formatDuration } from '../duration.js';
import { CUT_REMEDY, notUnderstood, someCut } from '../misses.js';
import { printable } from '../printable.js';
import type { ServerOut, ServerUp } from '../standing.js';
import type { Unread } from '../tail/unread.js';
import { type Part, paragraphs } from './paragraphs.js';
import { isWell, quantile, type Status } from './status-json.js';
import { unfollowedTeller } from './unfollowed.js';

/** Takes what was found and how a moment is written; ends with a newline. */
export function statusText(status: Status, now: Instant, local: (at: Instant) => string): string {
  const { standing, conditions, up, troubles, logs, open, database, daemon, outbox, latencies, counted } = status;
  const { disbelieved, samples } = status;
  const { backends, incidents } = standing;
  const since = (at: Instant) => `since ${local(at)} (${formatDuration(Math.max(0, now - at))})`;
  const planned = (is: boolean) => (is ? ', planned' : '');
  const without = backends.flatMap(({ outage }) => (outage === null ? [] : [outage]));
  const out = backends.flatMap(({ host, backend, out: servers }) => servers.map((one) => ({ host, backend, ...one })));

  // A monitoring plugin shows the first line alone: if nothing is out, it says what is wrong with haplog itself.
  const isOut = without.length + out.length > 0 || incidents.some(({ phase }) => phase === 'firing');
  const first = isOut ? [inShort(status), ...troubles] : [...troubles, inShort(status)];

  const parts: Part[] = [
    [isWell(status) ? 'OK' : 'TROUBLE', first],
    [
      'backend',
      [
        ...without.map(
          (one) => `${one.host}: ${one.backend} has no server available ${since(one.start)}${planned(one.planned)}`,
        ),
        ...conditions
          .filter(({ condition }) => condition !== 'down' && (up !== null || condition !== 'up'))
          .map((one) => `${one.host}: ${one.backend} is ${conditionInWords(one)}`),
      ],
    ],
    [
      'server',
      [
        ...out.map(
          (one) =>
            `${one.host}: ${one.backend}/${one.server} ${stateInWords(one)} ${since(one.at)}: ${causeInWords(one.cause)}${planned(one.planned)}`,
        ),
        ...(up ?? []).map((one) => `${one.host}: ${one.backend}/${one.server} ${stateInWords(one)}`),
      ],
    ],
    [
      'incident',
      incidentsByRoot(incidents).flatMap(({ root, items }) => {
        const lines = items.map((one) => incidentInWords(one, unfollowedTeller(one, logs), now, local));
        return root === null
          ? lines
          : [`${items.length} began together, ${rootInWords(root)}:`, ...lines.map((line) => `  ${line}`)];
      }),
    ],
    [
      'outbox',
      [
        `${outbox.due} waiting, ${outbox.delivered} delivered, ${outbox.rejected + outbox.expired} failed (${outbox.rejected} rejected, ${outbox.expired} expired), ${outbox.muted} muted${outbox.dropped > 0 ? `, ${outbox.dropped} dropped` : ''}`,
      ],
    ],
    ['latency', latencies.length === 0 ? [] : [latencyInWords(latencies)]],
    ['daemon', [`${daemon === null ? 'cannot be seen' : daemon ? 'running' : 'not running'} on ${database}`]],
    [
      'log',
      logs.length === 0
        ? ['none was followed yet']
        : logs.map(({ path, offset, unread, followed }) => {
            const left = followed ? '' : 'no longer followed, ';
            return `${path}: ${left}read to byte ${offset}, ${unreadInWords(unread, offset)}`;
          }),
    ],
    ['lines', [linesInWords(counted)]],
    ['unknown', [unknownInWords(counted), ...(someCut(samples) ? [CUT_REMEDY] : [])]],
    [
      'suspect',
      [
        `${counted.suspects} lines that may be forged and made no event: haplog query --suspect shows them`,
        ...disbelieved.map((one) => disbelievedInWords(one, local)),
        ...open.map((one) => openInWords(one, local)),
      ],
    ],
    ['samples', samples.map(({ text, reason, at }) => `${local(at)} ${reason}: ${text}`)],
  ];
  return paragraphs(parts.map(([label, lines]) => [label, lines.map(printable)]));
}

/** The state; how it is known, if the log did not say it; and what checks say, if maintenance hides it. */
function stateInWords({ state, operational, evidence }: ServerUp | ServerOut): string {
  const hidden = state === 'maint' && operational !== 'up' ? ` (${operational})` : '';
  return `${state}${hidden}${evidence === 'observed' ? '' : ` (${evidence})`}`;
}

/** @param gone the log that told it, if it is no longer followed */
function incidentInWords(
  incident: Incident,
  gone: string | null,
  now: Instant,
  local: (at: Instant) => string,
): string {
  const { host, rule, severity, phase, openedAt, resolvedAt, planned, quietUntil, ack } = incident;
  const since = (at: Instant) => `since ${local(at)} (${formatDuration(Math.max(0, now - at))})`;
  const well = resolvedAt === null ? '' : `, well ${since(resolvedAt)}`;
  const isQuiet = quietUntil !== null && quietUntil > now;
  const quiet = isQuiet ? `, nothing is told of it until ${local(quietUntil)}` : '';
  const end = `, told by ${gone}, which is no longer followed: nothing tells its end`;
  const left = gone === null ? '' : `${end}${ack === null ? ', haplog ack ends its reminders' : ''}`;
  const taken = ack === null ? '' : `, taken on by ${ack.by}`;
  const about = `${host}: ${subjectInWords(incident)} ${RULE_WORDS[rule].is} ${since(openedAt)}`;
  return `${phase}, ${severity}: ${about}${well}${planned ? ', planned' : ''}${quiet}${left}${taken}`;
}

function disbelievedInWords(
  { host, tag, pid, lines, lastAt }: Status['disbelieved'][number],
  local: (at: Instant) => string,
): string {
  const said = `${lines} lines of ${tag}[${pid}] say within a day that a backend has no server, last ${local(lastAt)}`;
  return `${host}: ${said}: if it is a HAProxy of yours, put <%PRI%> into the template of rsyslog`;
}

function openInWords({ host, onStderr, forgedAt }: Status['open'][number], local: (at: Instant) => string): string {
  const tried = forgedAt === null ? '' : ` (somebody tried to forge one, last ${local(forgedAt)})`;
  const open = `clients of ${host} seem to begin lines of its log as they like${tried}`;
  const meant = onStderr
    ? 'a change that `log` lines tell counts there only if it stands on stderr as well'
    : 'so that they could forge changes';
  return `${open}, ${meant}: let its log-format begin with %ci:%cp, or put <%PRI%> into the template of rsyslog`;
}

function inShort({ standing: { backends, incidents } }: Status): string {
  const without = backends.filter(({ outage }) => outage !== null).length;
  const out = backends.reduce((sum, backend) => sum + backend.out.length, 0);
  const firing = incidents.filter(({ phase }) => phase === 'firing').length;
  return `backends without a server: ${without}, incidents firing: ${firing}, servers not up: ${out}`;
}

function latencyInWords(latencies: readonly number[]): string {
  const [half, most] = [0.5, 0.99].map((share) => formatDuration(quantile(latencies, share) ?? 0));
  const last = latencies.length === 1 ? 'the last message' : `the last ${latencies.length} messages`;
  return `from the line to acceptance, of ${last}: half within ${half}, 99 % within ${most}`;
}

function linesInWords(counted: Status['counted']): string {
  const { lines, traffic } = counted;
  const missed = notUnderstood(counted);
  return `${lines} read: ${traffic} traffic, ${lines - traffic - missed} understood, ${missed} not understood`;
}

function unknownInWords({ nearMisses, unknown, rejected, other, oversize }: Status['counted']): string {
  const openings = `${other} of unknown opening`;
  return `${nearMisses} near misses, ${unknown} other sentences, ${rejected} rejected, ${openings}, ${oversize} too long`;
}

function unreadInWords(unread: Unread, offset: number): string {
  switch (unread.kind) {
    case 'unread':
      if (unread.bytes > 0) return `${unread.bytes} bytes not read yet`;
      return offset === 0 ? 'it is empty' : 'to its end';
    case 'other':
      return 'another file stands there now';
    case 'missing':
      return 'there is no such file now';
    case 'unreadable':
      return 'which you may not read';
  }
}
