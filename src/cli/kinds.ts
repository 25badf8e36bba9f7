/** The kinds of records that `haplog parse` knows, so that a mistyped kind is told from one that no line has. Pure. */
import { closest, distance } from 'fastest-levenshtein';
import { KINDS, type SentenceKind } from '../../parsers/index.js';
import { UserError } from '../user-error.js';

/** The kinds of HAProxy's sentences, whole and cut off, and of lines that are none. */
const SENTENCES: readonly SentenceKind[] = [...KINDS, 'truncated'];
const NAMES: readonly string[] = [...SENTENCES, 'traffic', 'rejected', 'oversize'];

/** Whether a kind has this name, or belongs to the family that the name stands for: `worker` for `worker.started` and all its like. */
export const isOf = (kind: string, name: string): boolean => kind === name || kind.startsWith(`${name}.`);

/** Throws a `UserError` for a name of no kind and no family. */
export function checkKinds(names: readonly string[]): void {
  const unknown = names.find((name) => !NAMES.some((kind) => isOf(kind, name)));
  if (unknown === undefined) return;
  const families = NAMES.flatMap((kind) => (kind.includes('.') ? [kind.slice(0, kind.indexOf('.'))] : []));
  const near = closest(unknown, [...NAMES, ...families]);
  const hint = distance(unknown, near) <= 2 ? `did you mean ${near}?` : `it takes ${NAMES.join(', ')}.`;
  throw new UserError(`--kind knows no ${JSON.stringify(unknown)}; ${hint}`);
}
