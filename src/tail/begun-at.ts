/** When a log file was begun: the stamp of its first dated line, whatever that says. */
import { type Instant, parseLine, type TimeContext } from '../../parsers/index.js';
import type { LogFile } from './log-file.js';
import { headedAsWhole } from './pieces.js';

/** Null if none of its first lines is dated. */
export function begunAt(file: LogFile, context: TimeContext): Instant | null {
  for (const line of file.firstLines()) {
    const parsed = parseLine(headedAsWhole(line), context);
    if (parsed.ok) return parsed.stamp.at;
  }
  return null;
}
