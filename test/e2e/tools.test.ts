/** The tools for a person, as built, beside a running daemon. Needs nothing but Node. */
import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { caughtUp, projectRoot, runHaplog, startHaplog } from '../support/haplog.js';
import { openFolder } from '../support/stage.js';

const seedLog = join(projectRoot, 'fixtures', 'allyrion', 'haproxy.log');
const near = '2024-02-21T07:03:20.000000-05:00 allyrion haproxy[1305572]: Server k8s-api-server/fenn is QUITE DOWN.';

test('a sentence that the daemon did not understand is seen by status, found by parse and shown by explain', async () => {
  using folder = openFolder();
  const database = join(folder.path, 'haplog.db');
  const log = join(folder.path, 'haproxy.log');
  copyFileSync(seedLog, log);
  await using haplog = await startHaplog(folder.path, ['run', '--log', log, '--db', database]);
  await caughtUp(haplog);
  appendFileSync(log, `${near}\n`);

  let status = await runHaplog(folder.path, ['status', '--db', database, '-o', 'json']);
  for (let tries = 0; tries < 50 && JSON.parse(status.stdout).lines.near_misses === 0; tries++) {
    await pause(100); // the daemon tells nobody when it has read a line without news
    status = await runHaplog(folder.path, ['status', '--db', database, '-o', 'json']);
  }
  const { ok, daemon, logs, lines, samples } = JSON.parse(status.stdout);
  assert.deepEqual([status.code, ok, daemon, lines.near_misses], [1, false, 'running', 1]);
  assert.deepEqual([logs[0].path, logs[0].unread_bytes], [log, 0]);
  assert.deepEqual([samples[0].reason, samples[0].text], ['near miss', near]);

  const parsed = await runHaplog(folder.path, ['parse', '--unknown', log]);
  const last = JSON.parse(parsed.stdout.split('\n').at(-1)!);
  assert.deepEqual([parsed.code, last.kind, last.line], [0, 'near.miss', 22]);
  const explained = await runHaplog(folder.path, ['explain', near]);
  assert.equal(explained.code, 0);
  assert.match(explained.stdout, /^sentence {2}begins as one that is known/m);
});
