import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silenceSpan } from '../../../src/cli/silence-span.js';

/** Late on a Saturday in Berlin; in the night to come the clocks go back. */
const NOW = '2026-10-24T21:03:18Z';

const spans: { from?: string; until?: string; for?: string; now?: string; tz?: string; is: [string, string] }[] = [
  { for: '2h', is: [NOW, '2026-10-24T23:03:18Z'] },
  // A bare time of day is the next such time.
  { until: '02:00', is: [NOW, '2026-10-25T00:00:00Z'] },
  { until: '23:30', is: [NOW, '2026-10-24T21:30:00Z'] },
  { until: '23:03:18', is: [NOW, '2026-10-25T22:03:18Z'] },
  { until: 'tomorrow', is: [NOW, '2026-10-24T22:00:00Z'] },
  { until: ' Tomorrow 08:00', is: [NOW, '2026-10-25T07:00:00Z'] },
  { until: '2026-10-26 08:00', is: [NOW, '2026-10-26T07:00:00Z'] },
  // The one after the beginning, if that is still to come.
  { from: 'tomorrow 22:00', until: '02:00', is: ['2026-10-25T21:00:00Z', '2026-10-26T01:00:00Z'] },
  { from: 'tomorrow', until: '08:00', is: ['2026-10-24T22:00:00Z', '2026-10-25T07:00:00Z'] },
  { from: '02:00', until: '04:00', is: ['2026-10-25T00:00:00Z', '2026-10-25T03:00:00Z'] },
  { from: '23:30', for: '1h', is: ['2026-10-24T21:30:00Z', '2026-10-24T22:30:00Z'] },
  // One that has begun today and still lasts is meant, and not tomorrow's.
  { from: '22:00', until: '02:00', is: ['2026-10-24T20:00:00Z', '2026-10-25T00:00:00Z'] },
  { from: '23:00', for: '2h', is: ['2026-10-24T21:00:00Z', '2026-10-24T23:00:00Z'] },
  { from: '22:00', until: '23:00', is: ['2026-10-25T21:00:00Z', '2026-10-25T22:00:00Z'] },
  { from: '1h ago', until: '23:30', is: ['2026-10-24T20:03:18Z', '2026-10-24T21:30:00Z'] },
];

for (const { is, now = NOW, tz = 'Europe/Berlin', ...options } of spans) {
  test(`a silence ${JSON.stringify(options)} lasts from ${is[0]} until ${is[1]}`, () => {
    const { from, until } = silenceSpan(options, { now: Date.parse(now), tz });
    assert.deepEqual(
      [from, until],
      is.map((at) => Date.parse(at)),
    );
  });
}

const refused: { from?: string; until?: string; for?: string; because: RegExp }[] = [
  { because: /^A silence takes either --for or --until\.$/ },
  { for: '1h', until: '02:00', because: /^A silence takes either --for or --until\.$/ },
  { for: 'long', because: /^--for takes a duration such as 2h, not "long"\.$/ },
  { until: 'yesterday', because: /^The silence would end before it begins, or is over already\.$/ },
  { until: 'today', because: /or is over already\.$/ },
  { until: '2h', because: /over already: "2h" is a time in the past; --for takes a length of time\.$/ },
  { from: '2026-12-01', until: 'tomorrow', because: /^The silence would end before it begins/ },
  {
    until: 'soon',
    because: /^Cannot read the time "soon": expected 02:00 \(the next such time\); .*tomorrow, tomorrow 08:00; /,
  },
  { until: 'tomorrow 25:00', because: /^Cannot read the time "tomorrow 25:00": / },
];

for (const { because, ...options } of refused) {
  test(`a silence ${JSON.stringify(options)} is refused in one sentence`, () => {
    const here = { now: Date.parse(NOW), tz: 'Europe/Berlin' };
    assert.throws(() => silenceSpan(options, here), { name: 'UserError', message: because });
  });
}
