/** When the lines of a batch were written: in that order the lines of several logs are taken in. */
import { type Instant, type LineContext, latestStamp, parseLine } from '../parsers/index.js';
import type { Source } from './config/config.js';
import type { Batch } from './tail/batch.js';
import { localZone } from './zone.js';

/** A batch that a log has brought. */
export interface Arrival {
  batch: Batch;
  source: Source;
}

/** What the lines of a batch leave out. */
export function contextOf({ batch, source: { tz, host } }: Arrival): LineContext {
  return { tz: tz ?? localZone(), asOf: latestStamp(batch.readAt), host: host ?? undefined };
}

/**
 * The stamp of the first line about a state; null if there is none, or if it is not dated.
 * @param last the same of the log's last batch, for stamps that leave out what the order tells
 */
export function begins({ lines }: Batch, context: LineContext, last: Instant | null): Instant | null {
  const [first] = lines;
  if (first === undefined) return null;
  const parsed = parseLine(first.text, context, () => last ?? undefined);
  return parsed.ok ? parsed.stamp.at : null;
}
