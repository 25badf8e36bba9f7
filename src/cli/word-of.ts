/** Words that options take, checked where the words are known: a command that is not asked for loads none of them. */
import { UserError } from '../user-error.js';

/** The word itself, if it is one of `words`; else a `UserError`. */
export function wordOf<T extends string>(words: readonly T[], option: string, given: string): T {
  const found = words.find((word) => word === given);
  if (found !== undefined) return found;
  throw new UserError(`${option} takes one of ${words.join(', ')}, not ${JSON.stringify(given)}.`);
}
