import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { causeInWords, formatDuration, formatStamp, plainText } from '../../alerts/index.js';
import type { Cause } from '../../parsers/index.js';

test('a time is told as the clock of the log showed it, with its offset', () => {
  const at = Date.parse('2024-02-21T12:03:18.999Z');
  const table: [utcOffsetMin: number, words: string][] = [
    [-300, '2024-02-21 07:03:18 -05:00'],
    [0, '2024-02-21 12:03:18 +00:00'],
    [345, '2024-02-21 17:48:18 +05:45'],
    [-570, '2024-02-21 02:33:18 -09:30'],
    [720, '2024-02-22 00:03:18 +12:00'],
  ];
  for (const [utcOffsetMin, words] of table) assert.equal(formatStamp(at, utcOffsetMin), words);
});

test('a duration is told in two units at most, and never as longer than it was', () => {
  const table: [ms: number, words: string][] = [
    [-5, '0 s'],
    [0, '0 s'],
    [350, '350 ms'],
    [1_000, '1 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [252_000, '4 min 12 s'],
    [3_600_000, '1 h'],
    [3_659_000, '1 h'],
    [7_500_000, '2 h 5 min'],
    [86_400_000, '1 d'],
    [273_600_000, '3 d 4 h'],
  ];
  for (const [ms, words] of table) assert.equal(formatDuration(ms), words);
});

test("a cause is told in HAProxy's words, or in ours where it gave none", () => {
  const none: Cause = { class: 'unknown', reason: null, code: null, info: null, durationMs: null, via: null };
  const table: [cause: Partial<Cause>, words: string][] = [
    [
      {
        class: 'layer4',
        reason: 'Layer4 connection problem',
        info: 'Connection refused at initial connection step of tcp-check',
      },
      'Layer4 connection problem: "Connection refused at initial connection step of tcp-check"',
    ],
    [{ class: 'layer7', reason: 'Layer7 wrong status', code: 503 }, 'Layer7 wrong status, code 503'],
    [{ class: 'cli' }, 'changed from the command line'],
    [{ class: 'tracked', via: { backend: 'be_web', server: 's1' } }, 'follows another server (via be_web/s1)'],
    [{ info: 'a\r\n\u001b[31mb\u202ec' }, 'HAProxy gave no reason: "a [31mb c"'],
    [{}, 'HAProxy gave no reason'],
  ];
  for (const [cause, words] of table) assert.equal(causeInWords({ ...none, ...cause }), words);
});

test('whatever stood in the log, what is shown is one short line without control characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.integer({ min: 1, max: 300 }), (text, limit) => {
      const line = plainText(text, limit);
      assert.ok(line.length <= limit);
      assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    }),
  );
});
