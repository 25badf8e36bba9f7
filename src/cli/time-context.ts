/** `--tz` and `--as-of` in the parser's terms. */
import { type Instant, latestStamp, type TimeContext } from '../../parsers/index.js';
import { localZone, parseZone } from '../zone.js';
import type { PastOptions } from './past.js';
import type { Here } from './time-words.js';

/** Takes the options and the current instant; a wrong zone or time is a `UserError`. */
export async function timeContext({ tz, asOf }: PastOptions, now: Instant): Promise<TimeContext> {
  const given = tz === undefined ? null : parseZone(tz);
  const latest = asOf === undefined ? latestStamp(now) : await instantOf(asOf, { now, tz: given ?? localZone() });
  return {
    // To ask for the machine's zone takes longer than to read a log in which no stamp needs it.
    get tz() {
      return given ?? localZone();
    },
    asOf: latest,
  };
}

async function instantOf(words: string, here: Here): Promise<Instant> {
  const { parseTime } = await import('./time-words.js'); // its library is large
  return parseTime(words, here);
}
