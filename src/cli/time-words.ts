/** Points in time as an operator writes them: `1h`, `yesterday`, `2024-02-21 07:03`. */
import { getBasic } from 'temporal-polyfill/fns/Calendar';
import * as Instants from 'temporal-polyfill/fns/Instant';
import * as PlainDate from 'temporal-polyfill/fns/PlainDate';
import * as PlainDateTime from 'temporal-polyfill/fns/PlainDateTime';
import * as ZonedDateTime from 'temporal-polyfill/fns/ZonedDateTime';
import type { Instant } from '../../parsers/index.js';
import { UserError } from '../user-error.js';
import { TIME_FORMS } from './accepted.js';
import { ago } from './ago.js';

/** The last moment that a four-digit year can name; the first one is that of 1970. */
const LATEST: Instant = Date.parse('9999-12-31T23:59:59.999Z');

export interface Here {
  now: Instant;
  /** The zone of words and of times that name none: an IANA name. */
  tz: string;
}

/**
 * Takes one of `TIME_FORMS` and returns the moment it means. A local time that summer time skips is read as the time
 * the clocks show an hour later, one that comes twice as the first. Any other text is a `UserError`.
 */
export function parseTime(text: string, here: Here): Instant {
  return readTime(text, here) ?? cannotRead(text, TIME_FORMS);
}

/** As `parseTime`, but null for any other text. */
export function readTime(text: string, here: Here): Instant | null {
  const words = text.trim();
  const at = ago(words, here.now) ?? day(words.toLowerCase(), here) ?? epoch(words) ?? absolute(words, here);
  return at !== null && at >= 0 && at <= LATEST ? at : null;
}

/** Throws the `UserError` of a text that is no time. */
export function cannotRead(text: string, forms: string): never {
  throw new UserError(`Cannot read the time ${JSON.stringify(text)}: expected ${forms}.`);
}

function day(word: string, here: Here): Instant | null {
  const today = PlainDate.toZonedDateTime(dateOf(here), here.tz);
  if (word === 'today') return today.epochMilliseconds;
  // By the calendar: the day before may have had 23 or 25 hours.
  return word === 'yesterday' ? ZonedDateTime.startOfDay(ZonedDateTime.subtractDays(today, 1)).epochMilliseconds : null;
}

function epoch(text: string): Instant | null {
  const seconds = /^@(\d{1,12}(?:\.\d{1,9})?)$/.exec(text)?.[1];
  return seconds === undefined ? null : Math.round(Number(seconds) * 1000);
}

const DATE_AND_TIME = /^(\d{4}-\d\d-\d\d)(?:[ Tt](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|z|[+-]\d\d:\d\d)?)?$/;
const TIME_ONLY = /^\d\d:\d\d(?::\d\d)?$/;

function absolute(text: string, here: Here): Instant | null {
  const [, date, time, zone] =
    DATE_AND_TIME.exec(TIME_ONLY.test(text) ? `${PlainDate.toString(dateOf(here))} ${text}` : text) ?? [];
  if (date === undefined) return null;
  try {
    if (zone !== undefined) return Instants.fromString(`${date}T${time}${zone}`).epochMilliseconds;
    // A day begins when the clocks first show it, which need not be at midnight.
    if (time === undefined)
      return PlainDate.toZonedDateTime(PlainDate.fromString(date, getBasic), here.tz).epochMilliseconds;
    const local = PlainDateTime.fromString(`${date}T${time}`, getBasic);
    return PlainDateTime.toZonedDateTime(local, here.tz).epochMilliseconds;
  } catch {
    // The 30th of February, the 25th hour.
    return null;
  }
}

function dateOf({ now, tz }: Here) {
  return ZonedDateTime.toPlainDate(Instants.toZonedDateTimeISO(Instants.fromEpochMilliseconds(now), tz));
}
