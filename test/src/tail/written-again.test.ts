/** Lines that rsyslog writes a second time, long after later ones, are no news (a real log of rsyslog 8.2302, whose log host was away). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Splitter } from '../../../src/tail/splitter.js';
import { lines } from './tailing.js';

const LOG = readFileSync('fixtures/races/written-again.log', 'utf8').trimEnd().split('\n');
const UNIQUE = LOG.slice(0, -1);

/** What is found in a log, whatever the pieces in which it comes. */
function found(log: readonly string[], step = Number.POSITIVE_INFINITY): string[] {
  const splitter = new Splitter(0);
  const bytes = Buffer.from(lines(...log));
  const texts: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    at = splitter.push(bytes.subarray(0, Math.min(at + step, bytes.length)), at);
    texts.push(...splitter.take().lines.map(({ text }) => text));
  }
  return texts;
}

test('a line that comes again behind later ones is passed over, and counted', () => {
  for (const step of [7, 100, Number.POSITIVE_INFINITY]) assert.deepEqual(found(LOG, step), UNIQUE);
  const splitter = new Splitter(0);
  splitter.push(Buffer.from(lines(...LOG)));
  assert.equal(splitter.take().tally.candidates, LOG.length);
});

test('so is a whole block of lines', () => {
  const more = Array.from({ length: 20 }, (_, n) =>
    UNIQUE.map((line) => line.replace('2026-12-01', `2026-12-${10 + n}`)),
  ).flat();
  assert.deepEqual(found([...more, ...more.slice(0, 91)]), more);
});

test('what two targets write alike at the same instant is not', () => {
  const [line = '', next = ''] = UNIQUE.slice(3);
  const twice = [line, line, next, next];
  assert.deepEqual(found(twice), twice);
});

test('nor is the same change at another time', () => {
  const later = UNIQUE.map((line) => line.replace('2026-12-01', '2026-12-02'));
  assert.deepEqual(found([...UNIQUE, ...later]), [...UNIQUE, ...later]);
});

test('what was long ago is forgotten: a year of lines takes no more memory than the last thousand', () => {
  const [line = ''] = UNIQUE;
  const others = Array.from({ length: 1_100 }, (_, n) => line.replace('.632797', `.${100_000 + n}`));
  assert.equal(found([line, ...others, line]).length, others.length + 2);
});

test('nor is a very long line kept in memory, of which a client could write thousands', () => {
  const [line = '', next = ''] = UNIQUE;
  const long = line + ' '.repeat(2_048);
  assert.deepEqual(found([long, next, long]), [long, next, long]);
});
