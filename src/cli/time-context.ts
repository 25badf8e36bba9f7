/** `--tz` and `--as-of` in the parser's terms. */
import { type Instant, latestStamp, type TimeContext } from '../../parsers/index.js';
import { localZone, parseZone } from '../zone.js';
import type { PastOptions } from './past.js';
import { parseTime } from './time-words.js';

/** Takes the options and the current instant; a wrong zone or time is a `UserError`. */
export function timeContext({ tz, asOf }: PastOptions, now: Instant): TimeContext {
  const given = tz === undefined ? null : parseZone(tz);
  return {
    // To ask for the machine's zone takes longer than to read a log in which no stamp needs it.
    get tz() {
      return given ?? localZone();
    },
    asOf: asOf === undefined ? latestStamp(now) : parseTime(asOf, { now, tz: given ?? localZone() }),
  };
}
