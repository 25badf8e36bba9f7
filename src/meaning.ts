/** What one line of the log means, after all that went before it: parsed, heard, stepped. Pure. */
import { type Plan, type Situation, type Step, step } from '../alerts/index.js';
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
  memory: Memory;
}

/** Nothing is heard of a line without a header. */
export type Meaning = { parsed: ParseResult } & (Belief | { hearing: null; steps: []; memory: Memory });

/**
 * Takes in one line.
 * @param context how stamps without zone and year are to be read
 */
export function meaningOf(memory: Memory, line: LineToRead, plan: Plan, context: TimeContext): Meaning {
  const { heard, situation } = memory;
  const parsed = parseLine(line.text, context, (speaker) => situation.clocks.get(hostNameOf(heard, speaker))?.at);
  if (!parsed.ok) return { parsed, hearing: null, steps: [], memory };
  const reading = { live: line.live, heardAt: line.heardAt(parsed.stamp.at) };
  const hearing = hear(heard, parsed.record, parsed.stamp, { id: line.id, heardAt: reading.heardAt });
  return { parsed, ...believed(situation, hearing, plan, reading) };
}

/** What it means that no line has come up to `now`: what waited for a second one is settled. */
export function meaningOfSilence(memory: Memory, now: Instant, plan: Plan, reading: Reading): Belief {
  return believed(memory.situation, hearNothing(memory.heard, now), plan, reading);
}

function believed(before: Situation, hearing: Hearing, plan: Plan, { live, heardAt }: Reading): Belief {
  let { heard } = hearing;
  let situation = before;
  const steps = hearing.events.map(({ event, copies }) => {
    const next = step(situation, { kind: 'event', event, copies, live, heardAt }, plan);
    // A host that was never heard before may take the place of others, which are forgotten then (alerts/vanished.ts).
    if (!situation.clocks.has(event.host)) {
      for (const host of situation.clocks.changesTo(next.situation.clocks).gone) heard = forgetHost(heard, host);
    }
    situation = next.situation;
    return next;
  });
  return { hearing, steps, memory: { heard, situation } };
}
