/**
 * Loads a file that scripts/build.mjs made: with the code that V8 had made of it by the end of the build, where that is of this very
 * file and this Node, and otherwise without (docs/decisions/0008-speed.md).
 */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { cachedDataVersionTag } from 'node:v8';
import { Script } from 'node:vm';

/** How long the line is that names the file's build, `// ` and its newline with it. */
const NAME_LENGTH = 68;
/** A multiple of eight, or V8 copies what follows. */
const BIRTH_LENGTH = 256;

/** What was loaded, by its path: scripts/code-cache.cjs takes V8's code of it. `birth` is what stands before that code. */
export const loaded = new Map<string, { script: Script; birth: string; exports: unknown }>();

/**
 * Runs a built file once, as Node runs a CommonJS module, and returns what it exports.
 * @param path ends in `.js`
 * @param require what the file gets for it
 */
export function load(path: string, require: (name: string) => unknown): unknown {
  const known = loaded.get(path);
  if (known) return known.exports;
  const source = readFileSync(path, 'latin1'); // esbuild writes ASCII
  const birth = birthOf(source);
  const script = new Script(source, { filename: path, cachedData: codeAtHand(path, birth) });
  const module = { exports: {} };
  const one = { script, birth, exports: module.exports };
  loaded.set(path, one);
  script.runInThisContext()(module.exports, require, module, path, dirname(path));
  one.exports = module.exports;
  return one.exports;
}

/**
 * Of which file, Node, flags and processor code is: V8 compares no more of a file than its length. The build is believed
 * about the file's name; to hash it here takes longer than to read it.
 */
function birthOf(source: string): string {
  return `${source.slice(0, NAME_LENGTH)}${process.version} ${process.platform} ${process.arch} ${cachedDataVersionTag()}`
    .padEnd(BIRTH_LENGTH)
    .slice(0, BIRTH_LENGTH);
}

/** The code that the build left beside the file. V8 takes it or not; it is no error where there is none. */
function codeAtHand(path: string, birth: string): Buffer | undefined {
  try {
    const kept = readFileSync(path.replace(/\.js$/, '.cache'));
    return kept.toString('latin1', 0, BIRTH_LENGTH) === birth ? kept.subarray(BIRTH_LENGTH) : undefined;
  } catch {
    return undefined;
  }
}
