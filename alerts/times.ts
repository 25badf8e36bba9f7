/** Hours that recur every day, or on some days of the week, by the clock on the wall. */
import * as Instants from 'temporal-polyfill/fns/Instant';
import * as PlainDate from 'temporal-polyfill/fns/PlainDate';
import * as PlainDateTime from 'temporal-polyfill/fns/PlainDateTime';
import * as ZonedDateTime from 'temporal-polyfill/fns/ZonedDateTime';
import type { Instant } from '../parsers/index.js';

export interface Times {
  /** Days on which they begin: 1 is Monday, 7 Sunday. */
  days: readonly number[];
  /** Minutes since midnight. An end that is not later than the beginning is on the next day. */
  fromMin: number;
  untilMin: number;
  /** IANA name. */
  zone: string;
}

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const DAY_MIN = 24 * 60;

/** What `readTimes` takes, for people. */
export const TIMES_FORM = 'days, hours and a zone, such as "Mon-Fri 08:00-18:00 Europe/Berlin" or "daily 22:00-06:00"';

/**
 * Takes `Mon-Fri 08:00-18:00 Europe/Berlin`, `Sat,Sun 00:00-24:00 UTC`, `daily 22:00-06:00`; returns what it means, null for any other
 * text. Does not check whether the zone exists.
 * @param here the zone that holds if none is named
 */
export function readTimes(text: string, here: string): Times | null {
  const found = /^(\S+) (\d\d):(\d\d)-(\d\d):(\d\d)(?: (\S+))?$/.exec(text.trim().replace(/\s+/g, ' '));
  if (!found) return null;
  const [, words = '', fromHour, fromMinute, untilHour, untilMinute, zone = here] = found;
  const days = daysIn(words.toLowerCase());
  const fromMin = minutes(fromHour, fromMinute);
  const untilMin = minutes(untilHour, untilMinute);
  if (days === null || fromMin >= DAY_MIN || untilMin > DAY_MIN) return null;
  return Number(fromMinute) > 59 || Number(untilMinute) > 59 ? null : { days, fromMin, untilMin, zone };
}

function daysIn(words: string): number[] | null {
  if (words === 'daily') return [1, 2, 3, 4, 5, 6, 7];
  const days = new Set<number>();
  for (const part of words.split(',')) {
    const [first, last = first] = part.split('-').map((word) => DAYS.indexOf(word) + 1);
    if (part.split('-').length > 2 || !first || !last) return null;
    // From Friday to Monday goes over the end of the week.
    for (let day = first; ; day = (day % 7) + 1) {
      days.add(day);
      if (day === last) break;
    }
  }
  return [...days].sort();
}

const minutes = (hour: string | undefined, minute: string | undefined) => 60 * Number(hour) + Number(minute);

/** When the hours that `at` lies in end; null if it lies in none. A clock that is put forward over them skips them. */
export function openUntil({ days, fromMin, untilMin, zone }: Times, at: Instant): Instant | null {
  const today = ZonedDateTime.toPlainDate(Instants.toZonedDateTimeISO(Instants.fromEpochMilliseconds(at), zone));
  for (const date of [PlainDate.subtractDays(today, 1), today]) {
    if (!days.includes(PlainDate.dayOfWeek(date))) continue;
    const end = untilMin <= fromMin ? PlainDate.addDays(date, 1) : date;
    const until = onTheWall(end, untilMin, zone);
    if (onTheWall(date, fromMin, zone) <= at && at < until) return until;
  }
  return null;
}

/** When the hours next begin after `at`. */
export function opensAt({ days, fromMin, zone }: Times, at: Instant): Instant {
  let date = ZonedDateTime.toPlainDate(Instants.toZonedDateTimeISO(Instants.fromEpochMilliseconds(at), zone));
  // They begin within eight days: today's may have begun already, and there is at least one day in the week.
  for (let n = 0; n <= 8; n++, date = PlainDate.addDays(date, 1)) {
    const begins = onTheWall(date, fromMin, zone);
    if (begins > at && days.includes(PlainDate.dayOfWeek(date))) return begins;
  }
  return Number.POSITIVE_INFINITY;
}

/** When the clocks of a zone show so many minutes of a day. If they skip that time, it is later by as much as they skip. */
function onTheWall(date: PlainDate.Record, minutesOfDay: number, zone: string): Instant {
  const local = PlainDateTime.addMinutes(PlainDate.toPlainDateTime(date), minutesOfDay);
  return PlainDateTime.toZonedDateTime(local, zone).epochMilliseconds;
}
