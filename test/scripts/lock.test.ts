/** Two terminals may make the same fresh clone ready at once: one works, the other waits. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { projectRoot } from '../support/haplog.js';
import { runProgram } from '../support/program.js';
import { openFolder, type TemporaryFolder } from '../support/stage.js';

let folder: TemporaryFolder;
let lock: string;
let diary: string;
beforeEach(() => {
  folder = openFolder();
  lock = join(folder.path, 'dist', '.lock');
  diary = join(folder.path, 'diary');
});
afterEach(() => folder[Symbol.dispose]());

/** A process that writes into the diary while it holds the lock. */
async function work(): Promise<void> {
  const code = `
    import { appendFileSync } from 'node:fs';
    import { setTimeout as pause } from 'node:timers/promises';
    import { withLock } from ${JSON.stringify(join(projectRoot, 'scripts', 'lock.mjs'))};
    await withLock(${JSON.stringify(lock)}, () => {}, async () => {
      appendFileSync(${JSON.stringify(diary)}, 'in ');
      await pause(50);
      appendFileSync(${JSON.stringify(diary)}, 'out ');
    });`;
  const { code: status, stderr } = await runProgram(process.execPath, ['--input-type=module', '-e', code]);
  assert.equal(status, 0, stderr);
}

async function workAtOnce(count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, work));
  assert.equal(readFileSync(diary, 'utf8'), 'in out '.repeat(count));
  assert.equal(existsSync(lock), false, 'the lock is given back');
}

test('processes that start at once work one after the other', () => workAtOnce(4));

test('a lock whose holder died is taken over, by one at a time', async () => {
  const gone = await runProgram(process.execPath, ['-p', 'process.pid']);
  mkdirSync(lock, { recursive: true });
  writeFileSync(join(lock, 'pid'), gone.stdout);
  await workAtOnce(4);
});

test('a lock whose maker died before it said who it is holds up nobody for long', async () => {
  mkdirSync(lock, { recursive: true });
  const aMinuteAgo = Date.now() / 1000 - 60;
  utimesSync(lock, aMinuteAgo, aMinuteAgo);
  await workAtOnce(2);
});
