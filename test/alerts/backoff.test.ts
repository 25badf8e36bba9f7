import assert from 'node:assert/strict';
import test from 'node:test';
import { backoffMs } from '../../alerts/index.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const EVEN = 0.5;

test('somebody is to be woken: the first tries come quickly, then with patience', () => {
  const waits = Array.from({ length: 11 }, (_, attempts) => backoffMs(attempts, EVEN));
  const first = [0, 5_000, 15_000, 45_000, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE];
  assert.deepEqual(waits, [...first, HOUR, 2 * HOUR, 2 * HOUR]);
});

test('a receiver that is down over the weekend still hears of it, one that is gone is given up', () => {
  let total = 0;
  let attempts = 0;
  for (let wait = backoffMs(0, EVEN); wait !== undefined && attempts < 1_000; wait = backoffMs(++attempts, EVEN))
    total += wait;
  assert.equal(Math.round(total / HOUR), 72);
});

test('messages that failed together do not come back together', () => {
  assert.equal(backoffMs(1, 0), 4_500);
  assert.equal(backoffMs(1, 0.999999), 5_500);
});
