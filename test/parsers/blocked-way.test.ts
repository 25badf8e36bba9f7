/**
 * One of the two ways is blocked: journald waits for its disk, or a queue of rsyslog for its log host. What HAProxy said meanwhile comes by the other way, and
 * once more when the block is over, with old stamps.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { down, EXHAUSTED, stderrLine, syslogLine, up } from '../support/lines.js';
import { read } from '../support/reading.js';

const T = Date.parse('2026-11-22T10:00:00Z');
const MINUTE = 60_000;

type Way = 'stderr' | 'syslog';
interface Line {
  at: number;
  way: Way;
  text: string;
}

const said = (at: number, text: string): Line[] => [
  { at, way: 'syslog', text: syslogLine(at, text) },
  { at, way: 'syslog', text: syslogLine(at, text) },
  { at, way: 'stderr', text: stderrLine(at, text) },
];

/** Two servers that fall one after the other and come back, with pauses of so many minutes between the changes. */
function history(pauses: readonly number[]): Line[] {
  const turns = [[down('a', 1)], [down('b', 0), EXHAUSTED], [up('a', 1)], [up('b', 2)]];
  const begun = ['New worker (100) forked', 'Loading success.'].map(
    (text): Line => ({ at: T, way: 'stderr', text: stderrLine(T, text, { pid: 99 }) }),
  );
  let at = T;
  return begun.concat(
    pauses.flatMap((pause, n) => {
      at += pause * MINUTE;
      return turns[n % turns.length]!.flatMap((text) => said(at, text));
    }),
  );
}

/** The log in which one way brings nothing from the one minute on, and in the other one all that it has kept back. */
function blocked(lines: Line[], way: Way, from: number, until: number): string[] {
  const end = T + until * MINUTE;
  const isLate = (line: Line) => line.way === way && line.at >= T + from * MINUTE && line.at < end;
  return lines
    .map((line) => ({ line, at: isLate(line) ? end : line.at }))
    .sort((one, other) => one.at - other.at)
    .map(({ line }) => line.text);
}

function told(lines: string[]) {
  const { transitions, outages } = read(lines).news;
  const last = new Map(outages.map((one) => [one.id, one]));
  return [
    ...transitions.map(({ server, to, at }) => `${server} ${to} ${(at - T) / MINUTE}`),
    ...[...last.values()].map(({ start, end }) => `out ${(start - T) / MINUTE} to ${end && (end - T) / MINUTE}`),
  ].sort();
}

const texts = (lines: Line[]) => lines.map(({ text }) => text);

describe('a way that was blocked brings no news', () => {
  const twoHours = history(Array.from({ length: 24 }, () => 5));
  for (const way of ['stderr', 'syslog'] as const)
    for (const until of [32, 50, 80])
      test(`${way}, from the 30th minute to the ${until}th`, () =>
        assert.deepEqual(told(blocked(twoHours, way, 30, until)), told(texts(twoHours))));

  test('for up to fifty minutes, whichever it was, and however often the servers turn', () => {
    const minutes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 8, maxLength: 30 });
    fc.assert(
      fc.property(
        minutes,
        fc.constantFrom<Way>('stderr', 'syslog'),
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 1, max: 50 }),
        (pauses, way, from, long) => {
          const lines = history(pauses);
          const begin = from + pauses[0]! + 1; // one change has shown that there are two ways
          const log = blocked(lines, way, begin, begin + long);
          assert.deepEqual(told(log), told(texts(lines)));
        },
      ),
    );
  });
});
