/** The kinds of records that `haplog parse` knows, so that a mistyped one is told from one that no line is of. Pure. */
import { closest, distance } from 'fastest-levenshtein';
import { KINDS, type SentenceKind } from '../../parsers/index.js';
import { UserError } from '../user-error.js';

/** Of HAProxy's sentences, whole and cut, and of lines that are none. */
const SENTENCES: readonly SentenceKind[] = [...KINDS, 'truncated'];
const NAMES: readonly string[] = [...SENTENCES, 'traffic', 'rejected', 'oversize'];

/** Whether a kind is that of the name, or one of the family that the name stands for: `worker` of `worker.started` and all its like. */
export const isOf = (kind: string, name: string): boolean => kind === name || kind.startsWith(`${name}.`);

/** A name that is of no kind and no family is a `UserError`. */
export function checkKinds(names: readonly string[]): void {
  const unknown = names.find((name) => !NAMES.some((kind) => isOf(kind, name)));
  if (unknown === undefined) return;
  const families = NAMES.flatMap((kind) => (kind.includes('.') ? [kind.slice(0, kind.indexOf('.'))] : []));
  const near = closest(unknown, [...NAMES, ...families]);
  const hint = distance(unknown, near) <= 2 ? `did you mean ${near}?` : `it takes ${NAMES.join(', ')}.`;
  throw new UserError(`--kind knows no ${JSON.stringify(unknown)}; ${hint}`);
}
