/** What stands in a header, by its bytes: stamps, tags, versions and the fields of RFC 5424. Each step takes where to begin and where the line ends. */
import {
  BACKSLASH,
  BRACKET_CLOSE,
  BRACKET_OPEN,
  COLON,
  DASH,
  DIGIT_1,
  DIGIT_9,
  GT,
  QUOTE,
  SLASH,
  SPACE,
} from './bytes.js';
import { digits, letters, literal, one } from './cursor.js';
import { bytesOf } from './openings.js';

/** Behind `<134>`. */
export function afterPriority(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== GT && bytes[at] !== SPACE) at++;
  return at + 1;
}

/** The `1 ` of RFC 5424. */
export function isVersion(bytes: Uint8Array, at: number, end: number): boolean {
  return at + 1 < end && bytes[at] === DIGIT_1 && bytes[at + 1] === SPACE;
}

/** `2026-11-30T14:20:47Z`, `2026-11-30 14:20:47`, `Nov 30 14:20:47`, `2026 Nov 30 14:20:47`, `Mon Nov 30 14:20:47 2026`. */
export function wordsOfStamp(bytes: Uint8Array, start: number): number {
  if (bytes[start]! <= DIGIT_9) return bytes[start + 4] === SPACE ? 4 : bytes[start + 10] === SPACE ? 2 : 1;
  return bytes[start + 4]! > DIGIT_9 ? 5 : 3;
}

/** Whether the word before `next` and its blanks ends as `haproxy[1]:` does. No host's name does. */
export function endsTag(bytes: Uint8Array, next: number): boolean {
  const last = lastOfWord(bytes, next);
  return bytes[last] === COLON && bytes[last - 1] === BRACKET_CLOSE;
}

/** Whether it ends as `haproxy:` does. */
export const endsWithColon = (bytes: Uint8Array, next: number) => bytes[lastOfWord(bytes, next)] === COLON;

function lastOfWord(bytes: Uint8Array, next: number): number {
  let last = next - 1;
  while (bytes[last] === SPACE) last--;
  return last;
}

const STREAMS = ['stdout ', 'stderr '].map(bytesOf);

/** Whether the word is a container's stream. */
export function isStream(bytes: Uint8Array, at: number): boolean {
  return STREAMS.some((stream) => stream.every((byte, i) => bytes[at + i] === byte));
}

/** Bytes of a time and its zone. */
const IN_TIME = new Uint8Array(256);
for (const byte of bytesOf('0123456789:. +-')) IN_TIME[byte] = 1;

/**
 * `[22/Nov/2026:21:43:41.741] `, in CLF behind two dashes: what stands before it is no host but a client, and the message begins there
 * (grammar/envelope.peggy, Request).
 */
export function isDateOfRequest(bytes: Uint8Array, at: number, end: number): boolean {
  const open = bytes[at] === DASH ? literal(bytes, at, end, '- - ') : at;
  if (bytes[open] !== BRACKET_OPEN) return false;
  const month = one(bytes, digits(bytes, open + 1, end), end, SLASH);
  const year = one(bytes, letters(bytes, month, end), end, SLASH);
  const time = one(bytes, digits(bytes, year, end), end, COLON);
  if (month !== open + 4 || year !== open + 8 || time !== open + 13) return false;
  let close = time;
  while (close < end && IN_TIME[bytes[close]!] === 1) close++;
  return close > time && literal(bytes, close, end, '] ') > 0;
}

/** Steps over this many words and the blanks after each. */
export function afterFields(bytes: Uint8Array, start: number, end: number, fields: number): number {
  let at = start;
  for (let field = 0; field < fields && at < end; field++) {
    while (at < end && bytes[at] !== SPACE) at++;
    while (at < end && bytes[at] === SPACE) at++;
  }
  return at;
}

/** Behind the seven fields of RFC 5424 section 6: version, stamp, host, tag, pid, kind of message, structured data. */
export function afterVersion(bytes: Uint8Array, start: number, end: number): number {
  const structured = afterFields(bytes, start, end, 6);
  const behind = afterStructured(bytes, structured, end);
  return afterFields(bytes, behind < end && bytes[behind] === SPACE ? behind : structured, end, 1);
}

/**
 * Steps over elements like `[id name="value"]`. A value may hold blanks, brackets, and quotes behind a backslash. If an element is not closed, it goes to
 * the end.
 */
export function afterStructured(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] === BRACKET_OPEN) {
    let quoted = false;
    for (at++; at < end && (quoted || bytes[at] !== BRACKET_CLOSE); at++) {
      if (bytes[at] === QUOTE) quoted = !quoted;
      else if (quoted && bytes[at] === BACKSLASH) at++;
    }
    at++;
  }
  return at;
}
