/** `haplog outbox` as its own process: what waits, what failed and why, and another chance for it. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { EventId } from '../../../parsers/index.js';
import { openStore } from '../../../src/store/open.js';
import { ask } from '../../support/cli.js';
import { usualDatabase } from '../../support/home.js';
import { putInOutbox } from '../../support/outbox.js';
import { notification, OPENED } from '../../support/telling.js';
import { tempFolder } from '../store/temp-folder.js';

/** A home whose outbox holds a delivered row (1), a refused one (2), and one that waits for its second attempt (3). */
async function home(t: TestContext): Promise<string> {
  const folder = tempFolder(t);
  const store = openStore(usualDatabase(folder), 'write');
  const about = (n: number, receiver: string) => notification('firing', { id: `f:${n}` as EventId }, receiver);
  await putInOutbox(store, about(1, 'oncall'), about(1, 'chat'), about(2, 'chat'));
  await store.delivered(1, OPENED + 1_000, '250 queued');
  await store.close(2, 'rejected', OPENED + 2_000, 'chat.example.org answered 403: no such token');
  await store.postpone(3, Date.parse('2099-01-01T00:00:00Z'), 'chat.example.org: connection refused');
  await store.end();
  return folder;
}

test('what was not delivered is listed with the reason, the newest first', async (t) => {
  const folder = await home(t);
  const { status, stdout, stderr } = ask(folder, ['outbox', 'list', '--utc']);
  assert.deepEqual([status, stderr], [0, '']);
  const [idle, waits, empty, ...table] = stdout.trimEnd().split('\n');
  assert.equal(idle, 'haplog run is not running on this database: nothing goes out.');
  assert.match(
    waits!,
    /^chat: 1 message waits, for \d\S+( \d\S+)?, next attempt in \d+y( \d+d)?: chat\.example\.org: connection refused$/,
  );
  assert.equal(empty, '');
  const cells = table.map((line) =>
    line.split(/ {2,}/).map((cell) => cell.replace(/\d+y( \d+d)?|\d+d( \d+h)?/, 'TIME')),
  );
  assert.deepEqual(cells, [
    ['ROW', 'NOTED', 'STATE', 'RECEIVER', 'WHAT', 'ATTEMPTS', 'AGE', 'NEXT', 'WHY'],
    [
      ...['3', '2024-02-21 12:03:18', 'due', 'chat', 'firing: backend k8s-api-server on allyrion', '1'],
      ...['TIME', 'in TIME', 'chat.example.org: connection refused'],
    ],
    [
      ...['2', '2024-02-21 12:03:18', 'rejected', 'chat', 'firing: backend k8s-api-server on allyrion', '1'],
      ...['TIME', 'chat.example.org answered 403: no such token'],
    ],
  ]);
  const rows = JSON.parse(
    ask(folder, ['outbox', 'list', '--state', 'all', '--receiver', 'oncall', '-o', 'json']).stdout,
  );
  assert.equal(rows.length, 1);
  const { seq, state, backend, closed_at, answer, latency_ms } = rows[0];
  assert.deepEqual(
    [seq, state, backend, closed_at, answer, latency_ms],
    [1, 'delivered', 'k8s-api-server', '2024-02-21T12:03:19.115Z', '250 queued', 1_000],
  );
});

test('an address that refused is listed with its receiver, and what waits for it in JSON', async (t) => {
  const folder = await home(t);
  const store = openStore(usualDatabase(folder), 'write');
  await putInOutbox(store, notification('resolved', { id: 'f:1' as EventId }, 'oncall'));
  const at = Date.parse('2099-01-01T00:00:00Z');
  const next = { state: 'due', dueAt: at } as const;
  await store.delivered(4, OPENED, '250 queued', [
    { address: 'new@example.org', name: 'oncall <new@example.org>', reason: 'mx: 451 greylisted', next },
  ]);
  await store.end();
  const rows = JSON.parse(ask(folder, ['outbox', 'list', '--receiver', 'oncall', '-o', 'json']).stdout);
  assert.deepEqual(
    rows.map((row: Record<string, unknown>) => [row.seq, row.receiver, row.address, row.next_attempt_at, row.answer]),
    [[5, 'oncall <new@example.org>', 'new@example.org', '2099-01-01T00:00:00.000Z', 'mx: 451 greylisted']],
  );
  assert.match(
    ask(folder, ['outbox', 'list', '--receiver', 'oncall']).stdout,
    /\noncall <new@example\.org>: 1 message waits, .*: mx: 451 greylisted\n\nROW /,
  );
  assert.doesNotMatch(ask(folder, ['outbox', 'list', '--state', 'rejected']).stdout, /waits/);
});

