/** Tells who speaks in a line by what stands before its message: the words that all lines of one process share. */
import { type LineContext, type ParseResult, parseHeader, parseLine } from '../../parsers/index.js';

/** Behind a stamp. What may as well be a host is none where a host and a tag with a pid follow (grammar/envelope.peggy, Whose). */
const YEAR_OR_ZONE = String.raw`(?:\d{4}|[+-]\d\d(?::?\d\d)?|[A-Z]{3,5})(?= (?:[\w.-]|:(?! ))+ [\w./-]+\[\d+\]:)`;
const WITH_BLANK = String.raw`(?:[A-Z][a-z]{2} )?\d{4}-\d\d-\d\d \d\d:\S*`;
const TRADITIONAL = String.raw`(?:[A-Z][a-z]{2} |\d{4} )?[A-Z][a-z]{2} [ \d]\d \S+`;

/** What stands before the host, in all headers that bear a stamp; and the host. */
export const STAMP = new RegExp(
  String.raw`^((?:<\d+>)?(?:1 )?(?:(?:${WITH_BLANK}|${TRADITIONAL})(?: ${YEAR_OR_ZONE})?|\S+))(?: (\S*))?`,
);

/** A second stamp: what a relay received, and what HAProxy wrote itself, have one. */
const FURTHER_STAMP = /(?<=[ >])((?:\d{4}-\d\d-\d\d[T ]|[A-Z][a-z]{2} [ \d]\d )\d\d:\d\d:\S+)/;

/** `Z `, `0 ` (of `+01:00`): the same in all lines of a log. */
const STAMP_END_CHARS = 2;

/** What all lines of one process share before their messages. */
export interface Words {
  /** The same for all of them, and for no other process. */
  key: string;
  /** The texts between the stamps, and behind the last one; and how far before the message each begins, in bytes. */
  parts: { text: Buffer; back: number }[];
}

/**
 * For finding out only who speaks. The latest year before this instant, 2096, has a leap day, which a line may bear. A host that is not named stays
 * without a name (`''`), for whoever knows whose log it is.
 */
export const ANY_CONTEXT: LineContext = { tz: 'UTC', asOf: Date.UTC(2097, 0), host: '' };

/** Host, tag and pid, as they stand before the message, and a relay before them; where there are none, how a stamp ends, which no tag does. */
export function wordsOf(header: string): Words {
  const behind = header.slice(STAMP.exec(header)?.[1]?.length ?? 0);
  if (behind === ' ') return { key: behind, parts: [partOf(header.slice(-STAMP_END_CHARS), '')] };
  const texts = behind.split(FURTHER_STAMP);
  const isText = (_: unknown, n: number) => n % 2 === 0;
  const parts = texts.map((text, n) => partOf(text, texts.slice(n + 1).join(''))).filter(isText);
  return { key: texts.filter(isText).join('\n'), parts };
}

function partOf(text: string, rest: string): Words['parts'][number] {
  const bytes = Buffer.from(text);
  return { text: bytes, back: bytes.length + Buffer.byteLength(rest) };
}

/** Whether these words stand before the message that begins at `message`. Looks at no stamp, so that nothing has to be decoded. */
export function areBefore({ parts }: Words, bytes: Buffer, message: number): boolean {
  for (const { text, back } of parts) {
    if (!isAt(bytes, message - back, message - back + text.length, text)) return false;
  }
  return true;
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
