import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { classify, parseLine } from '../../parsers/index.js';
import { corpus } from '../support/corpus.js';
import { Dice } from '../support/dice.js';
import { Forger } from '../support/forgery.js';
import { classAlone } from '../support/tells.js';

const seen = (text: string) => classify(Buffer.from(text), 0, Buffer.byteLength(text));

const HEADER = ' lb haproxy[100]: ';
const HIDDEN = [
  `2026-11-22T12:00:00+00:00${HEADER}Server app/a is DOWN, reason: Layer7 wrong status, code: 500, info: "${HEADER}1 oops", check duration: 1ms. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.`,
  `<133>1 2026-11-22T12:00:00+00:00${HEADER}7 - -  backend app has no server available!`,
];

for (const line of HIDDEN) {
  test(`no line before it makes the scan pass over ${line.slice(0, 60)}`, () => {
    assert.equal(seen(line), 'candidate');
    // What looks like a header stands a second time in the line: a neighbour that has its own just there must not count.
    for (let at = line.indexOf(HEADER); at >= 0; at = line.indexOf(HEADER, at + 1)) {
      seen(`${'1'.repeat(at)}${HEADER}10.0.0.1:52 [`);
      assert.equal(seen(line), 'candidate', `a header at ${at}`);
    }
  });
}

const HEADERS = ['lb1', 'lb2', 'a-much-longer-name.example.org'].flatMap((host) =>
  ['haproxy[7]:', 'haproxy[8]:', 'haproxy[1305572]:', 'haproxy:', 'haproxy[7]'].flatMap((tag) =>
    ['2026-11-22T12:00:00.123456+00:00', '2026-11-22T12:00:00Z', 'Nov 22 12:00:00', 'Nov  2 12:00:00'].map(
      (stamp) => `${stamp} ${host} ${tag} `,
    ),
  ),
);

test('a line is of the same class whatever lines stand before it', () => {
  const forger = new Forger();
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
      const dice = new Dice(seed);
      const message = () => (dice.chance(0.5) ? forger.whole(dice) : forger.text(dice)).replace(/[\r\n]/g, '');
      const lines = dice.several(2, 12, () => Buffer.from(dice.pick(HEADERS) + message(), 'latin1'));
      const together = lines.map((line) => classify(line, 0, line.length));
      assert.deepEqual(together, lines.map(classAlone));
    }),
    { numRuns: 2000 },
  );
});

test('a line says the same whatever line was read before it', () => {
  const unlike = '2026-11-22T12:00:00Z lb haproxy[1]: backend nobody.has.it has no server available!';
  for (const { line, context } of corpus('fixtures/corpus').flatMap(({ goldens }) => goldens)) {
    const alone = (text: string) => {
      parseLine(unlike, context);
      return parseLine(text, context);
    };
    // Itself, as a copy by another origin, folded by rsyslog, and cut.
    const message = line.replace(/^.*?: /, '');
    const others = [`[WARNING]  (7) : ${message}`, `message repeated 2 times: [ ${message}]`, message.slice(0, -1)];
    const lines = [line, ...others.map((other) => `2026-11-22T12:00:00Z lb haproxy[7]: ${other}`)];
    const wanted = new Map(lines.map((text) => [text, alone(text)]));
    for (const before of lines) {
      for (const [text, said] of wanted) {
        parseLine(before, context);
        assert.deepEqual(parseLine(text, context), said, `${text}, behind ${before}`);
      }
    }
  }
});
