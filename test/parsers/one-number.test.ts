/** Two hosts behind one rsyslog whose workers have one number, as in containers; and one worker whose lines bear two names. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EMPTY_MEMORY } from '../../src/memory.js';
import { ingest } from '../../src/pipeline.js';
import { serverText, stderrLine, syslogLine } from '../support/lines.js';
import { addressed, batchOf, PLAN, readLog, UTC } from '../support/reading.js';

const T = Date.parse('2026-11-22T12:00:00.400Z');
const say = (to: 'UP' | 'DOWN', server: string, left: number) =>
  serverText({ at: 0, backend: 'app', server, to, left });
const down = (server: string, left: number) => say('DOWN', server, left);
const up = (server: string, left: number) => say('UP', server, left);
const EXHAUSTED = 'backend app has no server available!';

const forked = (at: number) => stderrLine(at, 'New worker (3) forked', { pid: 1 });
const stderr = (at: number, text: string) => stderrLine(at, text, { pid: 3 });
const twice = (host: string) => (at: number, text: string) =>
  [0, 1].map((n) => syslogLine(at + n, text, { host, pid: 3 }));
const lb = twice('lb');
const west = twice('west');
/** With the stamp that comes with HAProxy's message over UDP. */
const overUdp = (at: number, text: string) => twice('localhost')(Math.floor(at / 1_000) * 1_000, text).slice(0, 1);

function told(lines: string[]): string[] {
  const { transitions, outages } = readLog(lines).news;
  return [
    ...transitions.map(({ host, server, to }) => `${host} ${server} ${to}`),
    ...outages.map(({ host, backend, end }) => `${host} ${backend} ${end === null ? 'exhausted' : 'back'}`),
  ];
}

describe('two hosts whose workers have one number, one of them with stderr', () => {
  const begun = [
    forked(T),
    ...west(T + 2_000, down('a', 1)),
    ...lb(T + 4_000, down('a', 1)),
    stderr(T + 4_010, down('a', 1)),
  ];
  const outage = (at: number) => [
    ...west(at, down('b', 0)),
    ...west(at + 2, EXHAUSTED),
    ...west(at + 9_000, up('b', 1)),
  ];

  test('are told apart once `log` targets tell under one name what none tells under the other', () =>
    assert.deepEqual(told([...begun, ...outage(T + 20_000)]).slice(1), ['west b down', 'west b up', 'west app back']));

  test('the first of them goes on as it was, and the other one with its next workers', () => {
    const lines = [
      ...begun,
      ...outage(T + 20_000),
      ...lb(T + 40_000, up('a', 2)),
      stderr(T + 40_010, up('a', 2)),
      forked(T + 50_000),
      ...west(T + 52_000, down('a', 1)),
    ];
    assert.deepEqual(
      told(lines).filter((one) => one.includes(' a ')),
      ['lb a down', 'lb a up', 'west a down'],
    );
  });

  test('also where they have the same servers, and told the same at first', () => {
    const same = [1, 2, 3, 4].flatMap((n) => {
      const [at, text] = [T + n * 5_000, n % 2 ? down('a', 1) : up('a', 2)];
      return [...west(at, text), ...lb(at + 5, text), stderr(at + 10, text)];
    });
    const own = [1, 2, 3, 4].flatMap((n) => west(T + 30_000 + n * 5_000, n % 2 ? down('b', 1) : up('b', 2)));
    assert.deepEqual(told([forked(T), ...same, ...own, ...outage(T + 70_000)]).slice(-3), [
      'west b down',
      'west b up',
      'west app back',
    ]);
  });
});

describe('the first change of a host, where the worker of another one has that number and was heard on stderr alone', () => {
  const HOUR = 3_600_000;
  const sealed = (at: number, text: string) => `<133>${syslogLine(at, text, { host: 'west', pid: 3 })}`;
  const begun = (at: number) => [stderr(at, down('a', 1)), stderr(at + 5_000, up('a', 2))].map((line) => `<29>${line}`);

  test('is told where the log bears severities, however long ago that was', () => {
    for (const ago of [HOUR / 2, 7 * 24 * HOUR]) {
      assert.deepEqual(told([...begun(T - ago), sealed(T, down('b', 1))]).slice(2), ['west b down']);
    }
  });

  test('waits for no line of a worker that has ended', () => {
    const ended = stderrLine(T + 9_000, 'Former worker (3) exited with code 0 (Exit)', { pid: 1 });
    const told = (lines: string[]) =>
      ingest(EMPTY_MEMORY, batchOf(addressed(lines)), PLAN, UTC).news.transitions.map(({ host }) => host);
    const first = twice('west')(T + HOUR, down('b', 1));
    const started = [forked(T - 1_000), ...[stderr(T, down('a', 1)), stderr(T + 5_000, up('a', 2))]];
    assert.deepEqual(told([...started, ...first]), ['lb', 'lb']);
    assert.deepEqual(told([...started, ended, ...first]), ['lb', 'lb', 'west']);
  });
});

