import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sight } from '../../src/sight.js';
import type { NoticeKind } from '../../src/tail/notice.js';

const LOG = '/var/log/haproxy.log';
const NOTHING_LOST = { lost: () => assert.fail('nothing was lost') };
const clock = { now: () => 7 };
const notice = (kind: NoticeKind, detail = '') => ({ kind, path: LOG, detail });

test('the store knows what keeps a log from being read until reading has come to its end, and nothing else', async () => {
  const stored: (string | null)[] = [];
  const sight = new Sight({ ...NOTHING_LOST, trouble: async (_path, trouble) => void stored.push(trouble) }, clock);
  assert.equal(sight.hear(notice('following')), false);
  assert.equal(sight.hear(notice('unreadable', 'EIO')), true);
  assert.deepEqual([...sight.waitedFor], [LOG]);
  // It goes on, into the same trouble, which is not told twice.
  sight.hear(notice('resumed'));
  await sight.end();
  assert.deepEqual(stored, ['EIO']);
  sight.hear(notice('following'));
  sight.hear(notice('following'));
  await sight.end();
  assert.deepEqual(stored, ['EIO', null]);
  assert.deepEqual([...sight.waitedFor], []);
});

test('what was told last holds, though an earlier call takes longer', async () => {
  let holds: string | null = null;
  const calls: (() => void)[] = [];
  const sight = new Sight(
    {
      ...NOTHING_LOST,
      trouble: (_path, trouble) =>
        new Promise<void>((resolve) =>
          calls.push(() => {
            holds = trouble;
            resolve();
          }),
        ),
    },
    clock,
  );
  sight.hear(notice('missing', 'gone'));
  sight.hear(notice('following'));
  while (calls.length < 1) await Promise.resolve();
  assert.equal(calls.length, 1, 'the second waits for the first');
  calls[0]!();
  while (calls.length < 2) await Promise.resolve();
  calls[1]!();
  await sight.end();
  assert.equal(holds, null);
});

test('a store that fails ends the daemon', async () => {
  const sight = new Sight({ ...NOTHING_LOST, trouble: () => Promise.reject(new Error('disk')) }, clock);
  sight.hear(notice('missing', 'gone'));
  await assert.rejects(sight.failed, /disk/);
});

test('the store knows what was lost of a log, and when that was noticed; the log itself can be read', async () => {
  const stored: unknown[] = [];
  const sight = new Sight(
    { trouble: () => assert.fail('nothing keeps it from being read'), lost: async (...told) => void stored.push(told) },
    clock,
  );
  assert.equal(sight.hear(notice('lost', 'not found')), false);
  await sight.end();
  assert.deepEqual(stored, [[LOG, 'not found', 7]]);
  assert.deepEqual([...sight.waitedFor], []);
});
