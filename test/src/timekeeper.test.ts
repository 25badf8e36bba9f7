/** When time passes for the intake. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVERYTHING } from '../../alerts/index.js';
import { Intake } from '../../src/intake.js';
import { EMPTY_MEMORY } from '../../src/memory.js';
import { ownClock } from '../../src/own-clock.js';
import { openStore } from '../../src/store/open.js';
import { Timekeeper } from '../../src/timekeeper.js';
import { Inbox } from '../support/inbox.js';
import { planWith } from '../support/plan.js';

test('time stands still for lines that come while a slow store is asked what people have said by command', async () => {
  const store = openStore(':memory:', 'write');
  const asked = new Inbox<() => void>('question to the store');
  let commits = 0;
  const slow = {
    ...store,
    async wishes() {
      await new Promise<void>((answer) => asked.put(answer));
      return store.wishes();
    },
  };
  const clock = ownClock(Number.NEGATIVE_INFINITY);
  const intake = new Intake(
    { store: slow, plan: planWith(), onceRead: new Map(), clock, onCommit: () => commits++, onSetBack: () => {} },
    EMPTY_MEMORY,
  );
  const time = new Timekeeper(intake, ['/a.log'], () => {});
  const caughtUp = time.caughtUp('/a.log');
  (await asked.first(1, 1_000))[0]?.();
  await caughtUp;
  assert.equal(commits, 1, 'the first tick');

  // Soon after, it asks for commands.
  const answer = (await asked.first(2, 5_000))[1];
  time.behind('/a.log');
  const now = clock.now();
  await store.addSilence({ match: EVERYTHING, from: now, until: now + 1_000, author: 'ada', reason: 'work' }, now);
  answer?.();
  await new Promise(setImmediate);
  assert.equal(asked.items.length, 2, 'no tick asks further');
  time.stop();
  await intake.end();
  assert.equal(commits, 1);
  await store.end();
});
