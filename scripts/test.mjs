/**
 * Runs the tests with Node's own runner: `node scripts/test.mjs [--only unit|e2e] [FILE...] [runner options]`.
 * Without files all of test/ (Node 20's runner finds no TypeScript by itself). Ends with the runner's summary and status.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { BuildError, generate } from './build.mjs';
import { root } from './freshness.mjs';
import { withBuiltTests } from './test-build.mjs';

const fileTimeoutMs = 3 * 60_000;
const e2e = join('test', 'e2e');

async function main(args) {
  const only = optionValue(args, '--only');
  const options = args.filter((arg) => arg.startsWith('-'));
  const named = args.filter((arg) => !arg.startsWith('-')).map((path) => relative(root, resolve(path)));
  const missing = named.find((path) => !statSync(join(root, path), { throwIfNoEntry: false })?.isFile());
  if (missing !== undefined) return refuse(`No such test file: ${missing}`);
  if (only !== undefined && only !== 'unit' && only !== 'e2e') return refuse(`--only takes unit or e2e, not "${only}"`);

  const files = named.length > 0 ? named : testFiles(only);
  if (files.length === 0) return refuse('There are no tests to run.');
  try {
    await generate();
    return await withBuiltTests(files, (built) => start([...options, ...built]));
  } catch (error) {
    if (error instanceof BuildError) return refuse(`${error.output}\n${error.message}.`);
    if (error.errors === undefined) throw error;
    return refuse(`The tests do not compile.\n${error.message}`);
  }
}

function start(args) {
  const runner = [
    '--enable-source-maps',
    '--test',
    '--test-reporter=spec',
    '--test-concurrency=2',
    `--test-timeout=${fileTimeoutMs}`,
  ];
  const run = spawnSync(process.execPath, [...runner, ...args], { cwd: root, stdio: 'inherit' });
  return run.status ?? 1;
}

/** The longest first: what runs beside each other then ends together. */
function testFiles(only) {
  const all = readdirSync(join(root, 'test'), { recursive: true })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join('test', name))
    .sort();
  const ends = all.filter((path) => path.startsWith(e2e));
  const units = all.filter((path) => !path.startsWith(e2e));
  return { unit: units, e2e: ends }[only] ?? [...ends, ...units];
}

/** Takes `name value` or `name=value` out of `args`. */
function optionValue(args, name) {
  const at = args.findIndex((arg) => arg === name || arg.startsWith(`${name}=`));
  if (at === -1) return undefined;
  const [arg] = args.splice(at, 1);
  return arg === name ? (args.splice(at, 1)[0] ?? '') : arg.slice(name.length + 1);
}

function refuse(sentence) {
  process.stderr.write(`${sentence}\n`);
  return 2;
}

process.exitCode = await main(process.argv.slice(2));
