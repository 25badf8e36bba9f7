import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openUntil, readTimes } from '../../alerts/times.js';

const until = (text: string, at: string) => {
  const times = readTimes(text, 'UTC');
  assert.ok(times, text);
  const end = openUntil(times, Date.parse(at));
  return end === null ? null : new Date(end).toISOString();
};

test('hours of a day are open until they end, in their zone', () => {
  assert.equal(until('Mon-Fri 08:00-18:00 Europe/Berlin', '2026-11-24T07:00:00Z'), '2026-11-24T17:00:00.000Z');
  assert.equal(until('Mon-Fri 08:00-18:00 Europe/Berlin', '2026-11-24T06:59:59Z'), null);
  assert.equal(until('Mon-Fri 08:00-18:00 Europe/Berlin', '2026-11-24T17:00:00Z'), null);
  assert.equal(until('Mon-Fri 08:00-18:00 Europe/Berlin', '2026-11-28T10:00:00Z'), null, 'a Saturday');
});

test('hours over midnight belong to the day on which they begin', () => {
  assert.equal(until('fri 22:00-06:00', '2026-11-27T23:00:00Z'), '2026-11-28T06:00:00.000Z');
  assert.equal(until('fri 22:00-06:00', '2026-11-28T05:59:00Z'), '2026-11-28T06:00:00.000Z');
  assert.equal(until('fri 22:00-06:00', '2026-11-27T05:00:00Z'), null);
  assert.equal(until('daily 22:00-06:00', '2026-11-27T05:00:00Z'), '2026-11-27T06:00:00.000Z');
});

test('a whole day ends with the day, whatever number of hours it has', () => {
  assert.equal(until('sun 00:00-24:00 Europe/Berlin', '2026-10-25T12:00:00Z'), '2026-10-25T23:00:00.000Z');
  assert.equal(until('sun 00:00-24:00 Europe/Berlin', '2026-10-24T21:59:00Z'), null);
  assert.equal(until('sun 00:00-24:00 Europe/Berlin', '2026-10-24T22:00:00Z'), '2026-10-25T23:00:00.000Z');
});

test('hours that begin where summer time skips an hour begin when the clocks go on', () => {
  assert.equal(until('sun 02:30-04:00 Europe/Berlin', '2026-03-29T01:29:59Z'), null);
  assert.equal(until('sun 02:30-04:00 Europe/Berlin', '2026-03-29T01:30:00Z'), '2026-03-29T02:00:00.000Z');
});

test('days are given one by one, as a span, or over the end of the week', () => {
  assert.deepEqual(readTimes('Mon,Wed,Fri 08:00-09:00', 'UTC')?.days, [1, 3, 5]);
  assert.deepEqual(readTimes('Fri-Mon 08:00-09:00', 'UTC')?.days, [1, 5, 6, 7]);
  assert.equal(readTimes('daily 08:00-09:00', 'Europe/Berlin')?.zone, 'Europe/Berlin');
});

test('any other text means nothing', () => {
  for (const text of [
    '',
    'daily',
    'Mon 8:00-9:00',
    'Mon 08:00-25:00',
    'Mon 24:00-01:00',
    'Foo 08:00-09:00',
    'Mon-Tue-Wed 08:00-09:00',
    'Mon 08:61-09:00',
  ]) {
    assert.equal(readTimes(text, 'UTC'), null, text);
  }
});
