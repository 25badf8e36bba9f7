/** A daemon at rest costs nothing: what time alone changes is done when time has passed, and then waited for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Acknowledgement,
  EVERYTHING,
  NOTHING_KNOWN,
  nextTickAt,
  type Plan,
  type Situation,
  step,
} from '../../alerts/index.js';
import { readTimes } from '../../alerts/times.js';
import type { EventId } from '../../parsers/index.js';
import { planWith, toEverybody } from '../support/plan.js';
import { inputOf, play, type Telling } from '../support/story.js';

const BEGAN_S = 2 * 3_600;

const hours = (text: string) => readTimes(`daily ${text}`, 'UTC')!;

const PLAN = planWith(
  { holdMs: 20_000, keepFiringMs: 10_000, reminderMs: 15 * 60_000 },
  {
    routes: [
      { ...toEverybody('oncall'), escalation: { afterMs: 600_000, receivers: ['boss'] } },
      { ...toEverybody('office'), during: hours('02:10-02:20') },
      { ...toEverybody('chat'), during: hours('02:30-02:45') },
    ],
    maintenance: [{ match: EVERYTHING, during: hours('02:15-02:35') }],
  },
);
const OTHERS = { ...PLAN, routes: [...PLAN.routes.slice(1), toEverybody('spare')] };

const entry = fc.record({
  waitS: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 900 })),
  aheadS: fc.constantFrom(0, 0, 0, 0, -30, 600, 3_600, -7_200),
  does: fc.constantFrom(
    ...['down a 0', 'down a 1', 'up a 1', 'up a 2', 'other x 0', 'maint a 0', '@2 down a 0'],
    ...['restart', 'silence', 'unsilence', 'ack', 'tick', 'tick', 'tick'],
  ),
  live: fc.boolean(),
});

test('after a tick nothing is due until time has passed, whatever is silenced, taken on, or told at some hours only', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 40 }), (entries) => {
      let plan: Plan = PLAN;
      let situation: Situation = NOTHING_KNOWN;
      let now = BEGAN_S;
      entries.forEach(({ waitS, aheadS, does, live }, index) => {
        now += waitS;
        const at = now * 1_000;
        const isLine = / /.test(does);
        if (does === 'silence') {
          const silence = {
            id: index,
            match: EVERYTHING,
            from: at,
            until: at + 900_000,
            author: 'ada',
            reason: 'work',
          };
          plan = { ...plan, silences: [silence] };
        } else if (does === 'unsilence') plan = { ...plan, silences: [] };
        else if (does === 'ack') {
          const ids = [...situation.incidents].map(([, { id }]) => id);
          const acks = ids.map((id): [EventId, Acknowledgement] => [id, { at, by: 'ada', note: null }]);
          plan = { ...plan, acknowledgements: new Map(acks) };
        } else if (does === 'restart')
          plan = { ...plan, routes: plan.routes === PLAN.routes ? OTHERS.routes : PLAN.routes };
        const input = isLine
          ? inputOf(`${now}=${now + aheadS} ${does}`, index, live)
          : ({ kind: 'tick', at, anew: does === 'restart' } as const);
        situation = step(situation, input, plan).situation;
        if (!isLine)
          assert.ok(nextTickAt(situation, plan) > at, `due at ${nextTickAt(situation, plan)}, after a tick at ${at}`);
      });
    }),
    { numRuns: 1_000 },
  );
});

const word = fc.record({
  waitS: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 130 })),
  pid: fc.constantFrom(1, 2, 3),
  says: fc.constantFrom('down a 0', 'down a 1', 'down b 0', 'up a 1', 'up b 1', 'other x 0', 'up other/x 1', 'stopped'),
});

test('outages end as they do where nobody looks between two lines, however often time is let pass', () => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 25 }), fc.integer({ min: 1, max: 50 }), (words, everyS) => {
      const lines: string[] = [];
      const ticked: string[] = [];
      let now = 0;
      for (const { waitS, pid, says } of words) {
        for (let at = now + everyS; at < now + waitS; at += everyS) ticked.push(`${at} tick`);
        now += waitS;
        lines.push(`${now} @${pid} ${says}`);
        ticked.push(`${now} @${pid} ${says}`);
      }
      const [quick, slow] = [lines, ticked].map((script) => play([...script, `${now + 100} tick`]));
      const facts = ({ outages, situation: { board } }: Telling) => ({
        outages: outages.map(({ pid, backend, start, end, endHow, evidence }) => {
          return { pid, backend, start, end, endHow, evidence };
        }),
        over: (board.workers.get('lb') ?? []).map(({ pid, over }) => ({ pid, over })),
      });
      assert.deepEqual(facts(slow!), facts(quick!));
    }),
    { numRuns: 1_000 },
  );
});
