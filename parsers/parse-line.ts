/** A line's text, taken apart and dated: the one user of the grammar. */
import { parse } from './haproxy.gen.js';
import type { LogRecord, Stamp } from './record.js';
import { parseStamp, type TimeContext } from './syslog-time.js';

export type ParseResult =
  | { ok: true; record: LogRecord; stamp: Stamp }
  /** `column` counts from 1 and is where the grammar could not go on. */
  | { ok: false; reason: string; column: number };

/**
 * Reads one line of haproxy.log.
 * @param text the line without its newline
 * @param context zone and latest instant, for stamps that bear neither zone nor year
 * @returns the record and its instant; or why the line has no header that rsyslog writes. Never throws.
 */
export function parseLine(text: string, context: TimeContext): ParseResult {
  let record: LogRecord;
  try {
    record = parse(text);
  } catch (error) {
    const column = (error as { location?: { start: { column: number } } }).location?.start.column;
    if (column === undefined) throw error;
    return { ok: false, reason: 'no syslog header', column };
  }
  if (!isPid(record.pid) || ('pid' in record.sentence && !isPid(record.sentence.pid))) {
    return { ok: false, reason: 'no such process id', column: 1 };
  }
  if (record.times > TIMES_MAX) return { ok: false, reason: 'no such number of repetitions', column: 1 };
  const stamp = parseStamp(record, context);
  if (stamp === null) return { ok: false, reason: `no such time: ${record.stamp}`, column: 1 };
  return { ok: true, record, stamp };
}

/** rsyslog counts what it folds in an int (runtime/msg.c); nobody writes a state so often. */
const TIMES_MAX = 1_000_000;

/** A pid_t has 31 bits (Linux's own limit is far below); more digits are no process. */
function isPid(pid: number | null): boolean {
  return pid === null || pid < 2 ** 31;
}
