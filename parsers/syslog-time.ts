/**
 * The time in a line's header. RFC 3339 stamps are complete (rsyslog's RSYSLOG_FileFormat, RFC 5424 section 6.2.3);
 * traditional ones (RFC 3164 section 4.1.2) have neither year nor zone: both are inferred from what the reader knows.
 */
import { Temporal } from 'temporal-polyfill';
import type { Instant, Stamp } from './record.js';

/** What a traditional stamp leaves out. */
export interface TimeContext {
  /** IANA zone of the host that wrote the log. */
  tz: string;
  /** The latest instant that a stamp without a year can mean. */
  asOf: Instant;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const MINUTE = 60_000;
const DAY = 86_400_000;

/** The latest instant that a line read at `now` can mean: its clock and zone may be ahead of ours, but not by a year. */
export function latestStamp(now: Instant): Instant {
  return now + DAY;
}

/**
 * The instant that `text` means, and its zone's offset; null where it names no instant (the 31st of February).
 * @param text as the grammar found it: RFC 3339, or `Mmm dd HH:MM:SS`
 */
export function parseStamp(text: string, context: TimeContext): Stamp | null {
  return text.charCodeAt(0) <= 0x39 ? parseRfc3339(text) : parseTraditional(text, context);
}

/** RFC 3339 section 5.6, as rsyslog writes it. `Date.parse` alone would take less for a time. */
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const TRADITIONAL = /^[A-Z][a-z]{2} [ 0-3]\d \d\d:\d\d:\d\d$/;

function parseRfc3339(text: string): Stamp | null {
  const at = RFC3339.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) return null;
  if (text.endsWith('Z')) return { at, utcOffsetMin: 0 };
  const sign = text.at(-6) === '-' ? -1 : 1;
  return { at, utcOffsetMin: sign * (Number(text.slice(-5, -3)) * 60 + Number(text.slice(-2))) };
}

function parseTraditional(text: string, { tz, asOf }: TimeContext): Stamp | null {
  if (!TRADITIONAL.test(text)) return null;
  const month = MONTHS.indexOf(text.slice(0, 3)) + 1;
  const day = Number(text.slice(4, 6));
  const hour = Number(text.slice(7, 9));
  const minute = Number(text.slice(10, 12));
  const second = Number(text.slice(13, 15));
  if (month === 0 || day === 0 || hour > 23 || minute > 59 || second > 60) return null;
  // The latest year in which the stamp exists (29 February) and is not later than `asOf`.
  const latest = new Date(asOf + DAY).getUTCFullYear(); // no zone is a day ahead of UTC
  for (let year = latest; year > latest - 9; year--) {
    const start = minuteStart(year, month, day, hour, minute, tz);
    if (start !== null && start.at + second * 1000 <= asOf) return { ...start, at: start.at + second * 1000 };
  }
  return null;
}

/** The last minute that was looked up: neighbouring lines share it, and zone arithmetic is dear. */
let lastKey = '';
let lastStart: Stamp | null = null;

function minuteStart(year: number, month: number, day: number, hour: number, minute: number, tz: string): Stamp | null {
  const key = `${year} ${month} ${day} ${hour} ${minute} ${tz}`;
  if (key !== lastKey) {
    lastKey = key;
    lastStart = zonedMinute({ year, month, day, hour, minute }, tz);
  }
  return lastStart;
}

function zonedMinute(
  fields: { year: number; month: number; day: number; hour: number; minute: number },
  tz: string,
): Stamp | null {
  try {
    const zoned = Temporal.PlainDateTime.from(fields, { overflow: 'reject' }).toZonedDateTime(tz);
    return { at: zoned.epochMilliseconds, utcOffsetMin: zoned.offsetNanoseconds / 1e6 / MINUTE };
  } catch {
    return null; // no such day
  }
}
