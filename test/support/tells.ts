/** What haplog makes of one line by itself: its class by the byte scan, and whether it tells of a state. */
import {
  classify,
  type EventId,
  type HaproxyEvent,
  hear,
  hearNothing,
  type LineClass,
  NOTHING_HEARD,
  type ParseResult,
  parseLine,
  type TimeContext,
} from '../../parsers/index.js';

const CONTEXT: TimeContext = { tz: 'UTC', asOf: Date.parse('2026-11-23T00:00:00Z') };
const ID = 'f:0' as EventId;
const NO_HEADER = Buffer.from('x');

/** The line's class as for the first line of a log: the scan's memory of neighbouring headers is emptied before. */
export function classAlone(line: Buffer): LineClass {
  classify(NO_HEADER, 0, 1);
  return classify(line, 0, line.length);
}

export function parsed(line: Buffer): ParseResult {
  return parseLine(line.toString('utf8'), CONTEXT);
}

/** The event that the line alone would be; null for a line that tells of no state. */
export function eventOf(result: ParseResult): HaproxyEvent | null {
  if (!result.ok) return null;
  const hearing = hear(NOTHING_HEARD, result.record, result.stamp, { id: ID, heardAt: 0 });
  const later = hearNothing(hearing.heard, Number.POSITIVE_INFINITY);
  return [...hearing.events, ...later.events][0]?.event ?? null;
}
