/** What `haplog outbox list` says at a glance: for whom something waits, for how long, until when, and why. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outboxText } from '../../../src/cli/outbox-text.js';
import { openStore } from '../../../src/store/open.js';
import { putInOutbox } from '../../support/outbox.js';
import { notification, OPENED } from '../../support/telling.js';

const MINUTE = 60_000;
const clock = (at: number) => new Date(at).toISOString().slice(11, 19);

test('what waits is told by receiver, and each row with its age, its next attempt and what keeps it', async () => {
  const store = openStore(':memory:', 'write');
  await putInOutbox(store, notification('firing', {}, 'chat'), notification('firing', {}, 'oncall'));
  await store.postpone(1, OPENED + 9 * MINUTE, 'chat.example.org: 503');
  await putInOutbox(store, notification('resolved', {}, 'chat'));
  await store.quiet('phone', OPENED + 8 * MINUTE);
  await putInOutbox(store, notification('firing', {}, 'phone'));
  const all = { states: ['due'], receiver: null, seqs: null, limit: 50 } as const;
  const found = { awaited: await store.awaited(), entries: await store.outbox(all) };
  const [idle, ...lines] = outboxText({ ...found, daemon: false }, OPENED + 7 * MINUTE, clock);
  assert.equal(idle, 'haplog run is not running on this database: nothing goes out.');
  assert.deepEqual(lines, [
    'chat: 2 messages wait, the oldest for 7m, next attempt in 2m: chat.example.org: 503',
    'oncall: 1 message waits, for 7m, next attempt now',
    'phone: 1 message waits, for 7m, next attempt in 1m',
    '',
    'ROW  NOTED     STATE  RECEIVER  WHAT                                          ATTEMPTS  AGE     NEXT   WHY',
    '4    12:03:18  due    phone     firing: backend k8s-api-server on allyrion    0         7m      in 1m  the receiver asked for a pause, has had its messages of this minute, or was told of the same just now',
    '3    12:07:30  due    chat      resolved: backend k8s-api-server on allyrion  0         2m 48s  in 2m  waits for row 1, or goes with it',
    '2    12:03:18  due    oncall    firing: backend k8s-api-server on allyrion    0         7m      now    not tried yet',
    '1    12:03:18  due    chat      firing: backend k8s-api-server on allyrion    1         7m      in 2m  chat.example.org: 503',
  ]);
  assert.deepEqual(outboxText({ ...found, daemon: true }, OPENED + 7 * MINUTE, clock), lines);
  assert.deepEqual(outboxText({ awaited: [], entries: [], daemon: false }, OPENED, clock), []);
  await store.end();
});
