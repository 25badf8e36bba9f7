/** The history is kept within its bounds while the daemon runs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepHouse } from '../../src/housekeeper.js';
import type { Bounds } from '../../src/store/store.js';
import { Inbox } from '../support/inbox.js';

const DAY = 86_400_000;

/** A housekeeper, and what it asks of a store that answers with these, one after the other. */
function housekeeper(answers: (boolean | Error)[]) {
  const asked = new Inbox<Bounds>('look at the history');
  const ending = new AbortController();
  const store = {
    prune(bounds: Bounds) {
      asked.put(bounds);
      const answer = answers.shift() ?? false;
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  const keeping = { keepMs: 2 * DAY, bytes: 5e6 };
  const clock = { now: () => 10 * DAY };
  return { asked, ending, working: keepHouse({ store, keeping, clock, signal: ending.signal, firstMs: 0 }) };
}

test('the store is asked as long as there is more to take out', async () => {
  const { asked, ending } = housekeeper([true, true]);
  assert.deepEqual(await asked.first(3, 5_000), Array(3).fill({ before: 8 * DAY, bytes: 5e6 }));
  ending.abort();
});

test('a disk that is full is left to the next time, and a store that fails is a failure', async () => {
  const full = housekeeper([Object.assign(new Error('full'), { code: 'SQLITE_FULL' })]);
  await full.asked.first(1, 5_000);
  full.ending.abort();
  const broken = housekeeper([Object.assign(new Error('damaged'), { code: 'SQLITE_CORRUPT' })]);
  await assert.rejects(broken.working, /damaged/);
});
