import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ask } from '../../support/cli.js';
import { serverText, syslogLine } from '../../support/lines.js';
import { openFolder } from '../../support/stage.js';

const T = Date.parse('2024-02-21T12:00:00Z');

function line(to: 'UP' | 'DOWN', left: number, afterS: number, copies = 2): string {
  const at = T + afterS * 1_000;
  return `${syslogLine(at, serverText({ at, backend: 'app', server: 'a', to, left }))}\n`.repeat(copies);
}

/** What `haplog replay -o jsonl` tells of a log: the incident's phase, and what receivers would hear. */
function told(log: string, ...options: string[]): string {
  using folder = openFolder();
  const path = join(folder.path, 'haproxy.log');
  writeFileSync(path, log);
  const { status, stdout } = ask(folder.path, ['replay', '-o', 'jsonl', '--tz', 'UTC', ...options, path]);
  assert.equal(status, 0);
  const facts = stdout
    .trim()
    .split('\n')
    .map((row) => JSON.parse(row));
  const phases = facts.filter(({ kind }) => kind === 'incident').map(({ phase }) => phase);
  const events = facts.filter(({ kind }) => kind === 'notification').map(({ event }) => event);
  return `${phases.join(', ')}; told: ${events.join(', ')}`;
}

test('what was due soon after the last line of an old log is told as if haplog had been there', () => {
  assert.equal(told(line('DOWN', 0, 0) + line('UP', 1, 60)), 'resolved; told: firing, resolved');
});

test('and so it is with --as-of', () => {
  const log = line('DOWN', 0, 0) + line('UP', 1, 60);
  assert.equal(told(log, '--as-of', '2024-02-21T12:01:05Z'), 'firing; told: firing');
  assert.equal(told(log, '--as-of', '2024-02-21T12:02:00Z'), 'resolved; told: firing, resolved');
});

test('a last line that waits for its witness is believed in the end', () => {
  assert.equal(told(line('UP', 1, 0) + line('DOWN', 0, 60, 1)), 'firing; told: firing');
});
