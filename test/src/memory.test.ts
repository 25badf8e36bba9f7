import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recall } from '../../src/memory.js';
import { incident } from '../support/telling.js';

test('the workers that an older haplog remembered are remembered', () => {
  const worker = { firstAt: 1, lastAt: 2, heir: null, over: false, end: null };
  const { situation } = recall([
    { shelf: 'worker', key: 'lb1', body: { 100: { ...worker, heir: 1305572 }, 1305572: worker } },
    { shelf: 'worker', key: 'lb2', body: [{ ...worker, pid: 7 }] },
  ]);
  const now = { ...worker, startedAt: null };
  assert.deepEqual(situation.board.workers.get('lb1'), [
    { ...now, pid: 100, heir: 1305572 },
    { ...now, pid: 1305572 },
  ]);
  assert.deepEqual(situation.board.workers.get('lb2'), [{ ...now, pid: 7 }]);
});

test('an incident that an older haplog remembered has what was not kept then', () => {
  const { settlesMs, cameBackAt, times, workerBegan, ...older } = incident();
  const { situation } = recall([{ shelf: 'incident', key: 'lb1 outage app', body: older }]);
  const kept = situation.incidents.get('lb1 outage app');
  assert.deepEqual(kept, { ...older, settlesMs: null, cameBackAt: null, times: 1, workerBegan: null });
});
