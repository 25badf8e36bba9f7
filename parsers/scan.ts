/**
 * The byte scan: which lines of a log can hold a sentence about a state? It looks at the header's end and the first
 * bytes of the message, and decodes nothing: 99 % of a busy log is traffic and is passed over here.
 *
 * It decides what to read, never what a line means: the grammar does that, anchored at both ends. So it may take a
 * traffic line for a candidate, but never a state line for traffic.
 */
import { BAR, COLON, DOT, NEWLINE, SLASH, SPACE } from './bytes.js';
import { hex, isDigit } from './cursor.js';
import { lastHeader, messageStart } from './message-start.js';
import { byFirstByte, bytesOf, isOneOf, OF_STATES } from './openings.js';
import { OF_REMARKS } from './remarks.js';

/**
 * `candidate`: its opening is one of HAProxy's sentences; `traffic`: it begins as the built-in log formats do; `piece`: it is no whole line
 * (src/tail/pieces.ts).
 */
export type LineClass = 'traffic' | 'candidate' | 'piece' | 'other';

/**
 * How the built-in traffic formats begin, and JSON. A digit, a colon, a quote, a brace, and the C of `Connect from` are enough by themselves. Another
 * letter or a dash must begin an address (`fd00::1`), or what stands in its place.
 */
const TRAFFIC_STARTS = new Uint8Array(256);
for (const byte of bytesOf('0123456789:"{C')) TRAFFIC_STARTS[byte] = 1;

/** What stands in an address's place. A dash with nothing behind it is not among them: a custom `log-format` writes one where it has nothing to write. */
const FOR_ADDRESSES = byFirstByte(['-:', '- ', 'unix:', 'unix ', 'unknown']);

/**
 * A table for src/tail/sweep.wat, which passes over traffic with fewer looks, by the first byte of a message. 0: `classify` must be asked. Otherwise the
 * message is traffic, unless its second byte is the one in the table: that of the sentences about states with the same first byte (if there are none, a
 * newline, which stands in no line).
 */
export const ALONE: Uint8Array = TRAFFIC_STARTS.map((isStart, first) => {
  const seconds = new Set((OF_STATES[first] ?? []).map((opening) => opening[1] ?? 0));
  const [second = NEWLINE, ...others] = seconds;
  return isStart === 1 && others.length === 0 ? second : 0;
});

/**
 * Classifies the line in `bytes[start, end)` (without its newline).
 * Unknown openings and lines without a header are `other`: counted and sampled, not read.
 */
export function classify(bytes: Uint8Array, start: number, end: number): LineClass {
  const message = messageStart(bytes, start, end);
  if (lastHeader.piece) return 'piece';
  if (message >= end) return 'other';
  const first = bytes[message]!;
  if (isOneOf(OF_STATES, bytes, message, end)) return 'candidate';
  if (TRAFFIC_STARTS[first] === 1 || isAddress(bytes, message, end)) return 'traffic';
  return isOneOf(OF_REMARKS, bytes, message, end) ||
    isLone(bytes, message, end) ||
    isToldBehindWord(bytes, message, end)
    ? 'candidate'
    : 'other';
}

/** A further line of a text that is a bar or a full stop and nothing else (grammar/notices.peggy, Continuation): known, as all remarks are. */
function isLone(bytes: Uint8Array, at: number, end: number): boolean {
  return end - at === 1 && (bytes[at] === BAR || bytes[at] === DOT);
}

const OF_ADDRESSES = byFirstByte(['changed its ', 'IP changed from ', 'port changed from ']);
const OF_STREAMS = byFirstByte(['frontend=', 'backend=', 'server=']);
const OF_IDS = byFirstByte(['(id=']);
const OF_PLACES_IN_LUA = byFirstByte(['in ']);

/**
 * Remarks that begin with a name: `bk/s1 changed its IP from ...`, `bk/s1: IP changed from ...` (grammar/address.peggy); in dumps (grammar/dump.peggy)
 * `server=s1 (id=1)` and `/etc/haproxy/x.lua:3: in function ...`.
 */
function isToldBehindWord(bytes: Uint8Array, at: number, end: number): boolean {
  let next = at;
  let isMember = false;
  for (; next < end && bytes[next] !== SPACE; next++) if (bytes[next] === SLASH) isMember = true;
  const behind = next + 1;
  if (isMember && isOneOf(OF_ADDRESSES, bytes, behind, end)) return true;
  if (bytes[next - 1] === COLON) return isDigit(bytes[next - 2]) && isOneOf(OF_PLACES_IN_LUA, bytes, behind, end);
  return isOneOf(OF_IDS, bytes, behind, end) && isOneOf(OF_STREAMS, bytes, at, end);
}

/** `fd00::1`, `unix:1`, `-:-`: at most four digits of an address of IPv6 come before a colon. */
function isAddress(bytes: Uint8Array, at: number, end: number): boolean {
  const colon = hex(bytes, at, Math.min(end, at + 4));
  return (colon > at && colon < end && bytes[colon] === COLON) || isOneOf(FOR_ADDRESSES, bytes, at, end);
}
