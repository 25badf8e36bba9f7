/** When haplog itself is blind: an operator who asks must not hear that all is well. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Followed } from '../../src/store/store.js';
import type { Unread } from '../../src/tail/unread.js';
import { ownTroubles, type Seen } from '../../src/trouble.js';

const NOW = Date.parse('2026-11-30T12:00:00Z');
const MINUTE = 60_000;
const LOG = '/var/log/haproxy.log';

const NOTHING: Seen['counted'] = {
  ...{ lines: 0, bytes: 0, traffic: 0, candidates: 0, other: 0, oversize: 0, displaced: 0 },
  ...{ rejected: 0, nearMisses: 0, unknown: 0, suspects: 0 },
};

function troubles(
  unread: Unread | null,
  source: Partial<Followed> = {},
  daemon: boolean | null = true,
  more: Partial<Seen> = {},
): string[] {
  return ownTroubles({
    sources: [{ path: LOG, trouble: null, readAt: NOW - 10 * MINUTE, lost: null, lostAt: null, ...source }],
    untold: { failed: 0, stuck: 0 },
    daemon,
    logs: unread === null ? [] : [{ path: LOG, unread }],
    now: NOW,
    counted: NOTHING,
    isOpen: false,
    ...more,
  });
}

const file = (change: Partial<Extract<Unread, { bytes: number }>> = {}): Unread => ({
  ...{ kind: 'unread', bytes: 3_100, hasLine: true, writtenAt: NOW - 5 * MINUTE, isIllegible: false },
  ...change,
});

describe('lines that wait for a minute while nothing is read', () => {
  const STUCK = [`${LOG}: 3100 bytes wait, and nothing has been read for 10m: see haplog's own log`];
  test('are trouble: the daemon hangs, or cannot store anything', () => assert.deepEqual(troubles(file()), STUCK));
  test('so they are where another file stands at the path', () =>
    assert.deepEqual(troubles(file({ kind: 'other' })), STUCK));
  test('are none if something was read within the last minute', () =>
    assert.deepEqual(troubles(file(), { readAt: NOW - MINUTE }), []));
  test('are none if they were written within the last minute', () =>
    assert.deepEqual(troubles(file({ writtenAt: NOW - MINUTE })), []));
  test('are trouble if they are many, though the last was written just now', () => {
    assert.equal(troubles(file({ writtenAt: NOW, bytes: 1024 * 1024 + 1 })).length, 1);
    assert.deepEqual(troubles(file({ writtenAt: NOW, bytes: 1024 * 1024 })), []);
  });
  test('are none if the only one is not complete yet', () => assert.deepEqual(troubles(file({ hasLine: false })), []));
  test('are none of a daemon that cannot be seen, or of an older one, which did not note when it read', () => {
    assert.deepEqual(troubles(file(), {}, null), []);
    assert.deepEqual(troubles(file(), { readAt: null }), []);
  });
});

describe('a log that the daemon cannot read', () => {
  const trouble = `Cannot read "${LOG}": permission denied; waiting for it`;
  test('is trouble, whatever whoever asks may read', () => {
    const said = [`nothing is read of ${LOG}: ${trouble}`];
    assert.deepEqual(troubles(file(), { trouble }), said);
    assert.deepEqual(troubles({ kind: 'unreadable' }, { trouble }), said);
    assert.deepEqual(troubles(null, { trouble }), said);
  });
  test('is told as missing if it is', () =>
    assert.deepEqual(troubles({ kind: 'missing' }, { trouble }), [`${LOG} is missing: nothing can be read of it`]));
  test('is none if only whoever asks may not read it', () => assert.deepEqual(troubles({ kind: 'unreadable' }), []));
});

describe('lines that were lost', () => {
  const source = { lost: 'the file was not found', lostAt: NOW - 90 * MINUTE };
  const said = `${LOG}: lines may have been lost 1h 30m ago: the file was not found`;
  test('are trouble, with the reason, whether or not the log is read now', () => {
    assert.deepEqual(troubles(file({ bytes: 0, hasLine: false }), source), [said]);
    assert.deepEqual(troubles({ kind: 'missing' }, source), [`${LOG} is missing: nothing can be read of it`, said]);
  });
  test('are trouble though haplog does not run any more', () =>
    assert.deepEqual(troubles(null, source, false).slice(1), [said]));
});

test('a log of which nothing is understood is trouble, also after the daemon', () => {
  const strange = file({ bytes: 0, hasLine: false, isIllegible: true });
  assert.match(troubles(strange)[0]!, /its lines begin in no way that haplog knows/);
  assert.equal(troubles(strange, {}, false).length, 2);
});

describe('sentences that stand behind what haplog does not know', () => {
  const read = file({ bytes: 0, hasLine: false });
  const heard = (counted: Partial<Seen['counted']>, isOpen = false, unread = read) =>
    troubles(unread, {}, true, { counted: { ...NOTHING, ...counted }, isOpen });
  test('are trouble if they are three', () => {
    const said = heard({ candidates: 5, unknown: 4, rejected: 1, displaced: 3 });
    assert.equal(said.length, 1);
    assert.match(said[0]!, /^3 lines that end as HAProxy's sentences do begin in no way that haplog knows, /);
    assert.deepEqual(heard({ candidates: 2, unknown: 2, displaced: 2 }), []);
  });
  test('are none as soon as a sentence was understood', () =>
    assert.deepEqual(heard({ candidates: 100, unknown: 99, displaced: 99 }), []));
  test('are none where clients can write them', () =>
    assert.deepEqual(heard({ candidates: 10, unknown: 10, displaced: 10 }, true), []));
  test('are not said beside a log of which nothing is understood', () =>
    assert.equal(heard({ displaced: 9 }, false, file({ bytes: 0, hasLine: false, isIllegible: true })).length, 1));
});

describe('sentences of which none is understood', () => {
  const read = file({ bytes: 0, hasLine: false });
  const heard = (counted: Partial<Seen['counted']>, isOpen = false) =>
    troubles(read, {}, true, { counted: { ...NOTHING, ...counted }, isOpen });
  const MISHEARD = [
    "10 lines begin as HAProxy's sentences do, and none was understood: haplog parse --unknown shows them",
  ];
  test('are trouble if they are ten', () => {
    assert.deepEqual(heard({ candidates: 13, nearMisses: 10, rejected: 1, unknown: 2 }), MISHEARD);
    assert.deepEqual(heard({ candidates: 9, nearMisses: 9 }), []);
  });
  test('are none as soon as one was understood', () =>
    assert.deepEqual(heard({ candidates: 100, nearMisses: 99 }), []));
  test('are none where clients can write them', () =>
    assert.deepEqual(heard({ candidates: 10, nearMisses: 10 }, true), []));
});
