/** A log that cannot be read, and a watcher that fails: told once, outlived, and nothing lost. */
import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Tail from 'tail-file';
import { ByteTail } from '../../../src/tail/tail-file.js';
import { folder, lines, stateLine, Tailing } from './tailing.js';

test('a log that is missing is waited for, told once, and read from its start when it appears', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  await using tailing = new Tailing(log, { from: 'end' });
  await tailing.untilNotice('missing');
  assert.equal(tailing.notices[0]?.detail, `Cannot read "${log}": there is no such file; waiting for it`);
  writeFileSync(log, lines(stateLine(1)));
  await tailing.untilText(stateLine(1));
  assert.deepEqual(tailing.kinds(), ['missing', 'following']);
  assert.equal(tailing.batches[0]?.live, false);
});

test('a directory at the path is told once in a clear sentence, and the log is read once it is there', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  mkdirSync(log);
  await using tailing = new Tailing(log);
  await tailing.untilNotice('unreadable');
  assert.equal(tailing.notices[0]?.detail, `Cannot read "${log}": it is a directory; waiting for it`);
  rmdirSync(log);
  writeFileSync(log, lines(stateLine(1)));
  await tailing.untilText(stateLine(1));
  assert.equal(tailing.kinds().filter((kind) => kind === 'unreadable').length, 1);
});

const root = process.getuid?.() === 0 ? 'root may read everything' : false;
test('a log without permission is told once, and read once it is allowed', { skip: root }, async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(stateLine(1)), { mode: 0 });
  await using tailing = new Tailing(log);
  await tailing.untilNotice('unreadable');
  assert.match(tailing.notices[0]!.detail, /permission denied/);
  chmodSync(log, 0o600);
  await tailing.untilText(stateLine(1));
  assert.deepEqual(tailing.kinds(), ['unreadable', 'following']);
});

test("while what took the log's place cannot be read, nobody is told that all is read", async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(stateLine(1)));
  await using tailing = new Tailing(log);
  await tailing.untilText(stateLine(1));
  renameSync(log, `${log}.1`);
  mkdirSync(log);
  await tailing.until('it says so', () => tailing.batches.at(-1)?.caughtUp === false);
  assert.deepEqual(tailing.kinds(), ['following', 'unreadable']);
  rmdirSync(log);
  writeFileSync(log, lines(stateLine(2)));
  await tailing.untilText(stateLine(2));
  const { caughtUp, live } = tailing.batches.at(-1)!;
  assert.deepEqual([caughtUp, live], [true, false]);
});

test('a log that was removed is missed after a while, and read from its start when it comes back', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(stateLine(1)));
  await using tailing = new Tailing(log);
  await tailing.untilText(stateLine(1));
  unlinkSync(log);
  await tailing.untilNotice('missing');
  writeFileSync(log, lines(stateLine(2)));
  await tailing.untilText(stateLine(2));
  assert.deepEqual(tailing.texts, [stateLine(1), stateLine(2)]);
});

test('the folder of the log may be replaced under our feet', async () => {
  using files = folder();
  const log = join(files.path('log'), 'haproxy.log');
  mkdirSync(files.path('log'));
  writeFileSync(log, lines(stateLine(1)));
  await using tailing = new Tailing(log);
  await tailing.untilText(stateLine(1));
  renameSync(files.path('log'), files.path('old'));
  mkdirSync(files.path('log'));
  writeFileSync(log, lines(stateLine(2)));
  await tailing.untilText(stateLine(2));
  appendFileSync(log, lines(stateLine(3)));
  await tailing.untilText(stateLine(3));
  assert.deepEqual(tailing.texts, [1, 2, 3].map(stateLine));
});

test('when the watch fails, reading goes on after a moment with a new one', async (t) => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(stateLine(1)));
  const started: Tail[] = [];
  const startTail = Tail.prototype.startTail;
  t.mock.method(Tail.prototype, 'startTail', function (this: Tail, path: string) {
    started.push(this);
    startTail.call(this, path);
  });
  await using tailing = new Tailing(log);
  await tailing.untilText(stateLine(1));
  await tailing.until('it is watched', () => started.length === 1);
  started[0]!.watcher!.emit('error', new Error('the watch is gone'));
  appendFileSync(log, lines(stateLine(2)));
  await tailing.untilText(stateLine(2));
  appendFileSync(log, lines(stateLine(3)));
  await tailing.untilText(stateLine(3));
  assert.equal(started.length, 2);
  assert.deepEqual(tailing.texts, [1, 2, 3].map(stateLine));
});

test('where no watch can be had, the log is still read', async (t) => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(stateLine(1)));
  const refused = t.mock.method(Tail.prototype, 'startTail', () => {
    throw Object.assign(new Error('System limit for number of file watchers reached'), { code: 'ENOSPC' });
  });
  await using tailing = new Tailing(log);
  await tailing.untilText(stateLine(1));
  appendFileSync(log, lines(stateLine(2)));
  await tailing.untilText(stateLine(2));
  assert.ok(refused.mock.callCount() > 0);
});

test('bytes that were read before they were asked for are not overwritten by later ones', async (t) => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, '');
  const fd = openSync(log, 'r');
  const tail = new ByteTail({ path: log, fd, offset: 0, signal: new AbortController().signal });
  assert.equal(await tail.next(), null);
  const append = Tail.prototype.append;
  const read = new Promise<void>((resolve) => {
    t.mock.method(Tail.prototype, 'append', function (this: Tail, ...args: Parameters<typeof append>) {
      append.apply(this, args);
      resolve();
    });
  });
  appendFileSync(log, 'first');
  await read;
  appendFileSync(log, 'other');
  const first = await tail.next();
  // So long a read into the same buffer would take.
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(String(first), 'first');
  assert.equal(await tail.next(), null);
  assert.equal(String(await tail.next()), 'other');
  await tail.close();
  closeSync(fd);
});

test('a read that fails ends the tail with the reason, not the process', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, '');
  const fd = openSync(log, 'w');
  const tail = new ByteTail({ path: log, fd, offset: 0, signal: new AbortController().signal });
  assert.equal(await tail.next(), null);
  assert.equal((tail.failure as NodeJS.ErrnoException | null)?.code, 'EBADF');
  await tail.close();
  closeSync(fd);
});
