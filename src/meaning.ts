/** What one line of the log means, given all that went before it: parsed, heard, stepped. Pure. */
import { type Incident, nextDueAt, type Plan, type Situation, type Step, step, withImpact } from '../alerts/index.js';
import {
  type EventId,
  forgetHost,
  type HaproxyEvent,
  type Hearing,
  hear,
  hearNothing,
  hostNameOf,
  type Instant,
  type LineContext,
  type ParseResult,
  parseLine,
  waitingSince,
} from '../parsers/index.js';
import { assignRequests } from './impact.js';
import { ALL_IS_NEWS, type Memory, memoryWith } from './memory.js';

/** Whether a line was written while haplog watched, and our clock when it was read. */
export interface Reading {
  live: boolean;
  /** What began before that was before haplog's time, if it is over by then: nobody has missed it. Absent: nothing was. */
  newsSince?: Instant;
  heardAt: Instant;
  /** The log's own time is the only clock: what falls due between two lines happens then, and not with the later line. */
  passes?: boolean;
}

export interface LineToRead {
  text: string;
  live: boolean;
  /** As in `Reading`. */
  newsSince?: Instant;
  /** Our clock when a line with this stamp was read. */
  heardAt: (stamp: Instant) => Instant;
  passes?: boolean;
  /** Its address, by which its event is known. */
  id: EventId;
}

/** What was heard, and what followed from each event that was believed. */
export interface Belief {
  hearing: Hearing;
  steps: Step[];
  /** Incidents whose impact is better known after all steps. */
  struck: Incident[];
  memory: Memory;
}

/** `hearing` is null for a line without a header. */
export type Meaning = { parsed: ParseResult } & (Belief | { hearing: null; steps: []; struck: []; memory: Memory });

/**
 * Takes in one line.
 * @param context what the line leaves out
 */
export function meaningOf(memory: Memory, line: LineToRead, plan: Plan, context: LineContext): Meaning {
  const { heard, situation } = memory;
  const parsed = parseLine(line.text, context, (speaker) => {
    const host = hostNameOf(heard, speaker);
    return waitingSince(heard, host) ?? situation.clocks.get(host)?.at;
  });
  if (!parsed.ok) return { parsed, hearing: null, steps: [], struck: [], memory };
  const { live, newsSince = ALL_IS_NEWS, passes = false } = line;
  const { at } = parsed.stamp;
  const reading = { live, newsSince, passes, heardAt: line.heardAt(at) };
  // What was written before haplog looked has waited for its witness since then: when time passes, all that was written meanwhile is read.
  const since = live ? reading.heardAt : Math.min(at, reading.heardAt);
  const hearing = hear(heard, parsed.record, parsed.stamp, { id: line.id, heardAt: since });
  const { steps, struck, memory: after } = believed(memory, hearing, plan, reading);
  return { parsed, hearing, steps, struck, memory: after };
}

/** What it means that no line has come up to `now`: events that waited for a second line are settled. */
export function meaningOfSilence(memory: Memory, now: Instant, plan: Plan, reading: Reading): Belief {
  return believed(memory, hearNothing(memory.heard, now), plan, reading);
}

function believed(before: Memory, hearing: Hearing, plan: Plan, reading: Reading): Belief {
  let memory = memoryWith(before, { heard: hearing.heard });
  if (hearing.events.length === 0 && memory.unassigned.size === 0) return { hearing, steps: [], struck: [], memory };
  const { live, newsSince = ALL_IS_NEWS, heardAt, passes = false } = reading;
  const steps: Step[] = [];
  for (const { event, copies } of hearing.events) {
    const { heard, traffic } = memory;
    const situation = passes ? timePasses(memory.situation, event, plan, steps) : memory.situation;
    const past = event.at < newsSince;
    const stepped = step(situation, { kind: 'event', event, copies, live, past, heardAt, traffic }, plan);
    const next = withImpact(stepped, event, traffic);
    // A host that was never heard of before may take the place of others, which are then forgotten (alerts/vanished.ts).
    const isKnown = situation.clocks.has(event.host);
    const gone = isKnown ? [] : situation.clocks.changesTo(next.situation.clocks).gone;
    memory = memoryWith(memory, { heard: gone.reduce(forgetHost, heard), situation: next.situation });
    const { memory: after, changed } = assignRequests(memory, (one) => one === event.id);
    memory = after;
    steps.push(changed.length === 0 ? next : { ...next, incidents: [...next.incidents, ...changed] });
  }
  const { held } = memory.heard;
  const { memory: after, changed: struck } = assignRequests(memory, (one) => !held.has(one));
  return { hearing, steps, struck, memory: after };
}

/** The most ticks between two lines: anything beyond is due with the later line. */
const MOST_TICKS = 10_000;

/** The situation after what time alone did to the incidents of the event's host before the event; the steps that say something join the others. */
function timePasses(before: Situation, { host, at }: HaproxyEvent, plan: Plan, steps: Step[]): Situation {
  let situation = before;
  for (let n = 0; n < MOST_TICKS; n++) {
    const due = nextDueAt(situation, host);
    if (due > at) break;
    const next = step(situation, { kind: 'tick', at: due, host }, plan);
    if (next.incidents.length > 0) steps.push(next);
    situation = next.situation;
  }
  return situation;
}
