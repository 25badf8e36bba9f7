/**
 * Where rsyslog reduces repetitions (`$RepeatedMsgReduction on`, Ubuntu's default), it keeps back the copies of a socket's last message, and writes them,
 * with their old stamp, when the next message comes on that socket. Stderr takes another way, and may be first with the next one.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { down, EXHAUSTED, stderrLine, syslogLine, up } from '../support/lines.js';
import { read } from '../support/reading.js';

const T = Date.parse('2026-11-22T10:00:00Z');
const MINUTE = 60_000;

type Line = (at: number, text: string) => string;
const local: Line = (at, text) => syslogLine(at, text);
const byUdp: Line = (at, text) => syslogLine(at - (at % 1000), text, { host: 'localhost' });

interface Setup {
  targets: number;
  line: Line;
  /** A further target has a socket of its own. */
  apart?: true;
}

/** What a message for so many targets of one socket makes rsyslogd write. */
function socket({ targets, line, apart }: Setup): (at: number, text: string) => string[] {
  let kept: string[] = [];
  return (at, text) => {
    const written = [...kept, line(at + 1, text), ...(apart ? [line(at + 1, text)] : [])];
    kept = [line(at + 1, targets === 2 ? text : `message repeated ${targets - 1} times: [ ${text}]`)];
    return written;
  };
}

type Said = [after: number, ...texts: string[]];

/** What HAProxy says, on stderr first. */
function log(setup: Setup, ...said: Said[]): string[] {
  const logged = socket(setup);
  const begun = ['New worker (100) forked', 'Loading success.'].map((text) => stderrLine(T, text, { pid: 99 }));
  return [
    ...begun,
    ...said.flatMap(([after, ...texts]) =>
      texts.flatMap((text) => [stderrLine(T + after, text), ...logged(T + after, text)]),
    ),
  ];
}

const changes = (lines: string[]) =>
  read(lines).news.transitions.map(({ server, to, at }) => `${server} ${to} ${seconds(at)}`);
const outages = (lines: string[]) =>
  [...new Map(read(lines).news.outages.map((one) => [one.id, one])).values()].map(
    ({ start, end }) => `${seconds(start)} to ${end && seconds(end)}`,
  );
const seconds = (at: number) => Math.floor((at - T) / 1000);

const SETUPS: Record<string, Setup> = {
  'by two targets': { targets: 2, line: local },
  'by three targets': { targets: 3, line: local },
  'by two targets over UDP': { targets: 2, line: byUdp },
  'by two targets of one socket and one of another': { targets: 2, line: local, apart: true },
};

const inMaintenance =
  'Server app/b is going DOWN for maintenance. 1 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.';
const READY = 'Server app/b is UP/READY (leaving forced maintenance).';

describe('what rsyslog kept back of a worker’s last change is no news, though stderr is first with the next one', () => {
  for (const [name, setup] of Object.entries(SETUPS))
    for (const gap of [30_000, 59_000, 61_000, 10 * MINUTE, 5 * 60 * MINUTE]) {
      test(`a return ${name}, ${gap / 1000} seconds before the next fall`, () => {
        const fall: Said = [5 * MINUTE, down('a', 0), EXHAUSTED];
        const back = 5 * MINUTE + 30_000;
        const lines = log(setup, fall, [back, up('a', 1)], [back + gap, down('a', 0), EXHAUSTED]);
        const next = (back + gap) / 1000;
        assert.deepEqual(changes(lines), ['a down 300', 'a up 330', `a down ${next}`]);
        assert.deepEqual(outages(lines), ['300 to 330', `${next} to null`]);
      });

      test(`a fall and a return of one of two servers ${name}, ${gap / 1000} seconds before the next change`, () => {
        const times = [0, 1, 2, 3].map((n) => 5 * MINUTE + n * gap);
        const texts = [down('a', 1), up('a', 2), down('a', 1), up('a', 2)];
        const lines = log(setup, ...times.map((at, n): Said => [at, texts[n]!]));
        assert.deepEqual(
          changes(lines),
          times.map((at, n) => `a ${n % 2 === 0 ? 'down' : 'up'} ${at / 1000}`),
        );
      });

      test(`the maintenance of one of two servers ${name}, ${gap / 1000} seconds before it ends`, () => {
        const times = [0, 1, 2, 3].map((n) => 5 * MINUTE + n * gap);
        const texts = [inMaintenance, READY, inMaintenance, READY];
        const lines = log(setup, ...times.map((at, n): Said => [at, texts[n]!]));
        assert.deepEqual(
          changes(lines),
          times.map((at, n) => `b ${n % 2 === 0 ? 'maint' : 'up'} ${at / 1000}`),
        );
      });
    }

  test('and what is news in the same words, of which stderr alone told the change between, is told', () => {
    const lines = log(SETUPS['by two targets']!, [5 * MINUTE, down('a', 1)], [6 * MINUTE, up('a', 2)]);
    const lost = stderrLine(T + 16 * MINUTE, down('a', 1));
    const kept = local(T + 6 * MINUTE + 1, up('a', 2));
    const again = [26 * MINUTE, 26 * MINUTE + 1].map((at) => local(T + at, up('a', 2)));
    assert.deepEqual(changes([...lines, lost, kept, ...again]), ['a down 300', 'a up 360', 'a down 960', 'a up 1560']);
  });
});

