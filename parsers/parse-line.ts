/** Takes a line's text apart and dates it: the only user of the grammar. */
import { parse } from './haproxy.gen.js';
import type { LogRecord, Sentence, Stamp } from './record.js';
import { type HeardLast, parseStamp, type TimeContext } from './syslog-time.js';

/** What a line leaves out. */
export interface LineContext extends TimeContext {
  /** The host of lines that name none, as in the log files of containers; without it `localhost`. */
  host?: string | undefined;
}

export type ParseResult =
  | { ok: true; record: LogRecord; stamp: Stamp }
  /** `column` counts from 1 and is where the grammar could not go on. */
  | { ok: false; reason: string; column: number };

/** What Peggy throws when the grammar refuses a text: how far it came. */
interface Refusal {
  location: { start: { offset: number; column: number } };
  expected: { type: string; text?: string }[];
}

/**
 * Reads one line of haproxy.log.
 * @param text the line without its newline
 * @param context zone and latest instant, for stamps that bear neither zone nor year; and the host of lines that name none
 * @param heardLast for the hour that comes twice when summer time ends (without it, the first one is meant), and for New Year
 * @returns the record and its instant; or why the line cannot be read. No line makes it throw.
 * @throws {RangeError} if `context.tz` is no IANA zone, at the first stamp without a zone
 */
export function parseLine(text: string, context: LineContext, heardLast: HeardLast = () => undefined): ParseResult {
  const said = readLine(unmarked(text));
  if ('column' in said) return { ok: false, reason: 'no syslog header', column: said.column };
  const record = withHost(said, context);
  if (!isPid(record.pid) || ('pid' in record.sentence && !isPid(record.sentence.pid))) {
    return { ok: false, reason: 'no such process id', column: 1 };
  }
  if (record.times > TIMES_MAX) return { ok: false, reason: 'no such number of repetitions', column: 1 };
  const stamp = parseStamp(record, context, heardLast);
  if (stamp === null) return { ok: false, reason: `no such time: ${record.stamp}`, column: 1 };
  return { ok: true, record, stamp };
}

/**
 * Reads what stands before the message of a line, for a caller that knows the message already.
 * @param text from the line's beginning to where its message begins
 * @returns who spoke, and when; null if the text is no header that rsyslog writes. No text makes it throw.
 * @throws {RangeError} if `context.tz` is no IANA zone, at a stamp without a zone
 */
export function parseHeader(
  text: string,
  context: LineContext,
): (Pick<LogRecord, 'host' | 'pid'> & { stamp: Stamp }) | null {
  const read = headerIn(text, 'Header') ?? headerIn(text, 'Stamped');
  if (read === null || !isPid(read.pid)) return null;
  const header = withHost(read, context);
  const { host, pid } = header;
  const stamp = parseStamp(header, context, () => undefined);
  return stamp === null ? null : { host, pid, stamp };
}

/** `Stamped`: a stamp alone, behind which a request stands without host and tag. */
function headerIn(text: string, startRule: 'Header' | 'Stamped') {
  return unlessRefused(() => parse(unmarked(text), { startRule }));
}

/** What was read, with a name for its host if the line bears none: `''`, or RFC 5424's nil (section 6.2.4), as HAProxy and relays write it. */
export function withHost<T extends Pick<LogRecord, 'host'>>(read: T, { host = 'localhost' }: LineContext): T {
  return read.host === '' || read.host === '-' ? { ...read, host } : read;
}

const BYTE_ORDER_MARK = '\uFEFF';

/**
 * A file that some editor or Windows wrote begins with a byte order mark. After a power failure a line may stand behind a block of NULs that the file
 * system left.
 */
const unmarked = (text: string) =>
  text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text.startsWith('\0') ? text.replace(/^\0+/, '') : text;

/** rsyslog counts the lines that it folds in an int (runtime/msg.c), but no state is written so often. */
const TIMES_MAX = 1_000_000;

const LF_ESCAPED = '#012';

/**
 * HAProxy ends each message with a line feed. FreeBSD's syslogd, those of its kin and sysklogd make a blank of it (`parsemsg_remove_unsafe_characters`),
 * rsyslog an escape where `DropTrailingLFOnReception` is off. A blank may also be where a sentence was cut, so what is not understood without it is read with it.
 */
function readLine(text: string): LogRecord | { column: number } {
  const said = read(unended(text));
  const isUnderstood = 'sentence' in said && !NOT_UNDERSTOOD.has(said.sentence.kind);
  return isUnderstood || unended(text) === text ? said : read(text);
}

const NOT_UNDERSTOOD = new Set<Sentence['kind']>(['other', 'near.miss', 'truncated']);

/** The text without the trace of its line feed. */
function unended(text: string): string {
  let end = text.endsWith(LF_ESCAPED) ? text.length - LF_ESCAPED.length : text.length;
  while (text[end - 1] === ' ') end--;
  return end === text.length ? text : text.slice(0, end);
}

/** What the grammar reads in a line, or where it stopped if not even the header is one. */
function read(text: string): LogRecord | { column: number } {
  try {
    return parse(text);
  } catch (error) {
    const refusal = refusalOf(error);
    const record = readOpening(text);
    if (record === null) return { column: refusal.location.start.column };
    return { ...record, sentence: missed(record.sentence, text, refusal) };
  }
}

/** A line that begins like a sentence and is none; null if it has no header. */
function readOpening(text: string): LogRecord | null {
  return unlessRefused(() => parse(text, { startRule: 'Unread' }));
}

/** What the grammar reads; null if it refuses the text. */
function unlessRefused<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    refusalOf(error);
    return null;
  }
}

/** Whether a sentence that was refused ended too early (`truncated`) or went on otherwise (`near.miss`). */
function missed(sentence: Sentence, text: string, { location, expected }: Refusal): Sentence {
  if (sentence.kind !== 'near.miss') return sentence;
  const { offset, column } = location.start;
  // The bracket of a repeated message closes even behind a text that was cut in it.
  const rest = text.slice(offset).replace(/\]$/, '');
  const cut = rest === '' || expected.some((each) => each.type === 'literal' && each.text?.startsWith(rest));
  return { ...sentence, kind: cut ? 'truncated' : 'near.miss', column };
}

function refusalOf(error: unknown): Refusal {
  const refusal = error as Partial<Refusal>;
  if (refusal.location === undefined || refusal.expected === undefined) throw error;
  return refusal as Refusal;
}

/** A pid_t has 31 bits (Linux's own limit is far below): a larger number is no process. */
function isPid(pid: number | null): boolean {
  return pid === null || pid < 2 ** 31;
}
