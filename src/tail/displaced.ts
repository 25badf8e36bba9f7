/**
 * Finds lines that were not understood and yet end in HAProxy's sentence about a state: something that haplog does not know stands before it. Pure.
 *
 * A client can write such a text, too. In HAProxy's own formats that is traffic, which nobody looks at here; in others a quote or a brace mostly closes
 * behind it, or what else a line about a request tells stands before.
 */
import { parseLine } from '../../parsers/index.js';
import { ANY_CONTEXT } from './header-words.js';

const BLANK = 0x20;
const EXCLAMATION_MARK = 0x21;
const FULL_STOP = 0x2e;

/** How it goes on behind the name: what stands before that may be mangled as well. The grammar says whether it goes on so to the end of the line. */
const BEHIND_NAME = / is (?:UP|DOWN)\b| no server available!/;
/** A server's name, which may be an address. */
const NAME = /^[^="/]+\/[^="/]+$/;

/** What a line about a request tells of it: an address, its date, timers or a state; values by name, and texts in quotes. */
const OF_REQUEST =
  /["=]|\d\.\d+\.\d+\.\d|:[\da-f]*:[\da-f]*:[\da-f]*:|\d\/[A-Z][a-z]{2}\/\d{4}|\d\/-?\d+\/|HTTP\/|\b[A-Z]{3,7} \//;

/** Whether the line in `bytes[start, end)` is such a one, for a line that was passed over undecoded: a look at its last byte answers for almost all. */
export function isDisplacedIn(bytes: Buffer, start: number, end: number): boolean {
  let last = end - 1;
  while (last > start && bytes[last] === BLANK) last--;
  const isEnd = bytes[last] === EXCLAMATION_MARK || bytes[last] === FULL_STOP;
  return isEnd && isDisplaced(bytes.toString('utf8', start, end));
}

/** The same of a text. */
export function isDisplaced(line: string): boolean {
  const at = BEHIND_NAME.exec(line)?.index;
  if (at === undefined || !endsSentence(line.slice(at))) return false;
  const read = parseLine(line, ANY_CONTEXT);
  if (read.ok && read.record.sentence.kind !== 'other') return false;
  const text = read.ok ? read.record.text : line;
  return !OF_REQUEST.test(beforeName(text.slice(0, BEHIND_NAME.exec(text)?.index)));
}

function beforeName(text: string): string {
  const at = text.lastIndexOf(' ') + 1;
  return NAME.test(text.slice(at)) ? text.slice(0, at) : text;
}

function endsSentence(text: string): boolean {
  const sentence = text.startsWith(' no') ? `backend x has${text}` : `Server x/y${text}`;
  const read = parseLine(`2026-01-01T00:00:00Z h t[1]: ${sentence}`, ANY_CONTEXT);
  return read.ok && (read.record.sentence.kind === 'server' || read.record.sentence.kind === 'backend.exhausted');
}
