import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Incident } from '../../alerts/index.js';
import type { DeliveryReport } from '../../src/deliver.js';
import { deliverySaid, narrate } from '../../src/narrate.js';
import { id, incident } from './store/examples.js';

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

const saidOf = (parts: Partial<Incident>) =>
  narrate({ transitions: [], outages: [], incidents: [incident({ utcOffsetMin: 0, ...parts })] }).map(
    ({ words }) => words,
  );

test('what no change of a server tells of is told with its cause, as messages tell it', () => {
  const cause = {
    class: 'unknown',
    reason: 'killed by signal 9',
    code: null,
    info: null,
    durationMs: null,
    via: null,
  } as const;
  const whole = { id: id('f1:9/x'), subject: 'haproxy', impact: null, cause, fallen: [] };
  assert.deepEqual(saidOf({ ...whole, rule: 'worker_killed' }), [
    'incident firing: allyrion: HAProxy is without a worker since 1970-01-01 00:00:01 +00:00: killed by signal 9',
  ]);
  assert.deepEqual(saidOf({ ...whole, rule: 'reload_failed', planned: true, cause: null }), [
    'incident firing: allyrion: HAProxy could not load its configuration since 1970-01-01 00:00:01 +00:00, planned',
  ]);
  assert.match(saidOf({ ...whole, rule: 'checks_failing', subject: 'web/web1' })[0]!, /: killed by signal 9$/);
  // Of these the changes of servers tell, each with its own cause.
  for (const rule of ['outage', 'backup_only', 'flapping'] as const)
    assert.doesNotMatch(saidOf({ ...whole, rule, subject: 'web' })[0]!, /killed by/);
});
