import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeliveryReport } from '../../src/deliver.js';
import { deliverySaid } from '../../src/narrate.js';

const levels: [outcome: DeliveryReport['outcome'], level: string][] = [
  ['delivered', 'info'],
  ['retry', 'warn'],
  ['interrupted', 'warn'],
  ['rejected', 'error'],
  ['expired', 'error'],
];
for (const [outcome, level] of levels) {
  test(`a message that was ${outcome} is told at level ${level}: what is lost for good is an error`, () => {
    const about = {
      receiver: 'chat',
      incident: 'f:1',
      event: 'firing',
      incidents: 1,
      attempt: 1,
      detail: '404',
      dueAt: null,
    } as const;
    assert.equal(deliverySaid({ ...about, outcome }).level, level);
  });
}
