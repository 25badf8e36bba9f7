import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Dice } from '../support/dice.js';
import { Forger, goldenSentences, SENTENCES } from '../support/forgery.js';
import { classAlone, eventOf, parsed } from '../support/tells.js';
import { TRAFFIC, trafficLine } from '../support/traffic.js';

const forger = new Forger();
const seed = fc.integer({ min: 0, max: 2 ** 31 });
const bytes = (line: string) => Buffer.from(line, 'latin1');

/** The line alone: would it be an event? */
function tells(line: string): boolean {
  return eventOf(parsed(bytes(line))) !== null;
}

test('the sentences that clients try out are sentences: from HAProxy itself each one is an event', () => {
  const sentences = [...SENTENCES, ...goldenSentences()];
  assert.ok(sentences.length > 40, `${sentences.length} sentences`);
  const deaf = sentences.filter((text) => {
    const prefix = text.includes('worker') ? '[NOTICE]   (7) : ' : '';
    return !tells(`2026-11-22T12:00:00.123456+00:00 lb1 haproxy[7]: ${prefix}${text}`);
  });
  assert.deepEqual(deaf, []);
});

for (const format of TRAFFIC) {
  describe(`in a line of ${format.name}`, () => {
    for (const field of format.fields) {
      test(`no sentence in the ${field.name} makes an event`, () => {
        fc.assert(
          fc.property(seed, (number) => {
            const dice = new Dice(number);
            const line = trafficLine(format, dice, (each) => (each === field ? forger.whole(dice) : each.usual));
            assert.ok(!tells(line), line);
          }),
          { numRuns: 300 },
        );
      });
    }

    test('no text in all fields at once makes an event', () => {
      fc.assert(
        fc.property(seed, (number) => {
          const dice = new Dice(number);
          const line = trafficLine(format, dice, () => forger.text(dice));
          assert.ok(!tells(line), line);
        }),
        { numRuns: 300 },
      );
    });

    if (format.opensWithClient) return;
    test('the scan passes it over, whatever stands in it', () => {
      fc.assert(
        fc.property(seed, (number) => {
          const dice = new Dice(number);
          const line = trafficLine(format, dice, () => forger.text(dice));
          assert.equal(classAlone(bytes(line)), 'traffic', line);
        }),
        { numRuns: 100 },
      );
    });
  });
}
