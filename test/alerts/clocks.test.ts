/** Load balancers whose clocks are wrong, and such as are never heard again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { play } from '../support/story.js';

test('of a host that was silent for a week nothing is remembered once a new one speaks', () => {
  const { situation, outages } = play([
    '0:00 c1! down a 0',
    '0:00 c1! left 139',
    '169:00:00 c2! down b 1',
    '169:01:00 tick',
  ]);
  const keys = [situation.incidents, situation.clocks, situation.board.servers, situation.board.workers]
    .flatMap((shelf) => [...shelf].map(([key]) => key))
    .filter((key) => key.startsWith('c1'));
  assert.deepEqual([keys, outages[0]?.endHow], [[], 'process_killed']);
});
