/**
 * What HAProxy or a log driver headed, with another header before that, found by its bytes (grammar/envelope.peggy: Within and Relayed).
 */
import { BRACKET_CLOSE, COLON, DASH, GT, LT, SPACE } from './bytes.js';
import { isDigit } from './cursor.js';
import { afterFields, afterVersion, endsWithColon, isVersion } from './header-fields.js';

/**
 * Where the message begins if a relay's host stands before `at`, and the header that it received at `at`; -1 if that is none. What cannot be read begins
 * with its stamp, which is no traffic.
 */
export function afterRelayed(bytes: Uint8Array, at: number, end: number): number {
  // One look decides for almost every line.
  if (bytes[at] !== LT && bytes[at + 4] !== DASH && bytes[at + 3] !== SPACE) return -1;
  const stamp = bytes[at] === LT ? afterLevel(bytes, at, end) : at;
  if (stamp < 0) return -1;
  if (stamp > at && isVersion(bytes, stamp, end) && isDate(bytes, stamp + 2, end))
    return afterVersion(bytes, stamp, end);
  const words = isDate(bytes, stamp, end) ? 1 : isTraditional(bytes, stamp, end) ? 3 : 0;
  if (words === 0) return -1;
  const host = afterFields(bytes, stamp, end, words);
  const tag = afterFields(bytes, host, end, 1);
  if (endsWithColon(bytes, tag)) return tag;
  const message = afterFields(bytes, tag, end, 1);
  if (endsWithColon(bytes, message)) return message;
  return words === 1 ? -1 : at;
}

/** Steps over HAProxy's own header, if a log driver set its own before that (grammar/envelope.peggy, Within). */
export function afterOwnHeader(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start] !== LT) return start;
  const at = afterLevel(bytes, start, end);
  if (at < 0) return start;
  if (isDate(bytes, at, end)) return afterFields(bytes, at, end, 1);
  if (isVersion(bytes, at, end) && isDate(bytes, at + 2, end)) return afterVersion(bytes, at, end);
  if (!isTraditional(bytes, at, end)) return at;
  // `Mmm dd HH:MM:SS `, and the tag behind it or behind a host.
  const tag = afterFields(bytes, at, end, 4);
  const message = bytes[tag - 2] === COLON ? tag : afterFields(bytes, tag, end, 1);
  return bytes[message - 3] === BRACKET_CLOSE && bytes[message - 2] === COLON ? message : at;
}

/** `Nov 30 14:20:47 ` */
const TRADITIONAL_BYTES = 16;

/** Behind `<134>`, a number of three digits at most; -1 where none stands there (`<OCSP-UPDATE> `). */
function afterLevel(bytes: Uint8Array, start: number, end: number): number {
  let at = start + 1;
  while (at < end && at <= start + 3 && isDigit(bytes[at])) at++;
  return at > start + 1 && bytes[at] === GT ? at + 1 : -1;
}

/** `<134>` with something behind it, where a host should stand (`docker logs --timestamps`). */
export function isOwnHeader(bytes: Uint8Array, start: number, end: number): boolean {
  const behind = afterLevel(bytes, start, end);
  return behind > 0 && bytes[behind] !== SPACE;
}

/** `2026-`: an address has no dash there. */
function isDate(bytes: Uint8Array, at: number, end: number): boolean {
  return at + 4 < end && isDigit(bytes[at]) && bytes[at + 4] === DASH;
}

/** `Nov 30 14:20:47`, a fraction may follow. */
function isTraditional(bytes: Uint8Array, at: number, end: number): boolean {
  const isTime = bytes[at + 9] === COLON && bytes[at + 12] === COLON;
  return at + TRADITIONAL_BYTES < end && bytes[at + 3] === SPACE && bytes[at + 6] === SPACE && isTime;
}
