/** What a command tells arrives whole and in order, and where it cannot be written that is told once. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { test } from 'node:test';

const SAY = new URL('../../../src/cli/say.ts', import.meta.url).href;
const LINES = 20_000;

/** A program that says some thousand numbered lines, a few at a time, and has a remark at its end. */
const program = (before = '') => [
  '--import',
  import.meta.resolve('tsx'),
  '--input-type=module',
  '-e',
  `import { print, remark } from ${JSON.stringify(SAY)};
  ${before}
  process.stdout.on('error', (error) => { remark(error.code); process.exit(3); });
  for (let n = 0; n < ${LINES}; n += 4) print([n, n + 1, n + 2, n + 3].map((each) => 'line ' + each + '.'.repeat(60)));
  remark('that is all');`,
];
const whole = Array.from({ length: LINES }, (_, n) => `line ${n}${'.'.repeat(60)}\n`).join('');

async function heard(args: string[]) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 30_000 });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text) => (said[name] += text));
  const [status] = await once(child, 'close');
  return { status, ...said };
}

test('it arrives whole and in order', { timeout: 60_000 }, async () => {
  assert.deepEqual(await heard(program()), { status: 0, stdout: whole, stderr: 'that is all\n' });
});

test('also where standard output does not wait for its reader', { timeout: 60_000 }, async () => {
  // To open a pipe as a socket of one's own makes it one that does not wait, for whoever else writes there.
  const hasty = "import { Socket } from 'node:net'; new Socket({ fd: 1, readable: false }).unref();";
  assert.deepEqual(await heard(program(hasty)), { status: 0, stdout: whole, stderr: 'that is all\n' });
});

test('where there is no room the stream tells so', { skip: !existsSync('/dev/full'), timeout: 60_000 }, () => {
  const full = openSync('/dev/full', 'w');
  const options = {
    encoding: 'utf8',
    timeout: 30_000,
    stdio: ['ignore', full, 'pipe'] as ('ignore' | number | 'pipe')[],
  };
  const { status, stderr } = spawnSync(process.execPath, program(), options as { encoding: 'utf8' });
  closeSync(full);
  assert.deepEqual([status, stderr.split('\n').includes('ENOSPC')], [3, true]);
});
