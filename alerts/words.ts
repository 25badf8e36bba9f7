/** Phrases that mails, hooks, tables and haplog's own log share. */
import type { Cause, CauseClass, Instant } from '../parsers/index.js';

/** What is said of a cause for which HAProxy gave no words of its own. */
const CLASS_IN_WORDS: Record<CauseClass, string> = {
  layer4: 'layer 4 check failed',
  layer6: 'layer 6 check failed',
  layer7: 'layer 7 check failed',
  agent: 'reported by its agent',
  external: 'external check failed',
  observe: 'seen failing in live traffic',
  socket: 'socket error',
  dns: 'name resolution',
  cli: 'changed from the command line',
  web: 'changed on the stats page',
  lua: 'changed by a Lua script',
  state_file: 'taken over from the state file after a reload',
  tracked: 'follows another server',
  admin: 'changed by command, or an agent',
  unknown: 'HAProxy gave no reason',
};

const UNITS = [
  { name: 'd', seconds: 86_400 },
  { name: 'h', seconds: 3_600 },
  { name: 'min', seconds: 60 },
  { name: 's', seconds: 1 },
];

/** Takes an instant and an offset in minutes east of UTC; returns the time as the log's own clock showed it: `2024-02-21 07:03:18 -05:00`. */
export function formatStamp(at: Instant, utcOffsetMin: number): string {
  const local = new Date(at + utcOffsetMin * 60_000).toISOString();
  const away = Math.abs(utcOffsetMin);
  const offset = `${utcOffsetMin < 0 ? '-' : '+'}${twoDigits(away / 60)}:${twoDigits(away % 60)}`;
  return `${local.slice(0, 10)} ${local.slice(11, 19)} ${offset}`;
}

/** Takes milliseconds; returns them in at most two units, rounded down: `4 min 12 s`, `2 h`, `350 ms`. A negative duration is `0 s`. */
export function formatDuration(ms: number): string {
  if (ms > 0 && ms < 1_000) return `${Math.floor(ms)} ms`;
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const largest = UNITS.findIndex((unit) => seconds >= unit.seconds);
  if (largest === -1) return '0 s';
  let rest = seconds;
  const parts: string[] = [];
  for (const unit of UNITS.slice(largest, largest + 2)) {
    const count = Math.floor(rest / unit.seconds);
    if (count > 0) parts.push(`${count} ${unit.name}`);
    rest -= count * unit.seconds;
  }
  return parts.join(' ');
}

/** Returns why a state changed: `Layer7 wrong status, code 503: "Service Unavailable"`. One line, safe to show. */
export function causeInWords(cause: Cause): string {
  const reason = cause.reason === null ? '' : plainText(cause.reason, 100);
  let words = reason === '' ? CLASS_IN_WORDS[cause.class] : reason;
  if (cause.code !== null) words += `, code ${cause.code}`;
  const info = cause.info === null ? '' : plainText(cause.info, 200);
  if (info !== '') words += `: "${info}"`;
  if (cause.via !== null) words += ` (via ${plainText(`${cause.via.backend}/${cause.via.server}`, 200)})`;
  return words;
}

/** What is fit to show as it is, like most of what HAProxy says: printable ASCII with single blanks. */
const PLAIN = /^[!-~]+(?: [!-~]+)*$/;

/**
 * Makes text written by others fit to show: one line of at most `limit` characters, without control characters,
 * line separators, or marks that turn the direction of writing.
 */
export function plainText(text: string, limit: number): string {
  if (text.length <= limit && PLAIN.test(text)) return text;
  const line = text
    .slice(0, limit * 4)
    .replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  if (line.length <= limit) return line;
  return `${line.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** Like `plainText`, but for a header: every character that is not ASCII becomes a question mark. */
export function headerText(text: string, limit: number): string {
  return undecoded(plainText(text, limit).replace(/[^\x20-\x7e]/g, '?'));
}

/** Takes a header's text; returns it without anything that a reader would take for an encoded word (RFC 2047, section 2) and decode. */
export function undecoded(text: string): string {
  return text.replaceAll('=?', '= ?');
}

/** With a capital letter first. */
export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function twoDigits(value: number): string {
  return String(Math.floor(value)).padStart(2, '0');
}
