/**
 * The time in a line's header. RFC 3339 stamps are complete (rsyslog's RSYSLOG_FileFormat, RFC 5424 section 6.2.3);
 * traditional ones (RFC 3164 section 4.1.2) have neither year nor zone: both are inferred from what the reader knows.
 */
import { create, equals, toZonedDateTime } from 'temporal-polyfill/fns/PlainDateTime';
import { offsetNanoseconds, toPlainDateTime } from 'temporal-polyfill/fns/ZonedDateTime';
import type { Instant, LogRecord, Stamp } from './record.js';

/** What a traditional stamp leaves out. */
export interface TimeContext {
  /** IANA zone of the host that wrote the log. */
  tz: string;
  /** The latest instant that a stamp without a year can mean; at New Year a day more, if the stamp would otherwise lie far before the lines already heard. */
  asOf: Instant;
}

/**
 * The latest instant known of the process that speaks; undefined if it was never heard. At the end of summer time an hour comes twice, and the order among
 * the other lines tells which one is meant.
 */
export type HeardLast = (speaker: Pick<LogRecord, 'host' | 'pid'>) => Instant | undefined;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const MINUTE = 60_000;
const DAY = 86_400_000;
const HALF_YEAR = 183 * DAY;
/** How far neighbouring lines may be out of order, at most. */
const DISORDER_MS = MINUTE;

/** The latest instant that a line read at `now` can mean: its clock and zone may be ahead of ours, but not by a year. */
export function latestStamp(now: Instant): Instant {
  return now + DAY;
}

/**
 * The instant that a record's stamp means, and its zone's offset; null if it names no instant (the 31st of February). The stamp is as the grammar found it:
 * RFC 3339, or `Mmm dd HH:MM:SS`.
 */
export function parseStamp(
  record: Pick<LogRecord, 'stamp' | 'host' | 'pid'>,
  context: TimeContext,
  heardLast: HeardLast,
): Stamp | null {
  const last = () => heardLast(record);
  if (record.stamp.charCodeAt(0) <= 0x39) return parseRfc3339(record.stamp) ?? parseLocal(record.stamp, context, last);
  return parseTraditional(record.stamp, context, last);
}

/**
 * RFC 3339 section 5.6, as rsyslog writes it, and without the zone's colon, as `journalctl -o short-iso` does until systemd 254. `Date.parse` alone would
 * accept more than that.
 */
const RFC3339 = /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)$/;
/** Without a zone. */
const LOCAL = /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d:\d\d(?:\.\d+)?)$/;
/** With a fraction in `journalctl -o short-precise`; with the year and UTC behind it where the stamp had them. */
const TRADITIONAL = /^[A-Z][a-z]{2} [ 0-3]\d \d\d:\d\d:(\d\d(?:\.\d+)?)(?: (\d{4}))?( UTC)?$/;

/** The second and the zone of the stamp that was last read, and what they mean: neighbouring lines mostly share them. */
let lastSecond = { text: 'none', zone: 'Z', at: 0, utcOffsetMin: 0 };
const SECOND_CHARS = 'yyyy-mm-ddThh:mm:ss'.length;
const FRACTION = /^(\.\d+)?$/;
const ZONE = /(Z|[+-]\d\d:?\d\d)$/;

function parseRfc3339(stamp: string): Stamp | null {
  const { text, zone, at, utcOffsetMin } = lastSecond;
  if (stamp.startsWith(text) && stamp.endsWith(zone)) {
    const fraction = stamp.slice(SECOND_CHARS, -zone.length);
    // Cut off, not rounded, behind the millisecond, as `Date.parse` does.
    if (FRACTION.test(fraction)) return { at: at + Math.round(Number(fraction.slice(0, 4)) * 1000), utcOffsetMin };
  }
  const read = parseRfc3339Anew(stamp);
  if (read !== null) {
    lastSecond = {
      text: stamp.slice(0, SECOND_CHARS),
      zone: stamp.slice(stamp.search(ZONE)),
      at: Math.floor(read.at / 1000) * 1000,
      utcOffsetMin: read.utcOffsetMin,
    };
  }
  return read;
}

function parseRfc3339Anew(stamp: string): Stamp | null {
  if (!RFC3339.test(stamp)) return null;
  const isWhole = stamp.endsWith('Z') || stamp.at(-3) === ':';
  const text = isWhole ? stamp : `${stamp.slice(0, -2)}:${stamp.slice(-2)}`;
  const at = text.startsWith(':60', 16) ? Date.parse(text.replace(':60', ':59')) + 1000 : Date.parse(text);
  const utcOffsetMin = text.endsWith('Z') ? 0 : offsetOf(text);
  if (Number.isNaN(at) || !isItsDay(text, at + utcOffsetMin * MINUTE)) return null;
  return { at, utcOffsetMin };
}

