/** `--tz`, `--as-of` and `--host` in the parser's terms. */
import { type Instant, type LineContext, latestStamp } from '../../parsers/index.js';
import { localZone, parseZone } from '../zone.js';
import type { PastOptions } from './past.js';

/** Takes the options and the current instant; a wrong zone, time or host is a `UserError`. */
export async function lineContext({ tz, asOf, host }: PastOptions, now: Instant): Promise<LineContext> {
  const given = tz === undefined ? null : parseZone(tz);
  let latest = latestStamp(now);
  if (asOf !== undefined) {
    const { parseTime } = await import('./time-words.js'); // its library is large
    latest = parseTime(asOf, { now, tz: given ?? localZone() });
  }
  return {
    // Asking for the machine's zone takes longer than reading a log in which no stamp needs it.
    get tz() {
      return given ?? localZone();
    },
    asOf: latest,
    host,
  };
}
