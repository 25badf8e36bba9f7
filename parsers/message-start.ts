/** Where a line's message begins, found by its bytes: behind the headers that rsyslog writes (grammar/envelope.peggy). */
import { BRACKET_CLOSE, BRACKET_OPEN, COLON, LETTER_P, LT, SPACE } from './bytes.js';
import { isDigit } from './cursor.js';
import {
  afterFields,
  afterPriority,
  afterVersion,
  endsTag,
  endsWithColon,
  isDateOfRequest,
  isStream,
  isVersion,
  wordsOfStamp,
} from './header-fields.js';
import { afterSeverity, isLevel } from './levels.js';
import { byFirstByte, bytesOf, isOneOf, OF_STATES } from './openings.js';
import { afterOwnHeader, afterRelayed, isOwnHeader } from './second-header.js';

/** The longest stamp: RFC 3339 with nine digits of a second and a zone. */
const STAMP_BYTES_MAX = 35;

/** Bytes that begin JSON and CLF, and no tag. */
const OPENS_RECORD = new Uint8Array(256);
for (const byte of bytesOf('{"')) OPENS_RECORD[byte] = 1;

/**
 * Where the message of the line in `bytes[start, end)` begins. Neighbouring lines bear the same host, tag and pid at the same place, so the last line's are
 * kept: if they stand there again, nothing else needs to be looked at. That cannot hide a sentence: they stand where a stamp ends, and no sentence has so
 * much text by then that a server could have put them there. (RFC 5424 is apart: its blanks are elsewhere.)
 */
export function messageStart(bytes: Uint8Array, start: number, end: number): number {
  known.piece = false;
  const message = start + known.message;
  if (known.words > 0 && message < end && bytes[message] !== SPACE && bytes[start] !== LT) {
    if (knownAt(bytes, start + known.at)) {
      known.row++;
      return afterOwnHeader(bytes, message, end);
    }
  }
  known.row = 0;
  return afterOwnHeader(bytes, messageStartByFields(bytes, start, end), end);
}

/** ` host tag[pid]: ` of the last line, and where in the line it stood. A shortcut only: it never hides a sentence. */
const known = { at: 0, message: 0, row: 0, words: 0, lastWordAt: 0, values: new Uint32Array(64), piece: false };

/**
 * Where that header stands, in bytes from a line's start to the blank before the host and to the message; and in how many lines in a row it was met again.
 * `piece`: the last line is a piece of a line of a container, which goes on in the next one (`stdout P `).
 */
export const lastHeader: Readonly<{ at: number; message: number; row: number; piece: boolean }> = known;

let viewed: Uint8Array | null = null;
let view: DataView = new DataView(new ArrayBuffer(0));

/** Compares four bytes at a time; the last word overlaps the one before. */
function knownAt(bytes: Uint8Array, at: number): boolean {
  if (bytes !== viewed) look(bytes);
  const { words, values, lastWordAt } = known;
  for (let i = 0; i < words; i++) if (view.getUint32(at + 4 * i, true) !== values[i]) return false;
  return view.getUint32(at + lastWordAt, true) === values[words];
}

function look(bytes: Uint8Array): void {
  viewed = bytes;
  view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Texts about names (grammar/address.peggy, OfNames) of which the first word would be taken for a tag. */
const OF_RESOLVERS = byFirstByte([
  'DNS : ',
  'can not build the query ',
  'could not generate a query ',
  'could not update ',
  'no need to change the F',
  "invalid fqdn '",
]);

/**
 * The message follows three fields: stamp, host, tag; a traditional stamp is three words. An RFC 5424 header has seven.
 * Where HAProxy's format and rsyslog's input do not fit (grammar/envelope.peggy), the message begins at what should be the
 * host or the tag, or behind a second header.
 */
function messageStartByFields(bytes: Uint8Array, from: number, end: number): number {
  const start = unmarked(bytes, from, end);
  const stamp = bytes[start] === LT ? afterPriority(bytes, start, end) : start;
  if (stamp > start && isVersion(bytes, stamp, end)) {
    const name = afterFields(bytes, stamp, end, 3);
    return afterVersion(bytes, isVersion(bytes, name, end) ? afterFields(bytes, name, end, 4) - 2 : stamp, end);
  }
  const words = wordsOfStamp(bytes, stamp);
  const time = afterFields(bytes, stamp, end, words);
  const host = isLevel(bytes, time, end) ? afterFields(bytes, time, end, 1) : time;
  if (bytes[host] === LT && isOwnHeader(bytes, host, end)) return host;
  const behind = afterFields(bytes, host, end, 1);
  // Where no host stands, the tag does; and none stands behind a stamp with the day of the week.
  if (words === 5 || endsWithColon(bytes, behind)) {
    if (words === 5 || endsTag(bytes, behind)) {
      remember(bytes, from, host - 1, behind);
      return behind;
    }
    // Without a pid a tag is known by its colon, and a second one may stand behind it.
    const second = afterFields(bytes, behind, end, 1);
    return endsTag(bytes, second) ? second : behind;
  }
  known.piece = bytes[behind] === LETTER_P && bytes[behind + 1] === SPACE && words === 1 && isStream(bytes, time);
  if (isDateOfRequest(bytes, behind, end)) return host;
  const relayed = afterRelayed(bytes, behind, end);
  if (relayed >= 0) return relayed;
  const tag = afterSeverity(bytes, behind, end);
  // (A `log-tag` may be 1 as well: no stamp stands behind that.)
  if (isVersion(bytes, tag, end) && isDigit(bytes[tag + 2])) return afterVersion(bytes, tag, end);
  // Where a tag is missing, HAProxy's prefix on stderr stands in its place; no tag begins so.
  if (bytes[tag] === BRACKET_OPEN) return tag;
  const message = afterFields(bytes, tag, end, 1);
  const colon = bytes[message - 2] === COLON;
  if (bytes[message - (colon ? 3 : 2)] !== BRACKET_CLOSE) {
    // A tag without a pid may be another program's, and HAProxy's own may follow. (No tag begins as JSON and CLF do.)
    const second = OPENS_RECORD[bytes[message]!] === 1 ? message : afterFields(bytes, message, end, 1);
    if (endsTag(bytes, second)) return second;
    // If there is a colon, it ends a tag, and the header fits. (A host may well be called `proxy`.)
    if (!colon && !isOneOf(OF_STATES, bytes, message, end)) {
      if (isOneOf(OF_STATES, bytes, tag, end) || isOneOf(OF_RESOLVERS, bytes, tag, end)) return tag;
      if (isOneOf(OF_STATES, bytes, host, end)) return host;
    }
  }
  remember(bytes, from, host - 1, message);
  return message;
}

/** Behind what does not belong to the line: a byte order mark, or NULs (parse-line.ts). */
function unmarked(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf) return start + 3;
  let at = start;
  while (at < end && bytes[at] === 0) at++;
  return at;
}

function remember(bytes: Uint8Array, start: number, host: number, message: number): void {
  const length = message - host;
  known.words = 0;
  if (length < 8 || length > 4 * known.values.length - 4 || host - start > STAMP_BYTES_MAX) return;
  if (bytes[message - 3] !== BRACKET_CLOSE || bytes[message - 2] !== COLON) return;
  look(bytes);
  known.at = host - start;
  known.message = message - start;
  known.words = length >> 2;
  known.lastWordAt = length - 4;
  for (let i = 0; i < known.words; i++) known.values[i] = view.getUint32(host + 4 * i, true);
  known.values[known.words] = view.getUint32(host + known.lastWordAt, true);
}
