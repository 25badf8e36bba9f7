/** The property of carriers: however a log driver's two streams race each other, and wherever haplog begins to read, what happened comes out, once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { histories, type Told } from '../support/history.js';
import { stderrLine, syslogLine } from '../support/lines.js';
import { readLog } from '../support/reading.js';

const T = Date.parse('2026-11-22T12:00:00Z');
const START = T + 60_000;
/** So far a stream is behind HAProxy at most. */
const LATE_MS = 50;

const driver = (line: string) => line.replace(/haproxy\[\d+\]/, 'haproxy[987]');
const written = {
  stdout: (at: number, text: string, own = '') => driver(syslogLine(at, `${own}${text}`)),
  stderr: (at: number, text: string) => driver(stderrLine(at, text, { pid: 8 })),
};

interface Line {
  at: number;
  text: string;
}

/** Each stream keeps its order, and is as late as its delays say. */
function arrived(
  told: readonly Told[],
  delays: readonly number[],
  write: (at: number, text: string) => string,
): Line[] {
  let at = 0;
  return told.map((one, n) => {
    at = Math.max(at, one.at + (delays[n % delays.length] ?? 0));
    return { at, text: write(at, one.text) };
  });
}

const delays = fc.array(fc.integer({ min: 0, max: LATE_MS }), { minLength: 1, maxLength: 8 });
const races = fc.record({
  out: delays,
  err: delays,
  own: fc.constantFrom('', '<5>', '<133>Nov 22 12:00:00 haproxy[8]: '),
});

function logOf(told: readonly Told[], { out, err, own }: { out: number[]; err: number[]; own: string }): Line[] {
  const stdout = arrived(told, out, (at, text) => written.stdout(at, text, own));
  return [...stdout, ...arrived(told, err, written.stderr)].sort((a, b) => a.at - b.at);
}

/** Without times, which are those of the line that came first. */
function facts(lines: readonly string[]) {
  const { transitions, outages } = readLog(lines).news;
  return {
    changes: transitions.map(({ server, from, to }) => `${server} ${from}>${to}`).sort(),
    outages: new Map(outages.map((one) => [one.id, one])).size,
  };
}

test('however the two streams race each other, each change is told once', () => {
  // The driver is known as one by a change that is no part of the history.
  const before =
    'Server other/s is UP, reason: Layer4 check passed, check duration: 0ms. 2 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.';
  const forked = driver(stderrLine(T, 'New worker (8) forked', { pid: 1 }));
  const start = [forked, written.stderr(T + 1, before), written.stdout(T + 1, before)];
  fc.assert(
    fc.property(histories(START), races, ({ told, transitions, outages }, race) => {
      const lines = [...start, ...logOf(told, race).map(({ text }) => text)];
      const changes = ['s down>up', ...transitions.map((one) => one.replace(/^\S+ /, ''))].sort();
      assert.deepEqual(facts(lines), { changes, outages: outages.length });
    }),
    { numRuns: 300 },
  );
});

test('wherever haplog begins to read, it goes on reading, and knows the driver for none but a driver soon', () => {
  fc.assert(
    fc.property(histories(START), races, fc.nat(), ({ told }, race, cut) => {
      const lines = logOf(told, race).map(({ text }) => text);
      const later = [1, 2]
        .flatMap((n) => ['DOWN', 'UP'].map((to) => ({ n, to })))
        .map(({ n, to }, index) => ({
          at: START + 3_600_000 + 60_000 * index,
          text:
            to === 'DOWN'
              ? `Server other/s is DOWN, reason: Layer4 timeout, check duration: ${n}ms. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.`
              : `Server other/s is UP, reason: Layer4 check passed, check duration: ${n}ms. 1 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.`,
        }));
      const behind = later.flatMap(({ at, text }) => [written.stderr(at, text), written.stdout(at + 1, text)]);
      const { news } = readLog([...lines.slice(cut % (lines.length + 1)), ...behind]);
      const last = news.transitions.filter(({ backend }) => backend === 'other').map(({ to }) => to);
      assert.deepEqual(last.slice(-2), ['down', 'up']);
      assert.ok(last.length <= 4, last.join());
    }),
    { numRuns: 300 },
  );
});
