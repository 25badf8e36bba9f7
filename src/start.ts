#!/usr/bin/env node
/**
 * Starts the program that scripts/build.mjs made of src/main.ts, with flags for V8 (docs/decisions/0006-memory.md). Modules that not every
 * command needs are loaded when they are first used (docs/decisions/0008-speed.md).
 */
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { load } from './built-file.js';
import { noteHangups } from './hangup.js';

export { cacheOf, codeOf, loaded } from './built-file.js';

// All other commands end by SIGHUP, as they should.
if (process.argv[2] === 'run') noteHangups();

// Node keeps V8's code for its own modules, but V8 no longer accepts it once flags are set. So what standard output needs is loaded now:
// `net`, if it is a terminal or a pipe, would take three times as long afterwards.
void process.stdout;

// V8 lets the space for new objects grow to 16 MiB and more when many survive, as they do while catching up. Keeping it small costs no time
// here and saves 13 MB of memory: haplog shares a Raspberry Pi with what it watches.
setFlagsFromString('--semi-space-growth-factor=1');
// A space this small is collected in less time than it takes to wake other threads for it. And it is not collected before it is full.
setFlagsFromString('--no-parallel-scavenge');
setFlagsFromString('--no-minor-gc-task');
// Objects that outlive that small space only for a moment are collected before there is much more of them than of what stays.
setFlagsFromString('--heap-growing-percent=20');
// The grammar's outermost function makes a function of each of its rules. Optimising it gains nothing and costs the compiler 30 MB and a
// fifth of a second. A function larger than this, in bytes of V8's own code, is not optimised.
setFlagsFromString('--max-optimized-bytecode-size=1000');
// An optimised function inlines the functions that it calls, up to this much of V8's code. With V8's own limit of 920 the compiler works
// twice as long and needs 5 MB more, for code that runs no faster here.
setFlagsFromString('--max-inlined-bytecode-size-cumulative=150');
// Node 20's V8 optimises a function once it has run half this much of V8's code. Most of what a short run optimises so early has done its
// work by then, and on two cores the compiler takes its time from the reading. Later versions of V8 wait longer by themselves and have no
// such flag, and V8 complains on standard error about a flag that it does not know.
if (process.version.startsWith('v20.')) setFlagsFromString('--interrupt-budget=264000');

// The build makes a CommonJS module of this one.
const built = __dirname;

/** Node's modules that take milliseconds to load, and that not every command needs: each is loaded when it is first used. */
const LATER = new Set(
  ['child_process', 'crypto', 'fs/promises', 'os', 'stream/promises', 'timers/promises', 'zlib'].map(
    (name) => `node:${name}`,
  ),
);

/** The `require` that the program gets. */
export function loadLater(name: string): unknown {
  if (name.startsWith('./parts/')) return load(join(built, name), require);
  const [, half, module = ''] = /^(program|rest):(.+)$/.exec(name) ?? [];
  if (half !== undefined) return ofHalf(half, module);
  if (name === 'node:process') return process; // it exists already, and Node takes a millisecond to make a module of it
  if (!LATER.has(name)) return require(name);
  const descriptor = (key: string | symbol) => Reflect.getOwnPropertyDescriptor(require(name), key);
  return new Proxy(
    {},
    {
      get: (_, key) => require(name)[key],
      has: (_, key) => key in require(name),
      ownKeys: () => Reflect.ownKeys(require(name)),
      // The module has the property, the proxy's own target has not: so the proxy may not report it as fixed.
      getOwnPropertyDescriptor: (_, key) => descriptor(key) && { ...descriptor(key), configurable: true },
    },
  );
}

/** A module of one of the two files that scripts/build.mjs made of haplog. Each file asks here for what is in the other. */
function ofHalf(half: string, module: string): unknown {
  const modules = load(join(built, `${half}.js`), loadLater) as Record<string, () => unknown>;
  return modules[module]!();
}

ofHalf('program', 'src/main.ts');
