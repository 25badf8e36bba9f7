/** Whatever stands before a sentence about a state: the byte scan must not pass over a line in which the grammar reads one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { classify, parseLine, tellsOfState } from '../../parsers/index.js';
import { classAlone } from '../support/tells.js';

const CONTEXT = { tz: 'UTC', asOf: Date.UTC(2097, 0) };

const either = (...texts: string[]) => fc.constantFrom(...texts);
const row = (...parts: (string | fc.Arbitrary<string>)[]) =>
  fc
    .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)))
    .map((texts) => texts.join(''));

const sentence = either(
  'Server app/a is DOWN, reason: Layer4 timeout, check duration: 2001ms. 1 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.',
  'Server [1]:/[2]: is going DOWN for maintenance. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.',
  'Backup Server app/b is UP/READY (leaving forced maintenance).',
  'backend app has no server available!',
  'backend x[1]: has no server available!',
  'Proxy app stopped (cumulated conns: FE: 0, BE: 96).',
  "[ALERT]    (24710) : backend 'app' has no server available!",
  '[NOTICE]   (100) : New worker (101) forked',
  'message repeated 2 times: [ backend app has no server available!]',
);
const iso = either('2026-11-22T22:03:02.177000111Z', '2026-11-22T22:03:02-0500', '2026-11-22T22:03:02.177000+01:00');
const traditional = either('Nov 22 17:03:02', 'Nov  2 17:03:02', 'Nov 22 17:03:02.123456', '2026 Nov 22 17:03:02');
const blanked = either(
  '2026-11-22 17:03:02',
  '2026-11-22 17:03:02,176 UTC',
  '2026-11-22 17:03:02.176 +01:00',
  'Sun 2026-11-22 17:03:02 CET',
  'Nov 22 17:03:02 2026',
  'Nov  2 17:03:02 CEST',
);
const stamp = fc.oneof(
  { weight: 2, arbitrary: iso },
  { weight: 2, arbitrary: traditional },
  { weight: 1, arbitrary: blanked },
);
const priority = either('', '', '<134>', '<0>', '<9>');
const word = row(
  either('kern', 'mail', 'daemon', 'user', 'local0', 'local9', 'ftp', '16'),
  '.',
  either('alert', 'err', 'warn', 'info', 'loud', '6'),
);
const level = fc.oneof(word, row('<', word, '>'));
/** Severities as they stand behind a host alone. */
const severity = fc.oneof(
  level,
  row(either('emerg', 'warn', 'loud', 'local0.alert', '0', '128', '192', '<129>'), either('', ':')),
  row(either('local0', 'kern', '16', '1', '24'), ' ', either('alert', 'warn', '1', '0', '8')),
);
const host = either(
  'lb1',
  'a.b.c',
  'fe80::1',
  '10.0.0.1',
  'proxy',
  'backend',
  'haproxy',
  'all]:',
  '[3]:',
  'x[1]:',
  'a:b[2]:',
  'fe80::',
  'haproxy:',
  '-',
);
const tag = either('haproxy', 'h.1', 'www/x', 'a:b', 'proxy');
const pid = either('', '[1]', '[24710]', '[-]');
const gap = either(' ', ' ', '  ', '');
const speaker = row(tag, pid, either(':', ':', ''), gap);
const maybe = (part: fc.Arbitrary<string>) => fc.oneof(fc.constant(''), part);
const data = either('-', '[a b="c"]', '[a b="c d\\" ]"][x]');

/** HAProxy's own header, as `log stdout` writes it behind another one. */
const own = fc.oneof(
  { weight: 4, arbitrary: fc.constant('') },
  {
    weight: 3,
    arbitrary: fc.oneof(
      fc.constant('<128>'),
      row('<133>', either('Nov 22 17:03:02', 'Nov  2 17:03:02'), ' ', maybe(row(host, ' ')), 'haproxy[9]: '),
      row('<133>1 ', iso, ' ', host, ' ', tag, ' 24710 - ', data, ' '),
      row('<133>', iso, ' '),
    ),
  },
);

const header = fc.oneof(
  row(either('<134>', '<0>'), '1 ', iso, ' ', host, ' ', tag, ' ', either('1', '-', '24710'), ' - ', data, gap),
  row('Sun ', either('Nov 22 17:03:02 2026', 'Nov  1 17:03:02 2026'), ' ', level, ' ', speaker),
  row(stamp, ' ', either('stdout', 'stderr'), ' ', either('F', 'P'), ' ', maybe(fc.constant('  '))),
  row(priority, stamp, ' ', maybe(row(level, ' ')), host, ' ', maybe(row(severity, ' ')), speaker),
  row(priority, stamp, ' ', maybe(row(severity, ' ')), host, ' ', maybe(row(severity, ' ')), tag, '[1]: '),
  row(priority, stamp, ' ', maybe(row(level, ' ')), tag, pid, ':', gap),
  row(priority, stamp, ' ', maybe(row(level, ' ')), maybe(row(host, ' ')), maybe(row(level, ' '))),
  row(priority, stamp, ' ', host, ' ', host, ' ', tag, '[1]: '),
  row(
    priority,
    stamp,
    ' ',
    maybe(row(level, ' ')),
    host,
    either(' ', ' - - '),
    '[22/Nov/2026:17:03:02.176]',
    pid,
    either(':', ''),
    gap,
  ),
  row(priority, stamp, ' ', host, ' 1 ', iso, ' ', host, ' ', tag, ' 1 - - '),
  row(priority, stamp, ' ', host, ' ', priority, stamp, ' ', maybe(row(host, ' ')), speaker),
  row(stamp, ' ', host, ' <128>1 ', iso, ' ', either('lb1', '-'), ' ', tag, ' ', either('1', '-'), ' - ', data, gap),
  row('<134>1 ', iso, ' ', host, ' 1 - - - ', maybe(fc.constant(' ')), iso, ' - ', tag, ' 26521 - - '),
);
const line = row(header, own, sentence);

test('behind any header, and behind any other line, a sentence that the grammar reads is a candidate', () => {
  let read = 0;
  fc.assert(
    fc.property(line, line, (text, before) => {
      const parsed = parseLine(text, CONTEXT);
      if (!parsed.ok || !tellsOfState(parsed.record.sentence)) return;
      read++;
      const bytes = Buffer.from(text);
      assert.equal(classAlone(bytes), 'candidate');
      const other = Buffer.from(before);
      classify(other, 0, other.length);
      assert.equal(classify(bytes, 0, bytes.length), 'candidate', `after ${before}`);
    }),
    { numRuns: 24_000 },
  );
  assert.ok(read > 5_000, `${read} were read`);
});
