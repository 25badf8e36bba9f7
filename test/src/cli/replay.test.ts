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

test('a container’s log names no host: what it tells, and what it cost, is of the host that is given', () => {
  const at = (afterS: number) => `${new Date(T + afterS * 1_000).toISOString()} `;
  const state = (to: 'UP' | 'DOWN', left: number, afterS: number) =>
    `${at(afterS)}stderr F [WARNING]  (8) : ${serverText({ at: T, backend: 'app', server: 'a', to, left })}\n`;
  const failed = `${at(5)}stdout F 10.0.0.9:40000 [21/Feb/2024:12:00:05.000] fe app/<NOSRV> 0/-1/-1/-1/0 503 217 - - SC-- 1/1/0/0/0 0/0 "GET / HTTP/1.1"\n`;
  using folder = openFolder();
  const path = join(folder.path, '0.log');
  writeFileSync(path, state('DOWN', 0, 0) + failed + state('UP', 1, 60));
  const { stdout } = ask(folder.path, ['replay', '-o', 'jsonl', '--host', 'edge1', path]);
  const facts = stdout
    .trim()
    .split('\n')
    .map((row) => JSON.parse(row));
  const last = facts.filter(({ kind }) => kind === 'incident').at(-1);
  assert.deepEqual([last.host, last.impact], ['edge1', { failed_requests: 1, queued_requests: 0 }]);
  const wrong = ask(folder.path, ['replay', '--host', 'edge 1', path]);
  assert.deepEqual([wrong.status, /It is no name or address of a host/.test(wrong.stderr)], [2, true]);
});
