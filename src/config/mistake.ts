/** A mistake in the configuration, and how it is told: where, what was expected, what was found. */
import { closest, distance } from 'fastest-levenshtein';
import { printable } from '../printable.js';

/** Keys and list positions on the way to a value. */
export type Path = readonly (string | number)[];

export interface Mistake {
  path: Path;
  /** The mistake is the last key of the path, not its value. */
  inKey: boolean;
  words: string;
}

/** A mistake in the value at `path`. */
export function mistake(path: Path, words: string): Mistake {
  return { path, inKey: false, words };
}

/** `expected a port, found "many"`. Of a secret value only the kind is shown. */
export function unlike(expected: string, value: unknown, secret = false): string {
  if (value === undefined) return `missing, expected ${expected}`;
  const found = secret || isStructure(value) ? kindOf(value) : shown(value);
  return `expected ${expected}, found ${found}`;
}

/**
 * `unknown key "recievers"; did you mean "receivers"?` A key that may be part of a secret, torn off by a missing colon or a comma without
 * quotes, is not shown.
 */
export function unknownKey(key: string, value: unknown, known: readonly string[]): string {
  const isKey = /^[\w-]+$/.test(key) && value !== null;
  const what = isKey ? `unknown key ${quoted(key)}` : 'unknown key, or quotes or a colon are missing';
  return `${what}; ${nearest(key, known) ?? `known here: ${known.join(', ')}`}`;
}

/** `did you mean "oncall"?`, or null if none of the known names is near. */
export function nearest(name: string, known: readonly string[]): string | null {
  if (known.length === 0) return null;
  const guess = closest(name, [...known]);
  return distance(name, guess) <= Math.max(2, name.length / 3) ? `did you mean ${quoted(guess)}?` : null;
}

/** A text of the operator's in quotes, kept short; credentials in an address are not shown. */
export function quoted(text: string): string {
  const hidden = text.replace(/\/\/[^/@]*@/g, '//[secret]@');
  return printable(JSON.stringify(hidden.length > 60 ? `${hidden.slice(0, 60)}...` : hidden));
}

/** `receivers[0].email.to` */
export function pathInWords(path: Path): string {
  return path
    .map((step, i) =>
      typeof step === 'number' ? `[${step}]` : `${i > 0 ? '.' : ''}${/^[\w-]+$/.test(step) ? step : quoted(step)}`,
    )
    .join('');
}

function isStructure(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function shown(value: unknown): string {
  if (value === null) return 'nothing';
  return typeof value === 'string' ? quoted(value) : String(value);
}

/** The kind of value, for where the value itself would say too much. */
export function kindOf(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a mapping';
  return { string: 'a text', boolean: 'true or false' }[typeof value as string] ?? `a ${typeof value}`;
}
