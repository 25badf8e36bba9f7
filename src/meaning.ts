/** What one line of the log means, after all that went before it: parsed, heard, stepped. Pure. */
import { type Incident, type Plan, type Step, step, withImpact } from '../alerts/index.js';
import {
  type EventId,
  forgetHost,
  type Hearing,
  hear,
  hearNothing,
  hostNameOf,
  type Instant,
  type ParseResult,
  parseLine,
  type TimeContext,
} from '../parsers/index.js';
import { assignRequests } from './impact.js';
import type { Memory } from './memory.js';

/** Whether a line was written under our eyes, and our clock when it was read. */
export interface Reading {
  live: boolean;
  heardAt: Instant;
}

export interface LineToRead {
  text: string;
  live: boolean;
  /** Our clock when a line with this stamp was read. */
  heardAt: (stamp: Instant) => Instant;
  /** Its address, by which its event is known. */
  id: EventId;
}

/** What was heard, and what followed from each event that was believed. */
export interface Belief {
  hearing: Hearing;
  steps: Step[];
  /** Incidents of whose impact more is known after all steps. */
  struck: Incident[];
  memory: Memory;
}

/** Nothing is heard of a line without a header. */
export type Meaning = { parsed: ParseResult } & (Belief | { hearing: null; steps: []; struck: []; memory: Memory });

/**
 * Takes in one line.
 * @param context how stamps without zone and year are to be read
 */
export function meaningOf(memory: Memory, line: LineToRead, plan: Plan, context: TimeContext): Meaning {
  const { heard, situation } = memory;
  const parsed = parseLine(line.text, context, (speaker) => situation.clocks.get(hostNameOf(heard, speaker))?.at);
  if (!parsed.ok) return { parsed, hearing: null, steps: [], struck: [], memory };
  const reading = { live: line.live, heardAt: line.heardAt(parsed.stamp.at) };
  const hearing = hear(heard, parsed.record, parsed.stamp, { id: line.id, heardAt: reading.heardAt });
  return { parsed, ...believed(memory, hearing, plan, reading) };
}

/** What it means that no line has come up to `now`: what waited for a second one is settled. */
export function meaningOfSilence(memory: Memory, now: Instant, plan: Plan, reading: Reading): Belief {
  return believed(memory, hearNothing(memory.heard, now), plan, reading);
}

function believed(before: Memory, hearing: Hearing, plan: Plan, { live, heardAt }: Reading): Belief {
  let memory: Memory = { ...before, heard: hearing.heard };
  const assign = (isJudged: (after: EventId) => boolean): Incident[] => {
    const assigned = assignRequests(memory, isJudged);
    memory = assigned.memory;
    return assigned.changed;
  };
  const steps = hearing.events.map(({ event, copies }) => {
    const { situation, heard } = memory;
    const stepped = step(situation, { kind: 'event', event, copies, live, heardAt }, plan);
    const next = withImpact(stepped, event, memory.traffic);
    memory = { ...memory, situation: next.situation };
    // A host that was never heard before may take the place of others, which are forgotten then (alerts/vanished.ts).
    if (!situation.clocks.has(event.host)) {
      const { gone } = situation.clocks.changesTo(next.situation.clocks);
      memory = { ...memory, heard: gone.reduce(forgetHost, heard) };
    }
    const struck = assign((after) => after === event.id);
    return struck.length === 0 ? next : { ...next, incidents: [...next.incidents, ...struck] };
  });
  const struck = assign((after) => !memory.heard.held.has(after));
  return { hearing, steps, struck, memory };
}
