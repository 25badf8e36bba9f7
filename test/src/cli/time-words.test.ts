import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { localTime } from '../../../src/cli/local-time.js';
import { parseTime } from '../../../src/cli/time-words.js';

/** A Wednesday afternoon in Berlin, one hour ahead of UTC. */
const NOW = '2024-02-21T12:03:18.250Z';

interface Meaning {
  text: string;
  means: string;
  now?: string;
  tz?: string;
}

const MEANINGS: Meaning[] = [
  { text: 'now', means: '2024-02-21T12:03:18.250Z' },
  { text: '1h', means: '2024-02-21T11:03:18.250Z' },
  { text: '-1h', means: '2024-02-21T11:03:18.250Z' },
  { text: '1h ago', means: '2024-02-21T11:03:18.250Z' },
  { text: '1 hour ago', means: '2024-02-21T11:03:18.250Z' },
  { text: '90m', means: '2024-02-21T10:33:18.250Z' },
  { text: '1h30m', means: '2024-02-21T10:33:18.250Z' },
  { text: '2d', means: '2024-02-19T12:03:18.250Z' },
  { text: '1w', means: '2024-02-14T12:03:18.250Z' },
  { text: '100y', means: '1970-01-01T00:00:00.000Z' },
  { text: 'today', means: '2024-02-20T23:00:00.000Z' },
  { text: ' Yesterday ', means: '2024-02-19T23:00:00.000Z' },
  { text: '07:03', means: '2024-02-21T06:03:00.000Z' },
  { text: '07:03:18', means: '2024-02-21T06:03:18.000Z' },
  { text: '2024-02-20', means: '2024-02-19T23:00:00.000Z' },
  { text: '2024-02-20 07:03', means: '2024-02-20T06:03:00.000Z' },
  { text: '2024-02-20 07:03:18', means: '2024-02-20T06:03:18.000Z' },
  { text: '2024-02-20T07:03:18.5', means: '2024-02-20T06:03:18.500Z' },
  { text: '2024-02-21T07:03:18Z', means: '2024-02-21T07:03:18.000Z' },
  { text: '2024-02-21T07:03:18.603651-05:00', means: '2024-02-21T12:03:18.603Z' },
  { text: '2024-02-21 07:03:18+05:45', means: '2024-02-21T01:18:18.000Z' },
  { text: '@1708516998', means: '2024-02-21T12:03:18.000Z' },
  { text: '@1708516998.25', means: '2024-02-21T12:03:18.250Z' },
  { text: '@0', means: '1970-01-01T00:00:00.000Z' },

  // The day the clocks go forward has 23 hours, the day they go back 25.
  { text: 'today', now: '2024-03-31T21:30:00Z', means: '2024-03-30T23:00:00.000Z' },
  { text: 'yesterday', now: '2024-04-01T10:00:00Z', means: '2024-03-30T23:00:00.000Z' },
  { text: 'today', now: '2024-10-27T22:30:00Z', means: '2024-10-26T22:00:00.000Z' },
  { text: 'yesterday', now: '2024-10-28T10:00:00Z', means: '2024-10-26T22:00:00.000Z' },
  { text: '1d', now: '2024-03-31T10:00:00Z', means: '2024-03-30T10:00:00.000Z' },
  // Half past two does not exist on the one, and comes twice on the other.
  { text: '2024-03-31 02:30', means: '2024-03-31T01:30:00.000Z' },
  { text: '2024-10-27 02:30', means: '2024-10-27T00:30:00.000Z' },
  // Midnight itself was skipped here: the day began at one.
  { text: '2024-09-08', tz: 'America/Santiago', means: '2024-09-08T04:00:00.000Z' },
  { text: 'today', tz: 'America/Santiago', now: '2024-09-08T12:00:00Z', means: '2024-09-08T04:00:00.000Z' },
  // New Year, and a zone in which it is another day already.
  { text: 'yesterday', now: '2024-01-01T05:00:00Z', tz: 'UTC', means: '2023-12-31T00:00:00.000Z' },
  { text: 'today', now: '2023-12-31T12:00:00Z', tz: 'Pacific/Kiritimati', means: '2023-12-31T10:00:00.000Z' },
];

for (const { text, means, now = NOW, tz = 'Europe/Berlin' } of MEANINGS) {
  test(`at ${now} in ${tz}, "${text}" means ${means}`, () => {
    assert.equal(new Date(parseTime(text, { now: Date.parse(now), tz })).toISOString(), means);
  });
}

for (const text of [
  ...[
    '',
    'soon',
    'tomorrow',
    '1',
    '1M',
    '+1h',
    '1h later',
    'ago',
    '-',
    '25:00',
    '7:03',
    '2024',
    '2024-02',
    '21.02.2024',
  ],
  ...[
    '2024-02-30',
    '2024-13-01',
    '2024-02-21T24:30',
    '2024-02-21T07:03:18+99:00',
    '2024-02-21Z',
    '@',
    '@-1',
    '@1708516998000',
  ],
  ...['1969-12-31', '2024-02-21 07:03:18 Europe/Berlin', '1h\u0000', '２d'],
]) {
  test(`the time ${JSON.stringify(text)} is refused in one sentence that names what would do`, () => {
    assert.throws(() => parseTime(text, { now: Date.parse(NOW), tz: 'UTC' }), {
      name: 'UserError',
      message:
        /^Cannot read the time ".*": expected 1h, .*; now, today, yesterday; .*2024-02-21T07:03:18Z; @1708516998\.$/,
    });
  });
}

test('a local time that is shown can be given back, wherever the clocks did not stand twice at it', () => {
  const tz = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe');
  const at = fc.integer({ min: Date.parse('1990-01-01'), max: Date.parse('2037-12-31') });
  fc.assert(
    fc.property(at, tz, (at, tz) => {
      const seconds = Math.floor(at / 1000) * 1000;
      const back = parseTime(localTime(tz)(at), { now: 0, tz });
      assert.ok(back === seconds || localTime(tz)(back) === localTime(tz)(seconds));
      assert.equal(parseTime(localTime(tz, { precise: true })(at).replace(/ ([+-])/, '$1'), { now: 0, tz }), at);
    }),
  );
});

test('a precise local time has milliseconds and the offset of that day', () => {
  const show = localTime('America/New_York', { precise: true });
  assert.equal(show(Date.parse('2024-02-21T12:03:18.115Z')), '2024-02-21 07:03:18.115 -05:00');
  assert.equal(show(Date.parse('2024-07-21T04:00:00.000Z')), '2024-07-21 00:00:00.000 -04:00');
  assert.equal(localTime('Asia/Kathmandu', { precise: true })(0), '1970-01-01 05:30:00.000 +05:30');
});
