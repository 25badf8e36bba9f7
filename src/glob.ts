/** Globs over names, as the operator writes them. */
import picomatch from 'picomatch';

/** Whether the text is a glob: not empty, with every bracket and brace closed. */
export function isGlob(text: string): boolean {
  try {
    matcherOf([text]);
    return true;
  } catch {
    return false;
  }
}

/** Names such as HAProxy and hosts have, to see whether an excluding glob leaves any. */
const SUCH_AS = ['a', 'B', '7', '-', '_', 'a.b', 'web1', 'k8s-api-server', 'lb2.example.org', 'x:1'];

/** What to write instead of a glob that no name can fit; null if a name can. */
export function neverMatches(glob: string): string | null {
  // `**` may stand for no folder at all.
  if (glob.includes('/') && !glob.includes('**')) return 'a glob of names, which hold no /';
  const excludesAll = glob.startsWith('!') && isGlob(glob) && !SUCH_AS.some(matcherOf([glob]));
  return excludesAll ? 'a glob that does not exclude every name' : null;
}

/** Returns a test of whether a whole name fits one of `globs`. Throws if `isGlob` denies one of them. */
export function matcherOf(globs: readonly string[]): (name: string) => boolean {
  return picomatch([...globs], { dot: true, strictBrackets: true });
}
