import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LetterCount } from '../../../src/cli/replay-letters.js';
import { id, incident, notification } from '../store/examples.js';

/** Told at so many seconds, each of another incident. */
function told(seconds: readonly number[], taking: ConstructorParameters<typeof LetterCount>[0]): number[] {
  const count = new LetterCount(taking);
  for (const [i, at] of seconds.entries()) {
    const about = incident({ id: id(`f1:${i}`), subject: `b${i}`, openedAt: at * 1_000, fallen: [], fallenTotal: 0 });
    count.add({ ...notification('firing', about.id), incident: about, createdAt: at * 1_000 });
  }
  return [count.notifications, count.messages()];
}

const PEOPLE = { takesDigests: true, ceiling: 6 };
const PROGRAM = { takesDigests: false, ceiling: null };
const apart = (count: number, by: number) => Array.from({ length: count }, (_, i) => i * by);

test('what comes one by one is as many messages, as far as the ceiling allows', () => {
  assert.deepEqual(told([], PEOPLE), [0, 0]);
  assert.deepEqual(told(apart(5, 10), PEOPLE), [5, 5]);
  assert.deepEqual(told(apart(30, 60), PEOPLE), [30, 30]);
  // Two go at once; with the third it is all of a host, and what belongs together comes together, ten seconds after it began. The
  // eleventh goes by itself: of the ten seconds before it only one was told.
  assert.deepEqual(told(apart(20, 1), PEOPLE), [20, 5]);
  // What has nothing to do with the others goes at once, six in a minute.
  assert.deepEqual(told(apart(4, 11), PEOPLE), [4, 4]);
  assert.deepEqual(told(apart(20, 1), PROGRAM), [20, 20]);
  // Twenty in the second in which there is room for three: three in each minute.
  assert.deepEqual(told(apart(20, 0), { takesDigests: false, ceiling: 3 }), [20, 20]);
});

test('a second log of the same time is counted as if it stood alone', () => {
  const one = apart(40, 3);
  const [, messages = 0] = told(one, PEOPLE);
  assert.deepEqual(told([...one, ...one], PEOPLE), [80, 2 * messages]);
  // What comes a little late is of the same log.
  assert.deepEqual(told([0, 30, 10, 31], PEOPLE), [4, 4]);
});
