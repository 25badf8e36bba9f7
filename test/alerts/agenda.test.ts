import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NOTHING_KNOWN, type Situation, step } from '../../alerts/index.js';
import { planWith } from '../support/plan.js';
import { inputOf } from '../support/story.js';

const PLAN = planWith({ holdMs: 20_000, keepFiringMs: 10_000, reminderMs: 60_000 });

const entry = fc.record({
  waitS: fc.integer({ min: 0, max: 30 }),
  aheadS: fc.constantFrom(0, 0, 0, 0, -30, 3_600),
  says: fc.constantFrom('down a 0', 'up a 1', 'other x 0', 'exhausted', 'maint a 0', 'ready a', '@2 down a 0', 'tick'),
  live: fc.boolean(),
});

type Entry = typeof entry extends fc.Arbitrary<infer T> ? T : never;

/** All that is told and changed, and what is known in the end. */
function told(entries: readonly Entry[], forgets: boolean) {
  let situation: Situation = NOTHING_KNOWN;
  let now = 7_200;
  const facts = entries.map(({ waitS, aheadS, says, live }, index) => {
    now += waitS;
    const next = step(
      situation,
      inputOf(says === 'tick' ? `${now} tick` : `${now}=${now + aheadS} ${says}`, index, live),
      PLAN,
    );
    situation = forgets ? { ...next.situation, agendas: NOTHING_KNOWN.agendas } : next.situation;
    return [next.notifications, next.incidents];
  });
  return { facts, incidents: [...situation.incidents] };
}

test('what is due is told whether it is looked up on the agenda or every incident is asked', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 60 }), (entries) => {
      assert.deepEqual(told(entries, false), told(entries, true));
    }),
    { numRuns: 500 },
  );
});
