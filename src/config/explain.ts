/** Mistakes as the operator reads them: one a line, in the order of the file, each with its place. */
import type { ConfigDocument } from './document.js';
import { type Mistake, mistake, type Path, pathInWords } from './mistake.js';
import type { core } from './zod.js';

/** What the schema found wrong. The words come from the fields themselves. */
export function mistakesOf(issues: readonly core.$ZodIssue[]): Mistake[] {
  return issues.flatMap((issue): Mistake[] => {
    const path = issue.path as Path;
    if (issue.code === 'invalid_key') return [{ ...mistake(path, issue.message), inKey: true }];
    if (issue.code !== 'unrecognized_keys') return [mistake(path, issue.message)];
    const words = issue.message.split('\n');
    return issue.keys.map((key, i) => ({ path: [...path, key], inKey: true, words: words[i] ?? 'unknown key' }));
  });
}

/** `haplog.yaml:7:9: receivers[0].email.to: expected an e-mail address, found "oncall"`, a line for each. */
export function explain(mistakes: readonly Mistake[], document: ConfigDocument): string[] {
  const lines = mistakes.map((mistake) => {
    const { place, offset } = document.locate(mistake);
    const path = mistake.inKey ? '' : pathInWords(asWritten(mistake.path, document.value));
    return { offset, text: [place, path, mistake.words].filter((part) => part !== '').join(': ') };
  });
  return [...new Set(lines.toSorted((a, b) => a.offset - b.offset).map(({ text }) => text))];
}

/**
 * The path without steps into a value that is neither list nor mapping: a lone address that stands where a list may stand has no `[0]`.
 * Names of headers are left out too: a comma too many may have turned part of a secret into one.
 */
function asWritten(path: Path, value: unknown): Path {
  let inside = value;
  for (const [i, step] of path.entries()) {
    if (typeof inside !== 'object' || inside === null || path[i - 1] === 'headers') return path.slice(0, i);
    inside = (inside as Record<string | number, unknown>)[step];
  }
  return path;
}
