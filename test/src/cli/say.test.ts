/** What a command tells arrives whole and in order, and where it cannot be written that is told once. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { runProgram } from '../../support/program.js';
import { openFolder } from '../../support/stage.js';
import { until } from '../../support/until.js';

const SAY = new URL('../../../src/cli/say.ts', import.meta.url).href;
const LINES = 20_000;

/** A program that says some thousand numbered lines, a few at a time, and has a remark at its end. */
const PROGRAM = [
  '--import',
  import.meta.resolve('tsx'),
  '--input-type=module',
  '-e',
  `import { print, remark } from ${JSON.stringify(SAY)};
  process.stdout.on('error', (error) => { remark(error.code); process.exit(3); });
  for (let n = 0; n < ${LINES}; n += 4) print([n, n + 1, n + 2, n + 3].map((each) => 'line ' + each + '.'.repeat(60)));
  remark('that is all');`,
];
const whole = Array.from({ length: LINES }, (_, n) => `line ${n}${'.'.repeat(60)}`).join('\n');

/** Runs it with standard output in a file. */
function runInto(path: string) {
  const file = openSync(path, 'w');
  const stdio: ['ignore', number, 'pipe'] = ['ignore', file, 'pipe'];
  const { status, stderr } = spawnSync(process.execPath, PROGRAM, { encoding: 'utf8', timeout: 30_000, stdio });
  closeSync(file);
  return { status, remarks: stderr.trim().split('\n') };
}

test('it arrives whole and in order', () => {
  using folder = openFolder();
  const path = join(folder.path, 'said');
  assert.deepEqual(runInto(path), { status: 0, remarks: ['that is all'] });
  assert.equal(readFileSync(path, 'utf8'), `${whole}\n`);
});

test('also where standard output does not wait for its reader', { timeout: 60_000 }, async () => {
  // Node's stream, which the program has asked for, makes the pipe one that does not wait.
  const { code, stdout, stderr } = await runProgram(process.execPath, PROGRAM);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: 'that is all' });
  assert.equal(stdout, whole);
});

test('a remark stands behind the lines before it, where both go to one reader that is slow', {
  timeout: 60_000,
}, async () => {
  using folder = openFolder();
  const mark = join(folder.path, 'remarked');
  const program = [
    ...PROGRAM.slice(0, -1),
    `${PROGRAM.at(-1)}; (await import('node:fs')).writeFileSync(${JSON.stringify(mark)}, '');`,
  ];
  const child = spawn('sh', ['-c', 'exec "$0" "$@" 2>&1', process.execPath, ...program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await until(
    () => existsSync(mark),
    () => 'the remark was not made',
  );
  assert.equal(await text(child.stdout), `${whole}\nthat is all\n`);
});

test('where there is no room the stream tells so', { skip: !existsSync('/dev/full'), timeout: 60_000 }, () => {
  const { status, remarks } = runInto('/dev/full');
  assert.deepEqual([status, remarks.includes('ENOSPC')], [3, true]);
});
