/** What goes at once, and what waits a moment because it belongs to something that the receiver was told just now. */
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  type Incident,
  lettersOf,
  type NotificationKind,
  type Told,
  type Waiting,
  waitsUntil,
} from '../../alerts/index.js';
import type { EventId } from '../../parsers/index.js';
import { notification, OPENED, REFUSED } from '../support/telling.js';

const SECOND = 1_000;
let seq = 0;

/** An incident that began so many seconds after the first, when `server` fell as the last of its backend. */
function began(subject: string, seconds: number, server: string, changes: Partial<Incident> = {}): Partial<Incident> {
  const at = OPENED + seconds * SECOND;
  const fallen = [{ server, at, cause: REFUSED, utcOffsetMin: 0, planned: false }];
  return { id: subject as EventId, subject, openedAt: at, fallen, ...changes };
}

function told(
  incident: Partial<Incident>,
  seconds: number,
  event: NotificationKind = 'firing',
  passedOn: string | null = null,
): Told {
  return { event, incident: notification(event, incident).incident, passedOn, at: OPENED + seconds * SECOND };
}

/** Until when it waits, in seconds after the first began; null: it goes. It is noted, and asked, at `seconds`. */
function waits(incident: Partial<Incident>, seconds: number, lately: Told[], event: NotificationKind = 'firing') {
  const now = OPENED + seconds * SECOND;
  const about = { ...notification(event, incident), createdAt: now };
  const row: Waiting = {
    ...{ seq: ++seq, notification: about, attempts: 0, letter: null, answer: null, passedOn: null, addressee: null },
  };
  const [letter] = lettersOf([row], true);
  const until = waitsUntil(letter!, lately, now);
  return until === null ? null : (until - OPENED) / SECOND;
}

test('what one server took with it waits for the rest, ten seconds from what was told of it', () => {
  const shop = told(began('shop', 0, 'db1'), 0.05);
  assert.equal(waits(began('api', 1, 'db1'), 1, [shop]), 10.05);
  assert.equal(waits(began('api', 1, 'db1'), 1, []), null);
  assert.equal(waits(began('api', 1, 'db2'), 1, [shop]), null, 'another server');
  assert.equal(waits(began('api', 1, 'db1', { host: 'elsewhere' }), 1, [shop]), null, 'another host');
  assert.equal(waits(began('api', 11, 'db1'), 9, [shop]), null, 'it began long after');
  assert.equal(waits(began('api', 1, 'db1'), 10.05, [shop]), null, 'the ten seconds are over');
});

test('of a host all at once are three: the second goes, the third waits', () => {
  const [a, b] = [told(began('a', 0, 's1'), 0), told(began('b', 1, 's2'), 1)];
  assert.equal(waits(began('b', 1, 's2'), 1, [a]), null);
  assert.equal(waits(began('c', 2, 's3'), 2, [a, b]), 11);
});

test('a backend is no company for itself: what falls twice, or is taken on by another, is told at once', () => {
  const shop = told(began('shop', 0, 'db1'), 0);
  assert.equal(waits(began('shop', 4, 'db1', { id: 'again' as EventId }), 4, [shop]), null);
  const [anna, ben] = ['anna', 'ben'].map((by) => ({ ack: { by, at: OPENED, note: null } }));
  assert.equal(
    waits(began('shop', 0, 'db1', ben), 4, [told(began('shop', 0, 'db1', anna), 0, 'acknowledged')], 'acknowledged'),
    null,
  );
  const twice = [shop, told(began('shop', 0, 'db1'), 1), told(began('api', 1, 's2'), 1)];
  assert.equal(waits(began('admin', 2, 's3'), 2, twice), 11, 'as the third of the host');
});

test('what comes in place of a receiver that refuses waits for nothing that was told for another reason', () => {
  const mailed = told(began('shop', 0, 'db1'), 0, 'firing', 'mail refused it');
  assert.equal(waits(began('api', 1, 'db1'), 1, [mailed]), null);
});

test('nothing waits longer than ten seconds, however much is told meanwhile', () => {
  const lately = [told(began('shop', 0, 'db1'), 0), told(began('api', 1, 'db1'), 9)];
  assert.equal(waits(began('admin', 2, 'db1'), 2, lately), 12);
});

test('ends and reminders have company as beginnings have, each their own', () => {
  const shop = began('shop', 0, 'db1', { phase: 'resolved', resolvedAt: OPENED + 60 * SECOND });
  const api = began('api', 1, 'db1', { phase: 'resolved', resolvedAt: OPENED + 61 * SECOND });
  assert.equal(waits(api, 61, [told(shop, 60, 'resolved')], 'resolved'), 70);
  assert.equal(waits(api, 61, [told(shop, 60, 'firing')], 'resolved'), null);
  assert.equal(waits(began('api', 1, 'db1'), 61, [told(began('shop', 0, 'db1'), 60, 'reminder')], 'reminder'), 70);
});

test('what may have been accepted before haplog was killed goes as it was', () => {
  const row: Waiting = {
    ...{ seq: ++seq, notification: notification('firing', began('api', 1, 'db1')), attempts: 0, letter: 'single:1' },
    ...{ answer: null, passedOn: null, addressee: null },
  };
  const [letter] = lettersOf([row], true);
  assert.equal(waitsUntil(letter!, [told(began('shop', 0, 'db1'), 0)], OPENED + SECOND), null);
});

test('what is over already waits for no company, and nothing waits once ten seconds have passed since it was noted', () => {
  const over = { phase: 'resolved', resolvedAt: OPENED + 9 * SECOND } as const;
  const now = OPENED + 12 * SECOND;
  const row = (event: NotificationKind, changes: Partial<Incident> = {}): Waiting => {
    const about = { ...notification(event, began('api', 1, 'db1', changes)), createdAt: OPENED + SECOND };
    return {
      seq: ++seq,
      notification: about,
      attempts: 0,
      letter: null,
      answer: null,
      passedOn: null,
      addressee: null,
    };
  };
  const asked = (rows: Waiting[], lately: Told, at = now) => waitsUntil(lettersOf(rows, true)[0]!, [lately], at);
  assert.equal(
    asked(
      [row('firing', over), row('resolved', over)],
      told(began('shop', 0, 'db1', over), 9, 'resolved'),
      OPENED + 10 * SECOND,
    ),
    null,
  );
  assert.equal(asked([row('firing')], told(began('shop', 0, 'db1'), 9)), null);
});
