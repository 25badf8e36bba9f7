/** Lines that rsyslog writes a second time, long after later ones, are no news (a real log of rsyslog 8.2302, whose log host was away). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
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

/** The lines as rsyslog's traditional format has them: their stamps are whole seconds, and several lines share one. */
const traditional = (log: readonly string[]) =>
  log.map((line) =>
    line.replace(/^2026-12-(\d\d)T([\d:]+)\S+/, (_, day, time) => `Dec ${day.replace(/^0/, ' ')} ${time}`),
  );

test('so is a block of lines whose stamps are whole seconds', () => {
  const log = traditional(UNIQUE);
  for (const from of [0, 2, 5]) assert.deepEqual(found([...log, ...log.slice(from, -1)]), log);
  assert.deepEqual(found(traditional(LOG)), log);
});

test('so it is where other hosts write between them, and each of the lines comes twice', () => {
  const log = traditional(UNIQUE);
  const other = log.map((line) => line.replace(' lb1 ', ' lb2 '));
  const again = log.flatMap((line, n) => [line, line, other[n]!]);
  assert.deepEqual(found([...log, ...again]), [...log, ...other]);
});

test('so is one where several lines share a stamp with fractions', () => {
  const log = UNIQUE.slice(2).map((line) => line.replace(/(\.\d{3})\d{3}/, '$1'));
  const shared = log.map((line, n) => (n % 2 === 1 ? log[n - 1]!.slice(0, 23) + line.slice(23) : line));
  assert.deepEqual(found([...shared, ...shared.slice(0, -2)]), shared);
});

describe('so it is with stamps of several words', () => {
  const ways: Record<string, (day: string, time: string) => string> = {
    'with a blank for the T': (day, time) => `2026-12-${day} ${time}`,
    'of journalctl -o short-full': (day, time) => `Tue 2026-12-${day} ${time} UTC`,
    'with the year before': (day, time) => `2026 Dec ${day} ${time}`,
    'with the year behind': (day, time) => `Dec ${day} ${time} 2026`,
  };
  for (const [name, stamp] of Object.entries(ways)) {
    test(name, () => {
      const log = UNIQUE.map((line) => line.replace(/^2026-12-(\d\d)T([\d:]+)\S+/, (_, day, time) => stamp(day, time)));
      assert.deepEqual(found([...log, ...log.slice(2, -1)]), log);
    });
  }
});

describe('a server may fall twice in the same words within a second', () => {
  const [fall = ''] = traditional(UNIQUE).filter((line) => line.includes('Server db/d1 is DOWN'));
  const text = fall.slice(fall.indexOf('Server '));
  const write = (stamp: string, host: string, what = text) => `${stamp} ${host} haproxy[20728]: ${what}`;
  const back = text.replace('is DOWN', 'is UP');

  test('which by UDP has whole seconds, and on stderr fractions', () => {
    const flap = ['.099084', '.375450'].flatMap((fraction) =>
      [text, back].flatMap((what) => [
        write('2026-12-01T12:59:38+00:00', 'localhost', what),
        write(`2026-12-01T12:59:38${fraction}+00:00`, 'lb1', `[WARNING]  (20728) : ${what}`),
      ]),
    );
    assert.deepEqual(found(flap), flap);
  });

  test('also where the whole seconds have zeros behind', () => {
    const flap = ['.000000', '.000'].flatMap((zeros) =>
      [text, back, text, back].flatMap((what) => [
        write(`2026-12-01T12:59:38${zeros}+00:00`, 'localhost', what),
        write('2026-12-01T12:59:38.123456+00:00', 'lb1', 'Proxy web started.'),
      ]),
    );
    assert.equal(found(flap).filter((line) => line.includes('localhost')).length, 8);
  });

  test('also where a severity stands before the stamp', () => {
    const flap = [text, back, text, back].map((what) =>
      write(`<${what === text ? 129 : 133}>2026-12-01T12:59:38+00:00`, 'lb1', what),
    );
    assert.deepEqual(found(flap), flap);
  });

  test('and so may the same one of another load balancer, whose clock is off', () => {
    const flap = [text, back, text, back].flatMap((what) => [
      write('Dec  1 10:05:38', 'lb1', what),
      write('Dec  1 10:05:42', 'lb2', what),
    ]);
    assert.deepEqual(found(flap), flap);
    const inZone = flap.map((line) => line.replace(' lb', ' UTC lb'));
    assert.deepEqual(found(inZone), inZone);
  });

  test('at midnight as well', () => {
    const flap = [text, back, text, back].flatMap((what, n) => [
      write(n < 2 ? 'Dec  1 23:59:59' : 'Dec  2 00:00:00', 'lb1', what),
    ]);
    assert.deepEqual(found([...flap, ...flap.slice(2)]), [...flap, ...flap.slice(2)]);
    assert.deepEqual(found([...flap, ...flap.slice(0, 1)]).length, 5, 'a second back is no sign');
  });
});

test('what rsyslog kept back of the last line of a socket is not: it may be the second word that counts', () => {
  const log = traditional(UNIQUE.slice(2, 6));
  const other = log.map((line) => line.replace(/:\d\d lb1/, ':59 lb2'));
  const kept = log.flatMap((line, n) => [line, other[n]!, line]);
  assert.deepEqual(
    found(kept).filter((line) => line.includes(' lb1 ')),
    log.flatMap((line) => [line, line]),
  );
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
