/** `--tz` and `--as-of` in the parser's terms. */
import { type Instant, latestStamp, type TimeContext } from '../../parsers/index.js';
import { localZone, parseZone } from '../zone.js';
import type { PastOptions } from './past.js';
import { parseTime } from './time-words.js';

/** Takes the options and the current instant; a wrong zone or time is a `UserError`. */
export function timeContext({ tz, asOf }: PastOptions, now: Instant): TimeContext {
  const zone = tz === undefined ? localZone() : parseZone(tz);
  return { tz: zone, asOf: asOf === undefined ? latestStamp(now) : parseTime(asOf, { now, tz: zone }) };
}
