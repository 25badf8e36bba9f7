import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatDuration as formatForMail } from '../../alerts/index.js';
import { formatDuration, readDuration } from '../../src/duration.js';

const SECOND = 1000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

for (const [text, ms] of [
  ['0', 0],
  ['0s', 0],
  ['500ms', 500],
  ['10s', 10 * SECOND],
  ['1.5s', 1500],
  ['90m', 1.5 * HOUR],
  ['1h30m', 1.5 * HOUR],
  ['1h 30m', 1.5 * HOUR],
  ['4h', 4 * HOUR],
  ['2d', 2 * DAY],
  ['1w', 7 * DAY],
  ['1w2d3h4m5s6ms', 9 * DAY + 3 * HOUR + 4 * 60_000 + 5006],
  ['2 hours 1 minute', 2 * HOUR + 60_000],
  ['30 min', 30 * 60_000],
  ['1y', 365 * DAY],
] as const) {
  test(`the duration ${text} is understood`, () => assert.equal(readDuration(text), ms));
}

for (const text of [
  '',
  ' ',
  '10',
  '1M',
  '-1s',
  '1h1h',
  '5m1h',
  'h',
  '1 fortnight',
  '1e3s',
  '1,5h',
  '99999999999999y',
  '1mm',
]) {
  test(`the duration "${text}" is none`, () => assert.equal(readDuration(text), null));
}

for (const [ms, text] of [
  [0, '0ms'],
  [350, '350ms'],
  [1500, '1.5s'],
  [59_999, '59.9s'],
  [192_345, '3m 12s'],
  [HOUR, '1h'],
  [2 * DAY + 5 * HOUR + 1, '2d 5h'],
] as const) {
  test(`${ms} ms are shown as ${text}`, () => assert.equal(formatDuration(ms), text));
}

test('any duration that haplog prints can be given back to it, and is the same but for what was rounded off', () => {
  const any = fc.oneof(fc.nat({ max: 100_000 }), fc.integer({ min: 0, max: 400 * DAY }));
  fc.assert(
    fc.property(any, (ms) => {
      for (const format of [formatDuration, formatForMail]) {
        const back = readDuration(format(ms)) ?? Number.NaN;
        assert.equal(format(back), format(ms));
        assert.ok(back <= ms && ms - back <= Math.max(999, ms / 10), `${ms} became ${format(ms)}`);
      }
    }),
  );
});

test('no text takes long to be refused', () => {
  const started = performance.now();
  for (const text of [
    '1h'.repeat(50_000),
    `1${' '.repeat(100_000)}x`,
    '1'.repeat(100_000),
    `${'1h'.padEnd(100_000, ' ')}!`,
  ]) {
    readDuration(text);
  }
  assert.ok(performance.now() - started < 1000);
});
