#!/usr/bin/env node
/**
 * Starts the program that scripts/build.mjs made of src/main.ts, under V8's flags (docs/decisions/0006-memory.md): modules that not every
 * command needs are loaded when they are first used (docs/decisions/0008-speed.md).
 */
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { load } from './built-file.js';

export { cacheOf, codeOf, loaded } from './built-file.js';

// Of its own modules Node keeps V8's code, which V8 does not take any more once flags are set: what standard output asks for, `net`
// where it is a terminal or a pipe, takes three times as long then.
void process.stdout;

// V8 lets the space for new objects grow to 16 MiB and more when many survive, as they do while catching up. Kept small
// it costs no time here and spares 13 MB of memory: haplog shares a Raspberry Pi with what it watches.
setFlagsFromString('--semi-space-growth-factor=1');
// So small a space is collected in less time than it takes to wake other threads for it; and not before it is full.
setFlagsFromString('--no-parallel-scavenge');
setFlagsFromString('--no-minor-gc-task');
// And what outlives that small space for a moment is taken away before it is much more than what stays.
setFlagsFromString('--heap-growing-percent=20');
// The grammar's outermost function makes a function of each of its rules. To optimise it gains nothing, and takes the compiler
// 30 MB and a fifth of a second: what is larger than this, in bytes of V8's own code, stays as it is.
setFlagsFromString('--max-optimized-bytecode-size=1000');
// A function that is optimised takes in those that it calls, up to so much of V8's code. With the 920 that V8 allows the compiler
// works twice as long and needs 5 MB more for code that runs no faster here.
setFlagsFromString('--max-inlined-bytecode-size-cumulative=150');
// V8 of Node 20 optimises a function when it has run for half as much of V8's code as this. Most of what a short run optimises so early has
// done its work by then, and on two cores the compiler takes its time from the reading. Later V8s wait longer by themselves, and have no
// such flag: of a flag that it does not know V8 complains on standard error.
if (process.version.startsWith('v20.')) setFlagsFromString('--interrupt-budget=264000');

// The build makes a CommonJS module of this one.
const built = __dirname;

/** Modules of Node that take milliseconds to load, and that not every command needs: each is loaded when it is first used. */
const LATER = new Set(
  ['child_process', 'crypto', 'fs/promises', 'os', 'stream/promises', 'timers/promises', 'zlib'].map(
    (name) => `node:${name}`,
  ),
);

/** What the program gets for `require`. */
export function loadLater(name: string): unknown {
  if (name.startsWith('./parts/')) return load(join(built, name), require);
  if (name === 'node:process') return process; // it is there, and Node takes a millisecond to make a module of it
  if (!LATER.has(name)) return require(name);
  const descriptor = (key: string | symbol) => Reflect.getOwnPropertyDescriptor(require(name), key);
  return new Proxy(
    {},
    {
      get: (_, key) => require(name)[key],
      has: (_, key) => key in require(name),
      ownKeys: () => Reflect.ownKeys(require(name)),
      // What it stands for has it, and it has not: it may not say that this is for ever.
      getOwnPropertyDescriptor: (_, key) => descriptor(key) && { ...descriptor(key), configurable: true },
    },
  );
}

load(join(built, 'program.js'), loadLater);
