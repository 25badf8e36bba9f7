/** What haplog makes of one line, step by step: the daemon's own pipeline, looked at from aside. Pure. */
import {
  type Incident,
  type Notification,
  type Outage,
  type Plan,
  receiversFor,
  type Transition,
} from '../../alerts/index.js';
import type { EventId, Hearing, TimeContext } from '../../parsers/index.js';
import { meaningOf } from '../meaning.js';
import type { Memory } from '../memory.js';
import type { GivenLine } from './given-lines.js';
import { type LineRecord, recordOf } from './record.js';

export interface Header {
  template: 'rfc3339' | 'traditional' | 'rfc5424';
  /** The number in angle brackets, where the template writes it: facility times 8, and severity. */
  pri: number | null;
}

/** Somebody who is told: at once, or when the incident has lasted, or has been over, for so long. */
export interface Telling {
  receiver: string;
  event: Notification['event'];
  incident: Incident;
  afterMs: number;
}

export interface Explanation {
  record: LineRecord;
  header: Header | null;
  /** What the memory of copies says; null where the daemon does not even ask. */
  hearing: Hearing | null;
  /** The number of the line that this one is a copy of. */
  copyOf: number | null;
  transition: Transition | null;
  outages: Outage[];
  incidents: Incident[];
  tells: Telling[];
  /** There is trouble, and no route leads from it to a receiver. */
  unrouted: boolean;
}

/** Takes a line and what was remembered of those before it; returns what it means, and what to remember. */
export function explainLine(
  memory: Memory,
  { text, scan, line, offset }: GivenLine,
  plan: Plan,
  context: TimeContext,
): { explanation: Explanation; memory: Memory } {
  const record = recordOf(text, { file: null, line, offset }, scan, context);
  const header = record.parsed && headerOf(record.raw, record.parsed.stamp);
  const nothing = {
    hearing: null,
    copyOf: null,
    transition: null,
    outages: [],
    incidents: [],
    tells: [],
    unrouted: false,
  };
  if (scan !== 'candidate' || record.parsed === null) return { explanation: { record, header, ...nothing }, memory };
  const read = { text, id: `given:${line}` as EventId, live: true, heardAt: record.stamp.at };
  const { hearing, step, memory: after } = meaningOf(memory, read, plan, context);
  const copyOf = hearing?.kind === 'copy' ? Number(hearing.of.slice('given:'.length)) : null;
  const { transition, outages, incidents } = step ?? nothing;
  const tells = step === null ? [] : [...step.notifications.map(now), ...incidents.flatMap((one) => later(one, plan))];
  const unrouted = incidents.some((one) => !one.planned && receiversFor(one, plan.routes).length === 0);
  const explanation = { record, header, hearing, copyOf, transition, outages, incidents, tells, unrouted };
  return { explanation, memory: after };
}

function headerOf(raw: string, stamp: string): Header {
  const pri = /^<(\d{1,3})>(1 )?/.exec(raw);
  const template = pri?.[2] ? 'rfc5424' : /^\d/.test(stamp) ? 'rfc3339' : 'traditional';
  return { template, pri: pri ? Number(pri[1]) : null };
}

function now({ receiver, event, incident }: Notification): Telling {
  return { receiver, event, incident, afterMs: 0 };
}

/** Whom time alone will tell, unless a later line changes it. */
function later(incident: Incident, { policy, routes }: Plan): Telling[] {
  const { phase, planned, resolvedAt, toldAt } = incident;
  const to = (event: Telling['event'], afterMs: number) =>
    receiversFor(incident, routes).map((receiver) => ({ receiver, event, incident, afterMs }));
  if (phase === 'pending' && resolvedAt === null && !planned) return to('firing', policy.holdMs);
  if (phase === 'firing' && resolvedAt !== null && toldAt !== null) return to('resolved', policy.keepFiringMs);
  return [];
}
