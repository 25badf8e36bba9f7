/**
 * The property of the copies: whatever the paths do to a history, short of losing it, the same events come out. Which of them
 * are believed is another question (hear.test.ts, belief.test.ts): here every line counts.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { folded } from '../support/folding.js';
import { histories } from '../support/history.js';
import { arriving, type Loss, type Mixing, paths } from '../support/origins.js';

const T = Date.parse('2026-11-22T12:00:00Z');

/** What haplog reads, in the history's words; the order between servers does not matter. */
function readingOf(lines: readonly string[]) {
  const { transitions, outages } = folded(lines);
  return {
    transitions: transitions.map(({ at, server, from, to }) => `+${at - T} ${server} ${from}>${to}`).sort(),
    outages: outages.map(({ start, end }) => `+${start - T} to ${end === null ? '?' : end - T}`).sort(),
  };
}

/** Whatever these paths do to a history, haplog reads what happened. */
function same(loss: Loss, mixing: Mixing): void {
  fc.assert(
    fc.property(histories(T), paths, ({ told, transitions, outages }, path) => {
      assert.deepEqual(readingOf(arriving(told, path, loss, mixing)), {
        transitions: transitions.toSorted(),
        outages: outages.toSorted(),
      });
    }),
    // Shrinking what is known to fail would only take time.
    { numRuns: 300, endOnFailure: mixing === 'in order' },
  );
}

describe('a history reads the same', () => {
  for (const mixing of ['anyhow', 'syslog first', 'stderr first'] as const) {
    test(`when only copies are lost within the origins, and they mix: ${mixing}`, () => same('copies', mixing));
  }

  test('when stderr loses events, and comes behind syslog', () => same('stderr', 'syslog first'));
  test('when syslog loses events, and comes behind stderr', () => same('syslog', 'stderr first'));
});

/**
 * Nobody can promise this by order and wording alone, if both origins lose whole events: stderr tells of `DOWN UP`, syslog
 * of `DOWN UP`, all equal to the letter: one fall that both told, or two of which each told one? Only the stamps can tell,
 * and only where copies are closer together than falls, which whole seconds and a slow journald are not.
 */
test('the history of equal falls that each origin told of once cannot be known from their order', () => {
  const fall = (at: number) => [
    {
      at,
      text: 'Server app/a is DOWN. 1 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.',
    },
    {
      at: at + 1,
      text: 'Server app/a is UP. 2 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.',
    },
  ];
  const one = { syslog: 1, stderr: 1 };
  const twice = [...fall(T), ...fall(T + 10)];
  const halves = [...[1, 1].map(() => ({ syslog: 1, stderr: 0 })), ...[1, 1].map(() => ({ syslog: 0, stderr: 1 }))];
  const wordsOf = (lines: string[]) => lines.map((line) => line.replace(/^\S+/, ''));
  assert.deepEqual(
    wordsOf(arriving(twice, { copies: halves, stderrNext: [false] }, 'any', 'syslog first')),
    wordsOf(arriving(fall(T), { copies: [one], stderrNext: [false] }, 'any', 'syslog first')),
  );
});
