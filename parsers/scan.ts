/**
 * The byte scan: which lines of a log can hold a sentence about a state? It looks at the header's end and the first
 * bytes of the message, and decodes nothing: 99 % of a busy log is traffic and is passed over here.
 *
 * It decides what to read, never what a line means: the grammar does that, anchored at both ends. So it may take a
 * traffic line for a candidate, but never a state line for traffic.
 */
import { BRACKET_CLOSE, BRACKET_OPEN, COLON, DIGIT_1, DIGIT_9, GT, LT, NEWLINE, SPACE } from './bytes.js';
import { hex } from './cursor.js';

/** `candidate`: its opening is one of HAProxy's about states; `traffic`: it begins as the built-in log formats do. */
export type LineClass = 'traffic' | 'candidate' | 'other';

/** RFC 3339 with nine digits of a second and a zone. */
const STAMP_BYTES_MAX = 35;

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** How a sentence about a state begins, after tag and blank (grammar/: server, proxy, process; stderr and repetitions). */
const OPENINGS = [
  'Server ',
  'Backup Server ',
  'Load-balancing on ',
  'backend ',
  'proxy ',
  'Proxy ',
  'frontend ',
  'peers section ',
  '[',
  'message repeated ',
  'New worker ',
  'Initializing new worker ',
  'Current worker ',
  'Former worker ',
  'Failed to load worker ',
  // Of checks and of whole processes: no states, but known, so that they do not count as unknown.
  'Health check for ',
  'Agent check for ',
  'SIGHUP',
  'Stopping ',
  'Pausing ',
  'Paused ',
  'Enabling ',
  'Resumed ',
  'Scheduling a soft-stop ',
  'last message repeated ',
  // The further lines of a text of several (src/errors.c), behind blanks that were skipped.
  '| ',
];

/** By their first byte, so that one look decides for almost every line. */
type Openings = (Uint8Array[] | undefined)[];

function byFirstByte(texts: readonly string[]): Openings {
  const openings: Openings = [];
  for (const opening of texts.map(bytesOf)) {
    const first = opening[0]!;
    openings[first] = [...(openings[first] ?? []), opening];
  }
  return openings;
}

const OF_STATES = byFirstByte(OPENINGS);

/**
 * How the built-in traffic formats begin (and JSON): a digit, a colon, a quote, a brace, and the C of `Connect from` say so alone; another
 * letter or a dash has to be that of an address (`fd00::1`), or of what stands in its place.
 */
const TRAFFIC_STARTS = new Uint8Array(256);
for (const byte of bytesOf('0123456789:"{C')) TRAFFIC_STARTS[byte] = 1;

/** A dash with nothing behind it is what a `log-format` of one's own writes where it has nothing to write. */
const FOR_ADDRESSES = byFirstByte(['-:', '- ', 'unix:', 'unix ', 'unknown']);

/**
 * For who passes over traffic with fewer looks (src/tail/sweep.wat): by the first byte of a message 0 where `classify` is to be asked;
 * else the second byte of the sentences about states that begin so, or a newline, which stands in no line.
 */
export const ALONE = TRAFFIC_STARTS.map((isStart, first) => {
  const seconds = new Set((OF_STATES[first] ?? []).map((opening) => opening[1] ?? 0));
  const [second = NEWLINE, ...others] = seconds;
  return isStart === 1 && others.length === 0 ? second : 0;
});

/** Of these, what a tag does not begin with: JSON and CLF. */
const OPENS_RECORD = new Uint8Array(256);
for (const byte of bytesOf('{"')) OPENS_RECORD[byte] = 1;

/**
 * Classifies the line in `bytes[start, end)` (without its newline).
 * Unknown openings and lines without a header are `other`: counted and sampled, not read.
 */
export function classify(bytes: Uint8Array, start: number, end: number): LineClass {
  const message = messageStart(bytes, start, end);
  if (message >= end) return 'other';
  const first = bytes[message]!;
  if (isOneOf(OF_STATES, bytes, message, end)) return 'candidate';
  return TRAFFIC_STARTS[first] === 1 || isAddress(bytes, message, end) ? 'traffic' : 'other';
}

/** `fd00::1`, `unix:1`, `-:-`: at most four digits of an address of IPv6 come before a colon. */
function isAddress(bytes: Uint8Array, at: number, end: number): boolean {
  const colon = hex(bytes, at, Math.min(end, at + 4));
  return (colon > at && colon < end && bytes[colon] === COLON) || isOneOf(FOR_ADDRESSES, bytes, at, end);
}

