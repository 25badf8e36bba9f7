/** Tells who speaks in a line by what stands before its message: the words that all lines of one process share. */
import { type LineContext, type ParseResult, parseHeader, parseLine } from '../../parsers/index.js';

/** What stands before the host. */
const BEFORE_HOST = /^(?:<\d+>)?(?:1 )?(?:[A-Z][a-z]{2} [ \d]\d \S+|\S+)/;

/** `Z `, `0 ` (of `+01:00`): the same in all lines of a log. */
const STAMP_END_CHARS = 2;

/**
 * For finding out only who speaks. The latest year before this instant, 2096, has a leap day, which a line may bear. A host that is not named stays
 * without a name (`''`), for whoever knows whose log it is.
 */
export const ANY_CONTEXT: LineContext = { tz: 'UTC', asOf: Date.UTC(2097, 0), host: '' };

/** Host, tag and pid, as they stand before the message; where there are none, how a stamp ends, which no tag does. */
export function wordsOf(header: string): string {
  const words = header.slice(BEFORE_HOST.exec(header)?.[0].length ?? 0);
  return words === ' ' ? header.slice(-STAMP_END_CHARS) : words;
}

/** Null if the grammar finds no header. */
export function speakerIn(header: string): { host: string; pid: number | null } | null {
  const read = parseHeader(header, ANY_CONTEXT);
  return read === null ? null : { host: read.host, pid: read.pid };
}

/** A sentence that every version of HAProxy knows. */
const SENTENCE = 'backend x has no server available!';

/** What is read where HAProxy's sentence stands behind these headers: whether one is understood there, and who would say it. */
export function sentenceBehind(headers: string): ParseResult {
  return parseLine(`${headers}${SENTENCE}`, ANY_CONTEXT);
}

/** Whether `bytes[start, end)` are `text`. Compares from the end, where names mostly differ. */
export function isAt(bytes: Buffer, start: number, end: number, text: Buffer): boolean {
  if (end - start !== text.length || start < 0) return false;
  for (let i = text.length - 1; i >= 0; i--) if (bytes[start + i] !== text[i]) return false;
  return true;
}
