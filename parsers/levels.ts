/** A severity in words, found by its bytes. */
import { DIGIT_0, DIGIT_7, DOT, GT, LT, SPACE } from './bytes.js';
import { isDigit } from './cursor.js';
import { afterFields, endsTag } from './header-fields.js';
import { byFirstByte, isOneOf } from './openings.js';

/** `local0.info `, `<local0.info> `, `<16.6> ` (grammar/envelope.peggy, Level). */
export function isLevel(bytes: Uint8Array, at: number, end: number): boolean {
  const isBracketed = bytes[at] === LT;
  let behind = isBracketed ? at + 1 : at;
  if (!isOneOf(FACILITIES, bytes, behind, end)) return isBracketed && isNumeric(bytes, at, end);
  while (bytes[behind] !== DOT) behind++;
  return isOneOf(isBracketed ? BRACKETED_SEVERITIES : SEVERITIES, bytes, behind + 1, end);
}

/**
 * Behind a severity that stands behind a host; `at` where none does. Of two words (`local0 emerg `, `16 0 `: grammar/envelope.peggy, LevelInTwo) it is one
 * where a tag with a pid stands next.
 */
export function afterSeverity(bytes: Uint8Array, at: number, end: number): number {
  // One look decides for almost every line.
  const first = bytes[at]!;
  if (FACILITIES[first] === undefined && first !== LT && !isDigit(first)) return at;
  if (isLevel(bytes, at, end)) return afterFields(bytes, at, end, 1);
  if (!isNumber(bytes, at) && !isOneOf(FACILITIES_APART, bytes, at, end)) return at;
  const second = afterFields(bytes, at, end, 1);
  if (!isNumber(bytes, second) && !isOneOf(SEVERITIES, bytes, second, end)) return at;
  const behind = afterFields(bytes, second, end, 1);
  return endsTag(bytes, afterFields(bytes, behind, end, 1)) ? behind : at;
}

/** A number of two digits at most. */
const isNumber = (bytes: Uint8Array, at: number) =>
  isDigit(bytes[at]) && (bytes[at + 1] === SPACE || (isDigit(bytes[at + 1]) && bytes[at + 2] === SPACE));

function isNumeric(bytes: Uint8Array, from: number, end: number): boolean {
  let at = from + 1;
  while (at < end && isDigit(bytes[at])) at++;
  if (at === from + 1 || bytes[at] !== DOT) return false;
  return bytes[at + 1]! >= DIGIT_0 && bytes[at + 1]! <= DIGIT_7 && bytes[at + 2] === GT && bytes[at + 3] === SPACE;
}

const FACILITY_WORDS =
  'kern user mail daemon auth syslog lpr news uucp cron authpriv ftp local0 local1 local2 local3 local4 local5 local6 local7';
const FACILITIES = byFirstByte(FACILITY_WORDS.split(' ').map((word) => `${word}.`));
const FACILITIES_APART = byFirstByte(FACILITY_WORDS.split(' ').map((word) => `${word} `));
const SEVERITY_WORDS = 'emerg panic alert crit err error warning warn notice info debug'.split(' ');
const SEVERITIES = byFirstByte(SEVERITY_WORDS.map((word) => `${word} `));
const BRACKETED_SEVERITIES = byFirstByte(SEVERITY_WORDS.map((word) => `${word}> `));
