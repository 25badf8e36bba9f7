#!/usr/bin/env node
/**
 * Starts the program that scripts/build.mjs made of src/main.ts, under V8's flags (docs/decisions/0006-memory.md): with the code that V8
 * had made of it by the end of the build, where that is of this program and this Node, and otherwise without
 * (docs/decisions/0008-speed.md).
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { cachedDataVersionTag, setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

// V8 lets the space for new objects grow to 16 MiB and more when many survive, as they do while catching up. Kept small
// it costs no time here and spares 13 MB of memory: haplog shares a Raspberry Pi with what it watches.
setFlagsFromString('--semi-space-growth-factor=1');
// And what outlives that small space for a moment is taken away before it is much more than what stays.
setFlagsFromString('--heap-growing-percent=20');
// The grammar's outermost function makes a function of each of its rules. To optimise it gains nothing, and takes the compiler
// 30 MB and a fifth of a second: what is larger than this, in bytes of V8's own code, stays as it is.
setFlagsFromString('--max-optimized-bytecode-size=1000');
// A function that is optimised takes in those that it calls, up to so much of V8's code. With the 920 that V8 allows the compiler
// works twice as long and needs 5 MB more for code that runs no faster here.
setFlagsFromString('--max-inlined-bytecode-size-cumulative=150');

const load = createRequire(import.meta.url);
const filename = load.resolve('./program.js');
const source = readFileSync(filename);

/** Of this very source (V8 compares no more than its length), this Node, these flags and this processor. */
export const digest = createHash('sha256')
  .update(source)
  .update(`${process.version} ${process.platform} ${process.arch} ${cachedDataVersionTag()}`)
  .digest();

/** The program, as a function of what a module is given. scripts/code-cache.cjs takes its code. */
export const script = new Script(`(function (require, __filename) {${source}\n})`, {
  filename,
  cachedData: codeAtHand(),
});

/** What the build left: the digest, and V8's code. V8 takes it or not; it is no error where there is none. */
function codeAtHand(): Buffer | undefined {
  try {
    const kept = readFileSync(join(dirname(filename), 'program.cache'));
    return kept.subarray(0, digest.length).equals(digest) ? kept.subarray(digest.length) : undefined;
  } catch {
    return undefined;
  }
}

script.runInThisContext()(load, filename);
