/** What one line of the log means, after all that went before it: parsed, heard, stepped. Pure. */
import { type Plan, type Step, step } from '../alerts/index.js';
import {
  type EventId,
  type Hearing,
  hear,
  type Instant,
  type ParseResult,
  parseLine,
  type TimeContext,
} from '../parsers/index.js';
import type { Memory } from './memory.js';

export interface LineToRead {
  text: string;
  /** Its address, by which its event is known. */
  id: EventId;
  /** Whether it was written under our eyes, and our clock when it was read. */
  live: boolean;
  heardAt: Instant;
}

/** Each part is null where the one before left nothing to do. */
export interface Meaning {
  parsed: ParseResult;
  hearing: Hearing | null;
  step: Step | null;
  memory: Memory;
}

/**
 * Takes in one line.
 * @param context how stamps without zone and year are to be read
 */
export function meaningOf(memory: Memory, line: LineToRead, plan: Plan, context: TimeContext): Meaning {
  const parsed = parseLine(line.text, context);
  if (!parsed.ok) return { parsed, hearing: null, step: null, memory };
  const hearing = hear(memory.heard, parsed.record, parsed.stamp, line.id);
  const { heard } = hearing;
  if (hearing.kind !== 'event') return { parsed, hearing, step: null, memory: { ...memory, heard } };
  const { event, copies } = hearing;
  const { live, heardAt } = line;
  const next = step(memory.situation, { kind: 'event', event, copies, live, heardAt }, plan);
  return { parsed, hearing, step: next, memory: { heard, situation: next.situation } };
}
