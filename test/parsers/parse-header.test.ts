/** Who spoke and when is told by a line's header alone, as by the whole line. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageStart, parseHeader, parseLine } from '../../parsers/index.js';
import { corpus } from '../support/corpus.js';

const UTC = { tz: 'UTC', asOf: Date.UTC(2026, 0, 1) };

test('the header of a traffic line tells the same as the line', () => {
  const traffic = corpus('fixtures/corpus')
    .flatMap((file) => file.goldens)
    .filter(({ line, want }) => want?.startsWith('traffic ') && !line.includes('message repeated'));
  assert.ok(traffic.length > 10);
  for (const { line, context } of traffic) {
    const bytes = Buffer.from(line);
    const header = bytes.toString('utf8', 0, messageStart(bytes, 0, bytes.length));
    const whole = parseLine(line, context);
    assert.ok(whole.ok, line);
    const { host, pid } = whole.record;
    assert.deepEqual(parseHeader(header, context), { host, pid, stamp: whole.stamp }, line);
    assert.deepEqual(parseHeader(`\uFEFF${header}`, context), { host, pid, stamp: whole.stamp }, line);
  }
});

test('what is no header, no time or no process is none', () => {
  const nobody = [
    '',
    'Feb 21',
    'a line of another program ',
    'Feb 31 07:03:18 lb haproxy[1]: ',
    'Feb 21 07:03:18 lb haproxy[99999999999]: ',
  ];
  for (const text of nobody) assert.equal(parseHeader(text, UTC), null, text);
  const stamp = { at: Date.UTC(2025, 1, 21, 7, 3, 18), utcOffsetMin: 0 };
  assert.deepEqual(parseHeader('Feb 21 07:03:18 lb haproxy: ', UTC), { host: 'lb', pid: null, stamp });
});
