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
/** What a disk writes at once, or loses. */
const SECTOR_BYTES = 512;

interface Loaded {
  name: string;
  script: Script;
  module: { exports: unknown };
}

/** What was loaded, by its path. */
export const loaded = new Map<string, Loaded>();

/**
 * Runs a built file once, as Node runs a CommonJS module, and returns what it exports. Throws what the file throws; then it is run
 * again when it is next asked for.
 * @param path ends in `.js`
 * @param require what the file gets for it
 */
export function load(path: string, require: (name: string) => unknown): unknown {
  const known = loaded.get(path);
  if (known) return known.module.exports;
  const source = readFileSync(path, 'latin1'); // esbuild writes ASCII
  const name = source.slice(0, NAME_LENGTH);
  const script = new Script(source, { filename: path, cachedData: codeAtHand(path, name) });
  const module: Loaded['module'] = { exports: {} };
  loaded.set(path, { name, script, module });
  try {
    script.runInThisContext()(module.exports, require, module, path, dirname(path));
  } catch (error) {
    loaded.delete(path);
    throw error;
  }
  return module.exports;
}

/** Where the build keeps V8's code of a file. */
export function cacheOf(path: string): string {
  return path.replace(/\.js$/, '.cache');
}

/** V8's code of a file by now, as a later start takes it: whole sectors, of which none is empty. */
export function codeOf({ name, script }: Loaded): Buffer {
  const code = script.createCachedData();
  const filler = Buffer.alloc(SECTOR_BYTES - ((BIRTH_LENGTH + code.length) % SECTOR_BYTES), '\n');
  return Buffer.concat([Buffer.from(birthOf(name, code.length), 'latin1'), code, filler]);
}

/**
 * The code that the build left beside the file; it is no error where there is none. V8 takes it where its length is right, and runs whatever
 * it says: of what was not yet written when the power failed a disk gives zeros.
 */
function codeAtHand(path: string, name: string): Buffer | undefined {
  try {
    const kept = readFileSync(cacheOf(path));
    const birth = kept.toString('latin1', 0, BIRTH_LENGTH);
    const length = Number(/ (\d+) *$/.exec(birth)?.[1]);
    const isWhole = kept.length % SECTOR_BYTES === 0 && !kept.includes(Buffer.alloc(SECTOR_BYTES));
    if (birth !== birthOf(name, length) || !isWhole) return undefined;
    return kept.subarray(BIRTH_LENGTH, BIRTH_LENGTH + length);
  } catch {
    return undefined;
  }
}

/**
 * Of which file, Node, flags and processor code is, and how long: V8 compares no more of a file than its length. The build is believed
 * about the file's name; to hash it here takes longer than to read it.
 */
function birthOf(name: string, length: number): string {
  return `${name}${process.version} ${process.platform} ${process.arch} ${cachedDataVersionTag()} ${length}`
    .padEnd(BIRTH_LENGTH)
    .slice(0, BIRTH_LENGTH);
}