/**
 * Where the message of the line in `bytes[start, end)` begins. Neighbouring lines bear the same host, tag and pid at the same place, so the last line's
 * are kept: where they stand again, nothing else needs to be looked at. That cannot hide a sentence: they stand where a
 * stamp ends, and of no sentence is so much text by then that a server could have put them there. (RFC 5424 is apart:
 * its blanks are elsewhere.)
 */
export function messageStart(bytes: Uint8Array, start: number, end: number): number {
  const message = start + known.message;
  if (known.words > 0 && message < end && bytes[message] !== SPACE && bytes[start] !== LT) {
    if (knownAt(bytes, start + known.at)) {
      known.row++;
      return message;
    }
  }
  known.row = 0;
  return messageStartByFields(bytes, start, end);
}

/** ` host tag[pid]: ` of the last line, and where in the line it stood. A shortcut only: it never changes an answer. */
const known = { at: 0, message: 0, row: 0, words: 0, lastWordAt: 0, values: new Uint32Array(64) };

/** Where that header stands, in bytes from a line's start to its blank and to the message; and how often in a row it was met again. */
export const lastHeader: Readonly<{ at: number; message: number; row: number }> = known;

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

/**
 * The message follows three fields: stamp, host, tag; a traditional stamp is three words. An RFC 5424 header has seven.
 * Where HAProxy's format and rsyslog's input do not fit (grammar/envelope.peggy), the message begins at what should be the
 * host or the tag, or behind a second header.
 */
function messageStartByFields(bytes: Uint8Array, start: number, end: number): number {
  const stamp = bytes[start] === LT ? afterPriority(bytes, start, end) : start;
  if (stamp > start && isVersion(bytes, stamp, end)) return afterFields(bytes, stamp, end, 7);
  const host = afterFields(bytes, stamp, end, bytes[stamp]! > DIGIT_9 ? 3 : 1);
  const tag = afterFields(bytes, host, end, 1);
  if (isVersion(bytes, tag, end)) return afterFields(bytes, tag, end, 7);
  // Where a tag is missing HAProxy's prefix on stderr stands in its place; no tag begins so.
  if (bytes[tag] === BRACKET_OPEN) return tag;
  const message = afterFields(bytes, tag, end, 1);
  const colon = bytes[message - 2] === COLON;
  if (bytes[message - (colon ? 3 : 2)] !== BRACKET_CLOSE) {
    // A tag without pid may not be HAProxy's: then that follows. (No tag begins as JSON and CLF do.)
    const second = OPENS_RECORD[bytes[message]!] === 1 ? message : afterFields(bytes, message, end, 1);
    if (bytes[second - 3] === BRACKET_CLOSE && bytes[second - 2] === COLON) return second;
    // A colon ends a tag, so that the header fits. (A host may well be called `proxy`.)
    if (!colon && !isOneOf(OF_STATES, bytes, message, end)) {
      if (isOneOf(OF_STATES, bytes, tag, end)) return tag;
      if (isOneOf(OF_STATES, bytes, host, end)) return host;
    }
  }
  remember(bytes, start, host - 1, message);
  return message;
}

/** Behind so many words and the blanks after each. */
function afterFields(bytes: Uint8Array, start: number, end: number, fields: number): number {
  let at = start;
  for (let field = 0; field < fields && at < end; field++) {
    while (at < end && bytes[at] !== SPACE) at++;
    while (at < end && bytes[at] === SPACE) at++;
  }
  return at;
}

/** Behind `<134>`. */
function afterPriority(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== GT && bytes[at] !== SPACE) at++;
  return at + 1;
}

/** The `1 ` of RFC 5424. */
function isVersion(bytes: Uint8Array, at: number, end: number): boolean {
  return at + 1 < end && bytes[at] === DIGIT_1 && bytes[at + 1] === SPACE;
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

/** Whether what stands at `at` begins as one of these. */
function isOneOf(openings: Openings, bytes: Uint8Array, at: number, end: number): boolean {
  const mayBe = at < end ? openings[bytes[at]!] : undefined;
  if (mayBe === undefined) return false;
  for (const opening of mayBe) if (startsWith(bytes, at, end, opening)) return true;
  return false;
}

function startsWith(bytes: Uint8Array, at: number, end: number, opening: Uint8Array): boolean {
  if (end - at < opening.length) return false;
  for (let i = 0; i < opening.length; i++) if (bytes[at + i] !== opening[i]) return false;
  return true;
}