test('a row is shown with its message', async (t) => {
  const { stdout } = ask(await home(t), ['outbox', 'show', '2', '--utc']);
  assert.match(stdout, /^Row: {9}2, rejected, 1 attempt\n/);
  assert.match(stdout, /\nAnswer: {6}chat\.example\.org answered 403: no such token\n/);
  assert.match(
    stdout,
    /\nSubject: {5}\[haplog\] allyrion: backend k8s-api-server has no server available\n\nBackend k8s-api-server on /,
  );
});

test('a row and its message are there as JSON', async (t) => {
  const row = JSON.parse(ask(await home(t), ['outbox', 'show', '2', '-o', 'json']).stdout);
  assert.deepEqual([row.seq, row.state, row.receiver], [2, 'rejected', 'chat']);
  assert.equal(row.message.subject, '[haplog] allyrion: backend k8s-api-server has no server available');
  assert.match(row.message.text, /^Backend k8s-api-server on /);
});

test('of what was delivered the time from the line to acceptance is shown, and over all in haplog status', async (t) => {
  const folder = await home(t);
  assert.match(ask(folder, ['outbox', 'show', '1']).stdout, /\nLatency: {5}1s from the line to acceptance\n/);
  assert.match(
    ask(folder, ['status']).stdout,
    /\nlatency {3}from the line to acceptance, of the last message: half within 1s, 99 % within 1s\n/,
  );
});

test('what failed is put back, what waits is given up, and what was delivered is neither', async (t) => {
  const folder = await home(t);
  const states = () =>
    JSON.parse(ask(folder, ['outbox', 'list', '--state', 'all', '-o', 'json']).stdout).map(
      (row: { seq: number; state: string; attempts: number }) => `${row.seq} ${row.state} ${row.attempts}`,
    );
  const told = ask(folder, ['outbox', 'retry', '2', '3']);
  assert.deepEqual([told.status, told.stdout], [0, '2: due at once\n3: due at once\n']);
  assert.deepEqual(states(), ['3 due 0', '2 due 0', '1 delivered 1']);
  assert.equal(ask(folder, ['outbox', 'drop', '3']).stdout, '3: dropped\n');
  assert.deepEqual(states(), ['3 dropped 0', '2 due 0', '1 delivered 1']);
  // All must be fit before the first is touched.
  const refused = ask(folder, ['outbox', 'drop', '2', '1']);
  assert.deepEqual([refused.status, refused.stderr], [2, 'haplog: Row 1 is delivered: there is nothing to drop.\n']);
  assert.deepEqual(states(), ['3 dropped 0', '2 due 0', '1 delivered 1']);
});

test('bad usage is told in one sentence', async (t) => {
  const folder = await home(t);
  const said = (...args: string[]) => ask(folder, ['outbox', ...args]).stderr;
  assert.equal(
    said('show', '9'),
    'haplog: There is no row 9 in the outbox; haplog outbox list --state all shows them.\n',
  );
  assert.match(said('retry', 'x'), /^haplog: Cannot read the number of a row "x": expected a number from 1\.\n$/);
  assert.match(
    said('list', '--state', 'sent'),
    /^haplog: Unknown state "sent": expected due, delivered, rejected, expired, muted, dropped or all\.\n$/,
  );
  assert.match(
    said('list', '-n', '0'),
    /^haplog: Cannot read the number of rows "0": expected a number from 1 to 10000\.\n$/,
  );
});
