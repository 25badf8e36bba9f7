/**
 * Loads a file that scripts/build.mjs made: with V8's code for it, as the build left it, if that code belongs to this very file and this
 * Node, and without it otherwise (docs/decisions/0008-speed.md).
 */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { cachedDataVersionTag } from 'node:v8';
import { Script } from 'node:vm';

/** The length of the line that names the file's build, with its `// ` and its newline. */
const NAME_LENGTH = 68;
/** A multiple of eight, or V8 copies what follows. */
const BIRTH_LENGTH = 256;
/** What a disk writes as a whole, or loses. */
const SECTOR_BYTES = 512;

interface Loaded {
  name: string;
  script: Script;
  module: { exports: unknown };
}

/** The files loaded so far, by path. */
export const loaded = new Map<string, Loaded>();

/**
 * Runs a built file once, as Node runs a CommonJS module, and returns what it exports. Throws what the file throws; the next call then runs
 * it again.
 * @param path ends in `.js`
 * @param require the `require` that the file gets
 */
export function load(path: string, require: (name: string) => unknown): unknown {
  const known = loaded.get(path);
  if (known) return known.module.exports;
  // Both files are read into the same memory, one after the other: pages of memory that was never touched take longer than reading.
  const room = Buffer.allocUnsafeSlow(Math.max(sizeOf(path), sizeOf(cacheOf(path))));
  const source = readTo(room, path).toString('latin1'); // esbuild writes ASCII
  const name = source.slice(0, NAME_LENGTH);
  // In stacks. V8's code keeps the name under which it was made, and that was in the folder of a build.
  const filename = `haplog/${basename(path)}`;
  const script = new Script(source, { filename, cachedData: codeAtHand(room, path, name) });
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

/** Where the build keeps V8's code for a file. */
export function cacheOf(path: string): string {
  return path.replace(/\.js$/, '.cache');
}

/** V8's code for a file as it is now, in the form that a later start accepts: whole sectors, the last one filled up with newlines. */
export function codeOf({ name, script }: Loaded): Buffer {
  const code = script.createCachedData();
  const filler = Buffer.alloc(SECTOR_BYTES - ((BIRTH_LENGTH + code.length) % SECTOR_BYTES), '\n');
  return Buffer.concat([Buffer.from(birthOf(name, code.length), 'latin1'), code, filler]);
}

/**
 * The code that the build left beside the file; it is no error if there is none. V8 accepts code of the right length and runs whatever it
 * says, and after a power failure a disk returns zeros for what it had not yet written: code with a sector of zeros is refused.
 */
function codeAtHand(room: Buffer, path: string, name: string): Buffer | undefined {
  try {
    const kept = readTo(room, cacheOf(path));
    const birth = kept.toString('latin1', 0, BIRTH_LENGTH);
    const length = Number(/ (\d+) *$/.exec(birth)?.[1]);
    const isWhole = kept.length % SECTOR_BYTES === 0 && !kept.includes(Buffer.alloc(SECTOR_BYTES));
    if (birth !== birthOf(name, length) || !isWhole) return undefined;
    return kept.subarray(BIRTH_LENGTH, BIRTH_LENGTH + length);
  } catch {
    return undefined;
  }
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** The file, in `room`, as much of it as that holds. */
function readTo(room: Buffer, path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    let length = 0;
    for (let read = -1; read !== 0; length += read) read = readSync(file, room, length, room.length - length, null);
    return room.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

/**
 * Says for which file, Node, flags and processor the code is, and how long it is: V8 compares only the length of the file. The file's name
 * is taken on trust from the build, because hashing the file here takes longer than reading it.
 */
function birthOf(name: string, length: number): string {
  return `${name}${process.version} ${process.platform} ${process.arch} ${cachedDataVersionTag()} ${length}`
    .padEnd(BIRTH_LENGTH)
    .slice(0, BIRTH_LENGTH);
}
