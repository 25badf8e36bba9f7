/** The outbox for people: first for whom something waits and why, then row by row. Pure. */
import { dueSince, incidentInWords } from '../../alerts/index.js';
import type { Instant } from '../../parsers/index.js';
import { formatDuration } from '../duration.js';
import type { Awaited, OutboxEntry } from '../store/store.js';
import { inColumns } from './columns.js';

const HEADER = ['ROW', 'NOTED', 'STATE', 'RECEIVER', 'WHAT', 'ATTEMPTS', 'AGE', 'NEXT', 'WHY'];

export interface Listing {
  /** Empty if it was not asked for. */
  awaited: readonly Awaited[];
  entries: readonly OutboxEntry[];
  /** Whether haplog run is there to send messages; null: that cannot be seen. */
  daemon: boolean | null;
}

/** Takes what was found, the moment, and how a moment is written; returns lines. */
export function outboxText(
  { awaited, entries, daemon }: Listing,
  now: Instant,
  time: (at: Instant) => string,
): string[] {
  const waiting = awaited.map((each) => awaitedInWords(each, now));
  const idle =
    waiting.length > 0 && daemon === false ? ['haplog run is not running on this database: nothing goes out.'] : [];
  const rows = entries.length === 0 ? [] : inColumns([HEADER, ...entries.map((entry) => cellsOf(entry, now, time))]);
  const above = [...idle, ...waiting];
  return above.length > 0 && rows.length > 0 ? [...above, '', ...rows] : [...above, ...rows];
}

function awaitedInWords({ receiver, messages, since, nextAt, answer }: Awaited, now: Instant): string {
  const [wait, age] = [messages === 1 ? '1 message waits' : `${messages} messages wait`, ageOf(since, now)];
  const oldest = messages === 1 ? `for ${age}` : `the oldest for ${age}`;
  const why = answer === null ? '' : `: ${answer}`;
  return `${receiver}: ${wait}, ${oldest}, next attempt ${nextInWords(nextAt, now)}${why}`;
}

function cellsOf(entry: OutboxEntry, now: Instant, time: (at: Instant) => string): string[] {
  const { seq, state, attempts, nextAt, notification } = entry;
  const { receiver, event, incident } = notification;
  const what = `${event}: ${incidentInWords(incident)}`;
  const next = nextAt === null ? '' : nextInWords(nextAt, now);
  const at = notedAt(entry);
  return [
    ...[String(seq), time(at), state, receiver, what, String(attempts)],
    ...[ageOf(at, now), next, whyOf(entry, now)],
  ];
}

/** The receiver's answer; if there is none, what keeps the row. */
function whyOf({ answer, state, behind, nextAt }: OutboxEntry, now: Instant): string {
  if (answer !== null || state !== 'due') return answer ?? '';
  if (behind !== null) return `waits for row ${behind}, or goes with it`;
  return (nextAt ?? 0) > now
    ? 'the receiver asked for a pause, has had its messages of this minute, or was told of the same just now'
    : 'not tried yet';
}

const nextInWords = (at: Instant, now: Instant) => (at <= now ? 'now' : `in ${formatDuration(at - now)}`);

/** To the second: an age is no measurement. */
const ageOf = (at: Instant, now: Instant) => formatDuration(Math.max(0, Math.floor((now - at) / 1000) * 1000));

/** When it was noted down; by our own clock, if that is known. */
export const notedAt = ({ notification: { notedAt, createdAt } }: OutboxEntry): Instant => notedAt ?? createdAt;

/** How long it took from when there was something to tell until it was accepted, in ms; null if it was not accepted. */
export function latencyOf({ state, closedAt, notification }: OutboxEntry): number | null {
  return state === 'delivered' && closedAt !== null ? Math.max(0, closedAt - dueSince(notification)) : null;
}
