import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ReplayOptions, replay } from '../../../src/cli/replay-action.js';
import { serverText, syslogLine } from '../../support/lines.js';
import { openFolder } from '../../support/stage.js';

const T = Date.parse('2024-02-21T12:00:00Z');

function line(to: 'UP' | 'DOWN', left: number, afterS: number, copies = 2): string {
  const at = T + afterS * 1_000;
  return `${syslogLine(at, serverText({ at, backend: 'app', server: 'a', to, left }))}\n`.repeat(copies);
}

/** What `haplog replay -o jsonl` tells of a log: the incident's phase, and what receivers would hear. */
async function told(t: TestContext, log: string, options: Partial<ReplayOptions> = {}): Promise<string> {
  using folder = openFolder();
  const path = join(folder.path, 'haproxy.log');
  writeFileSync(path, log);
  let printed = '';
  const real = process.stdout.write.bind(process.stdout);
  const write = t.mock.method(process.stdout, 'write', (text: string | Uint8Array) => {
    if (typeof text !== 'string') return real(text); // the test runner's own word
    printed += text;
    return true;
  });
  await replay([path], { output: 'jsonl', tz: 'UTC', ...options });
  write.mock.restore();
  const facts = printed
    .trim()
    .split('\n')
    .map((row) => JSON.parse(row));
  const phases = facts.filter(({ kind }) => kind === 'incident').map(({ phase }) => phase);
  const events = facts.filter(({ kind }) => kind === 'notification').map(({ event }) => event);
  return `${phases.join(', ')}; told: ${events.join(', ')}`;
}

test('what was due soon after the last line of an old log is told as if haplog had been there', async (t) => {
  assert.equal(await told(t, line('DOWN', 0, 0) + line('UP', 1, 60)), 'resolved; told: firing, resolved');
});

test('and so it is with --as-of', async (t) => {
  const log = line('DOWN', 0, 0) + line('UP', 1, 60);
  assert.equal(await told(t, log, { asOf: '2024-02-21T12:01:05Z' }), 'firing; told: firing');
  assert.equal(await told(t, log, { asOf: '2024-02-21T12:02:00Z' }), 'resolved; told: firing, resolved');
});

test('a last line that waits for its witness is believed in the end', async (t) => {
  assert.equal(await told(t, line('UP', 1, 0) + line('DOWN', 0, 60, 1)), 'firing; told: firing');
});
