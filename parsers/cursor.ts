/**
 * Small steps over bytes that are not decoded. Each takes where to begin and where the line ends, and returns the index behind what it read, or -1.
 * A step from -1 returns -1, so steps can be chained and checked once, at the end.
 */
import { DASH, DIGIT_0, DIGIT_9, PLUS, QUOTE, SPACE } from './bytes.js';

/** `[0-9]`. */
export const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= DIGIT_0 && byte <= DIGIT_9;
/** `[A-Za-z]`. */
export const isLetter = (byte: number | undefined): boolean => {
  const small = (byte ?? 0) | 0x20;
  return small >= 0x61 && small <= 0x7a;
};
const isHex = (byte: number | undefined): boolean => {
  const small = (byte ?? 0) | 0x20;
  return isDigit(byte) || (small >= 0x61 && small <= 0x66);
};

/** The next such byte in `[at, end)`; -1 if there is none. */
export function find(bytes: Uint8Array, at: number, end: number, byte: number): number {
  if (at < 0) return -1;
  for (let i = at; i < end; i++) if (bytes[i] === byte) return i;
  return -1;
}

/** Steps over this one byte. */
export function one(bytes: Uint8Array, at: number, end: number, byte: number): number {
  return at >= 0 && at < end && bytes[at] === byte ? at + 1 : -1;
}

/** Steps over this ASCII text. */
export function literal(bytes: Uint8Array, at: number, end: number, text: string): number {
  if (at < 0 || at + text.length > end) return -1;
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return -1;
  return at + text.length;
}

type Step = (bytes: Uint8Array, at: number, end: number) => number;

/** A step over one or more bytes of a kind. */
function run(isPart: (byte: number | undefined) => boolean): Step {
  return (bytes, at, end) => {
    if (at < 0) return -1;
    let i = at;
    while (i < end && isPart(bytes[i])) i++;
    return i > at ? i : -1;
  };
}

/** Steps over everything up to a blank, one byte at least. */
export const word = run((byte) => byte !== SPACE);
export const digits = run(isDigit);
export const hex = run(isHex);
export const letters = run(isLetter);

/** A number that may be negative. */
export function signed(bytes: Uint8Array, at: number, end: number): number {
  return digits(bytes, at >= 0 && bytes[at] === DASH ? at + 1 : at, end);
}

/** A number that may be negative, perhaps with a plus before it. */
export function timer(bytes: Uint8Array, at: number, end: number): number {
  return signed(bytes, at >= 0 && bytes[at] === PLUS ? at + 1 : at, end);
}

/** A text in quotes that holds no quote. */
export function quoted(bytes: Uint8Array, at: number, end: number): number {
  const close = find(bytes, one(bytes, at, end, QUOTE), end, QUOTE);
  return close < 0 ? -1 : close + 1;
}
