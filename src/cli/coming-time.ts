/** Points in time that are to come, as an operator writes them: `02:00` is the next such time, and there is a tomorrow. */
import * as Instants from 'temporal-polyfill/fns/Instant';
import * as PlainDate from 'temporal-polyfill/fns/PlainDate';
import * as ZonedDateTime from 'temporal-polyfill/fns/ZonedDateTime';
import type { Instant } from '../../parsers/index.js';
import { COMING_TIME_FORMS } from './accepted.js';
import { cannotRead, type Here, readTime } from './time-words.js';

const TIME_ONLY = /^\d\d:\d\d(?::\d\d)?$/;

/** Whether it names a time of the day, of whatever day. */
export const isTimeOfDay = (text: string): boolean => TIME_ONLY.test(text.trim());

/**
 * Takes one of `COMING_TIME_FORMS` and returns the moment it means; any other text is a `UserError`.
 * @param after a time of the day is the first such time after it
 */
export function parseComingTime(text: string, here: Here, after: Instant = here.now): Instant {
  return readComingTime(text.trim().toLowerCase(), here, after) ?? cannotRead(text, COMING_TIME_FORMS);
}

function readComingTime(words: string, here: Here, after: Instant): Instant | null {
  if (isTimeOfDay(words)) {
    const soon = readTime(`${dayAt(after, here.tz, 0)} ${words}`, here);
    return soon === null || soon > after ? soon : readTime(`${dayAt(after, here.tz, 1)} ${words}`, here);
  }
  const [, time = ''] = /^tomorrow( \S+)?$/.exec(words) ?? [];
  const isTomorrow = words === 'tomorrow' || isTimeOfDay(time);
  return readTime(isTomorrow ? `${dayAt(here.now, here.tz, 1)}${time}` : words, here);
}

/** The date so many days after `at`, by the calendar of a zone. */
function dayAt(at: Instant, tz: string, days: number): string {
  const today = ZonedDateTime.toPlainDate(Instants.toZonedDateTimeISO(Instants.fromEpochMilliseconds(at), tz));
  return PlainDate.toString(PlainDate.addDays(today, days));
}