function offsetOf(text: string): number {
  const sign = text.at(-6) === '-' ? -1 : 1;
  return sign * (Number(text.slice(-5, -3)) * 60 + Number(text.slice(-2)));
}

/** Whether the stamp's day exists: `Date.parse` makes the 2nd of March of the 30th of February. (A leap second is the next day's first.) */
function isItsDay(text: string, local: Instant): boolean {
  const day = Number(text.slice(8, 10));
  return day <= 28 || new Date(local - 1000).getUTCDate() === day || new Date(local).getUTCDate() === day;
}

/** A stamp as in RFC 3339, but without a zone, says what a traditional one says that bears a year. */
function parseLocal(text: string, context: TimeContext, heardLast: () => Instant | undefined): Stamp | null {
  const [, year, month, day, time] = LOCAL.exec(text) ?? [];
  return parseTraditional(`${MONTHS[Number(month) - 1]} ${day} ${time} ${year}`, context, heardLast);
}

function parseTraditional(
  text: string,
  { tz: zone, asOf }: TimeContext,
  heardLast: () => Instant | undefined,
): Stamp | null {
  const parts = TRADITIONAL.exec(text);
  if (parts === null) return null;
  const tz = parts[3] === undefined ? zone : 'UTC';
  const month = MONTHS.indexOf(text.slice(0, 3)) + 1;
  const day = Number(text.slice(4, 6));
  const hour = Number(text.slice(7, 9));
  const minute = Number(text.slice(10, 12));
  const micros = Math.round(Number(parts[1]) * 1e6);
  if (month === 0 || day === 0 || hour > 23 || minute > 59 || micros >= 61e6) return null;
  const inYear = (year: number, until: Instant) =>
    minuteStarts(year, month, day, hour, minute, tz)
      .map((start) => ({ ...start, at: start.at + Math.trunc(micros / 1000) }))
      .filter(({ at }) => at <= until);
  const meant = ([first, again]: Stamp[]) =>
    again && (heardLast() ?? 0) - first!.at > DISORDER_MS ? again : (first ?? null);
  if (parts[2] !== undefined) return meant(inYear(Number(parts[2]), Number.POSITIVE_INFINITY));
  // The latest year in which the stamp exists (29 February) and is not later than `asOf`.
  const latest = new Date(asOf + DAY).getUTCFullYear(); // no zone is a day ahead of UTC
  for (let year = latest; year > latest - 9; year--) {
    const found = inYear(year, asOf);
    const [first] = found;
    if (first === undefined) continue;
    // A process does not go back by half a year: the stamp is of the year after, just behind New Year or a little later than `asOf`.
    if (asOf - first.at > HALF_YEAR && (heardLast() ?? 0) - first.at > HALF_YEAR) {
      const [later] = inYear(year + 1, asOf + DAY);
      if (later !== undefined) return later;
    }
    return meant(found);
  }
  return null;
}

/** The last minute that was looked up: neighbouring lines share it, and zone arithmetic is expensive. */
let lastKey = '';
let lastStarts: Stamp[] = [];

/** When a minute begins in a zone: never, once, or, at the end of summer time, twice. */
function minuteStarts(year: number, month: number, day: number, hour: number, minute: number, tz: string): Stamp[] {
  const key = `${year} ${month} ${day} ${hour} ${minute} ${tz}`;
  if (key !== lastKey) {
    lastKey = key;
    lastStarts = zonedMinutes([year, month, day, hour, minute], tz);
  }
  return lastStarts;
}

/** Uses the library's plain functions: its classes would cost every start of haplog 8 ms more. */
function zonedMinutes(fields: Parameters<typeof create>, tz: string): Stamp[] {
  let local: ReturnType<typeof create>;
  try {
    local = create(...fields);
  } catch {
    return []; // no such day
  }
  // The hour that summer time skips does not exist; a host that stamps so has not put its clock forward ("compatible").
  const first = toZonedDateTime(local, tz, { disambiguation: 'compatible' });
  const last = toZonedDateTime(local, tz, { disambiguation: 'later' });
  const isTwice = last.epochMilliseconds !== first.epochMilliseconds && equals(toPlainDateTime(first), local);
  return (isTwice ? [first, last] : [first]).map((zoned) => ({
    at: zoned.epochMilliseconds,
    utcOffsetMin: offsetNanoseconds(zoned) / 1e6 / MINUTE,
  }));
}