describe('one worker whose lines bear two names', () => {
  const names = (lines: string[]) => [...new Set(told(lines).map((one) => one.split(' ')[0]))];
  const changes = [1, 2, 3, 4, 5].map((n): [number, string] => [T + n * 5_000, n % 2 ? down('a', 1) : up('a', 2)]);

  test('is one, where its host’s name is on stderr alone', () => {
    const lines = changes.flatMap(([at, text]) => [...overUdp(at, text), stderr(at + 10, text)]);
    assert.deepEqual(names([forked(T), ...lines]), ['lb']);
    assert.equal(told([forked(T), ...lines]).length, changes.length);
  });

  test('and where one `log` line goes over UDP and the other one does not, though a line of either gets lost', () => {
    for (const lost of [null, 'localhost', 'lb']) {
      const lines = changes.flatMap(([at, text], n) => [
        ...(lost === 'localhost' && n === 2 ? [] : overUdp(at, text)),
        ...(lost === 'lb' && n === 2 ? [] : lb(at, text).slice(0, 1)),
        stderr(at + 10, text),
      ]);
      assert.deepEqual(names([forked(T), ...lines]), ['lb'], String(lost));
      assert.equal(told([forked(T), ...lines]).length, changes.length);
    }
  });

  describe('is one also where they speak first more than a minute apart', () => {
    const MINUTE = 60_000;
    const outage = (at: number, order: (lines: string[]) => string[] = (lines) => lines) =>
      [down('a', 0), EXHAUSTED, up('a', 1)].flatMap((text, n) => {
        const when = at + [0, 1, 5 * MINUTE][n]!;
        return order([...overUdp(when, text), stderr(when + 10, text)]);
      });
    const hosts = (lines: string[]) =>
      readLog(lines).news.notifications.map(({ event, incident }) => `${event} ${incident.host}`);
    const both = ['firing', 'resolved', 'firing', 'resolved'];
    const elsewhere = serverText({ at: 0, backend: 'nolog', server: 's', to: 'DOWN', left: 1 });

    test('and stderr was first: whichever line of a change comes first', () => {
      const fromFile = down('z', 2).replace(/reason: .*?ms/, 'changed from server-state after a reload');
      const begun = [[elsewhere], [elsewhere, forked(T)], [fromFile, forked(T)]] as const;
      for (const [first, ...start] of begun)
        for (const order of [(lines: string[]) => lines, (lines: string[]) => lines.toReversed()]) {
          const lines = [...start, stderr(T + 50, first)];
          const all = [...lines, ...outage(T + 5 * MINUTE, order), ...outage(T + 15 * MINUTE, order)];
          assert.deepEqual(
            hosts(all),
            both.map((event) => `${event} lb`),
          );
        }
    });

    test('and a `log` target was: it keeps that name', () => {
      const all = [
        ...overUdp(T, elsewhere),
        ...outage(T + 5 * MINUTE),
        ...outage(T + 15 * MINUTE),
        ...overUdp(T + 30 * MINUTE, elsewhere),
      ];
      assert.deepEqual(
        hosts(all),
        both.map((event) => `${event} localhost`),
      );
    });

    test('but two workers are two that tell the same at different times, or different things', () => {
      const apart = [
        stderr(T, elsewhere),
        ...overUdp(T + 5 * MINUTE, down('a', 0)),
        ...overUdp(T + 5 * MINUTE, EXHAUSTED),
        stderr(T + 5 * MINUTE + 10_000, down('a', 0)),
        stderr(T + 5 * MINUTE + 10_001, EXHAUSTED),
      ];
      assert.deepEqual(hosts(apart).sort(), ['firing lb', 'firing localhost']);
    });
  });
});
