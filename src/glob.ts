/** Globs over names, as the operator writes them. */
import picomatch from 'picomatch';

/** Whether the text is a glob: not empty, and every bracket and brace of it closed. */
export function isGlob(text: string): boolean {
  try {
    matcherOf([text]);
    return true;
  } catch {
    return false;
  }
}

/** What tells whether a whole name fits one of `globs`. Throws for what `isGlob` denies. */
export function matcherOf(globs: readonly string[]): (name: string) => boolean {
  return picomatch([...globs], { dot: true, strictBrackets: true });
}
