/** History as rows for people: in the order in which it happened, each with what changed, for how long, and why. Pure. */
import type { Impact, Outage, OutageEnd, Shown, Transition } from '../../alerts/index.js';
import type { Instant } from '../../parsers/index.js';
import { formatDuration } from '../duration.js';
import type { History } from '../store/store.js';
import { causeText } from './cause-text.js';

/** How a row looks at first glance. */
export type Tone = 'good' | 'bad' | 'worst' | 'quiet';

export interface Row {
  at: Instant;
  host: string;
  /** Null if it is not about a single worker. */
  pid: number | null;
  /** `backend/server`, the backend, or `haproxy` for the HAProxy of a host. */
  what: string;
  change: string;
  tone: Tone;
  /** How long it stayed so; empty if the log does not tell. */
  lasted: string;
  why: string;
  planned: boolean;
  /** How it is known; of an incident, how its end is. */
  evidence: string;
  /** How many lines of the log said so; null if that is not counted. */
  copies: number | null;
}

export interface RowContext {
  now: Instant;
  /** All changes of the span, even those that are not shown, and what comes next behind it: a state lasted until the server's next one. */
  all: readonly Transition[];
}

/**
 * Takes what is to be shown, and rows of other things. An outage stands at its beginning, after the change that brought it about, with its
 * impact.
 */
export function historyRows(
  { transitions, outages, incidents }: History,
  context: RowContext,
  others: readonly Row[],
): Row[] {
  const ends = endsOf(context.all);
  // An incident bears the id of the outage that opened it.
  const impacts = new Map(incidents.map(({ id, impact }) => [id, impact]));
  return [
    ...transitions.map((transition) => transitionRow(transition, ends.get(transition) ?? null)),
    ...outages.map((outage) => outageRow(outage, impacts.get(outage.id) ?? null, context.now)),
    ...others,
  ].sort((a, b) => a.at - b.at);
}

/** When each state gave way to the next one of the same server in the same worker. */
function endsOf(all: readonly Transition[]): Map<Transition, Instant> {
  const ends = new Map<Transition, Instant>();
  const last = new Map<string, Transition>();
  for (const transition of all) {
    const server = `${transition.host} ${transition.pid} ${transition.backend}/${transition.server}`;
    const before = last.get(server);
    if (before) ends.set(before, transition.at);
    last.set(server, transition);
  }
  return ends;
}

const TONES: Record<Shown, Tone> = { up: 'good', down: 'bad', maint: 'quiet', drain: 'quiet', nolb: 'quiet' };

function transitionRow(transition: Transition, end: Instant | null): Row {
  const { at, host, pid, backend, server, from, to, cause, planned, evidence, copies } = transition;
  const lasted = end === null ? '' : formatDuration(end - at);
  const what = `${backend}/${server}`;
  const why = causeText(cause);
  return { at, host, pid, what, change: `${from} -> ${to}`, tone: TONES[to], lasted, why, planned, evidence, copies };
}

const ENDS: Record<OutageEnd, string> = {
  recovered: 'a server came back',
  process_replaced: 'its worker was replaced',
  process_stopped: 'its worker stopped',
  process_killed: 'its worker was killed',
};

function outageRow(outage: Outage, impact: Impact | null, now: Instant): Row {
  const { start, end, endHow, host, pid, backend, planned, evidence } = outage;
  const lasted = end === null ? `${formatDuration(Math.max(0, now - start))} so far` : formatDuration(end - start);
  const parts = [endHow === null ? null : `ended: ${ENDS[endHow]}`, failedRequests(impact)];
  const why = parts.filter((part) => part !== null).join('; ');
  const words = { what: backend, change: 'no server available', tone: 'worst' as const, lasted, why };
  return { at: start, host, pid, ...words, planned, evidence, copies: null };
}

/** The words of messages, repeated here: their code would load all of alerts/, and an answer must come at once. */
function failedRequests(impact: Impact | null): string | null {
  if (!impact?.failed) return null;
  return `${impact.failed.toLocaleString('en')} ${impact.failed === 1 ? 'request' : 'requests'} failed`;
}