describe('what rsyslog kept back of the last words of several services of one host is no news, though they are reloaded meanwhile', () => {
  const COUNTS = '1 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.';

  /** A service with a backend and a socket of its own. */
  const service = (name: string, master: number, targets = 2) => {
    const worker = (nth: number) => master + nth;
    const by: Line = (at, text) => syslogLine(at, text, { pid: worker(1) });
    const logged = socket({ targets: 2, line: by });
    const forked = (at: number, nth: number) => stderrLine(at, `New worker (${worker(nth)}) forked`, { pid: master });
    const ended = (at: number, nth: number) =>
      stderrLine(at, `Former worker (${worker(nth)}) exited with code 0 (Exit)`, { pid: master });
    const fall = (nth: number) =>
      `Server ${name}/s${nth} is DOWN, reason: Layer4 timeout, check duration: 2001ms. ${COUNTS}`;
    const falls = (at: number, nth = 1) => [
      stderrLine(at, fall(nth), { pid: worker(nth) }),
      ...(targets === 2 ? logged(at, fall(nth)) : [syslogLine(at, fall(nth), { pid: worker(nth) })]),
    ];
    const reloaded = (at: number, nth: number) => [forked(at, nth), ended(at + 1, nth - 1)];
    /** What comes at last, when something else is written to its socket. */
    const pushed = (at: number) => logged(at, 'Stopping frontend GLOBAL in 0 ms.');
    return { forked, falls, reloaded, pushed };
  };

  test('four, in each of which a server has fallen', () => {
    const services = ['a', 'b', 'c', 'd'].map((name, n) => service(name, 1000 + 100 * n));
    const lines = [
      ...services.map(({ forked }) => forked(T, 1)),
      ...services.flatMap(({ falls }, n) => falls(T + n * MINUTE)),
      ...services.flatMap(({ reloaded }, n) => reloaded(T + (10 + n) * MINUTE, 2)),
    ];
    const pushed = services.flatMap(({ pushed }, n) => pushed(T + (20 + n) * MINUTE));
    assert.equal(changes(lines).length, 4);
    assert.deepEqual(changes([...lines, ...pushed]), changes(lines));
  });

  test('one of which a copy is kept, and one with a single target whose every worker speaks before it is reloaded', () => {
    const quiet = service('a', 1000);
    const busy = service('b', 2000, 1);
    const lines = [
      quiet.forked(T, 1),
      busy.forked(T, 1),
      ...quiet.falls(T + MINUTE),
      ...quiet.reloaded(T + 3 * MINUTE, 2),
    ];
    for (let nth = 1; nth <= 6; nth++) {
      const at = T + (5 + 5 * nth) * MINUTE;
      lines.push(...busy.falls(at, nth), ...busy.reloaded(at + 2 * MINUTE, nth + 1));
    }
    assert.equal(changes(lines).length, 7);
    assert.deepEqual(changes([...lines, ...quiet.pushed(T + 60 * MINUTE)]), changes(lines));
  });
});
