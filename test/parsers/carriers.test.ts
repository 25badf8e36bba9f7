/**
 * HAProxy in a container: its log driver writes all that HAProxy writes under one number, which is no worker's. Each change is told once, of the worker whose it is;
 * test/corpora.test.ts holds whole logs against that.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openToClients } from '../../parsers/index.js';
import { EMPTY_MEMORY, type Memory } from '../../src/memory.js';
import { down, EXHAUSTED, stderrLine, syslogLine, up } from '../support/lines.js';
import { readLog } from '../support/reading.js';

const T = Date.parse('2026-11-22T12:00:00Z');
const LATER = T + 120_000;

/** Under the driver's number, 987. The master is 1, the worker 8. */
const driver = (line: string) => line.replace(/haproxy\[\d+\]/, 'haproxy[987]');
const onStderr = (at: number, text: string, pid = 8) => driver(stderrLine(at, text, { pid }));
const onStdout = (at: number, text: string, own = '') => driver(syslogLine(at, `${own}${text}`));
const forked = (at: number, pid = 8) => onStderr(at, `New worker (${pid}) forked`, 1);
const both = (at: number, text: string, own = '') => [onStderr(at, text), onStdout(at, text, own)];
const ordinary = (at: number) => ['Mozilla/5.0 GET /', 'curl/8.1 GET /'].map((text) => onStdout(at, text));

/** `8 a down`, `8 app exhausted`, `? why it is suspect`. */
function told(lines: string[], memory: Memory = EMPTY_MEMORY): string[] {
  const { transitions, outages, suspects } = readLog(lines, memory).news;
  // The last that is told of each outage.
  const latest = new Map(outages.map((outage) => [outage.id, outage]));
  return [
    ...transitions.map(({ pid, server, to }) => `${pid} ${server} ${to}`),
    ...[...latest.values()].map(({ pid, backend, end }) => `${pid} ${backend} ${end === null ? 'exhausted' : 'back'}`),
    ...suspects.map(({ reason }) => `? ${reason}`),
  ];
}

const FALL = ['8 a down', '8 a up', '8 app back'];
const texts = [down('a', 0), EXHAUSTED, up('a', 1)];
const fall = (at: number, order: (lines: string[]) => string[] = (lines) => lines) =>
  texts.flatMap((text, n) => order(both(at + [0, 1, 60_000][n]!, text)));

describe('what `log stdout` and stderr say in one driver’s name is told once', () => {
  const stdoutFirst = (lines: string[]) => lines.toReversed();

  test('from the first change on, whichever comes first', () => {
    for (const start of [[forked(T)], []]) {
      assert.deepEqual(told([...start, ...fall(LATER)]), FALL);
      assert.deepEqual(told([...start, ...fall(LATER, stdoutFirst)]), FALL);
    }
  });

  test('also where all of standard output comes before all of stderr', () => {
    const [out, err] = [onStdout, onStderr].map((say) => texts.slice(0, 2).map((text, n) => say(LATER + n, text)));
    const end = both(LATER + 60_000, texts[2]!);
    assert.deepEqual(told([...out!, ...err!, ...end]), FALL);
    assert.deepEqual(told([...err!, ...out!, ...end]), FALL);
  });

  test('also where two `log stdout` lines tell it, behind stderr', () => {
    const twice = ([err, out]: string[]) => [err!, out!, out!];
    assert.deepEqual(told(fall(LATER, twice)), FALL);
    assert.deepEqual(told([forked(T), ...fall(LATER, twice)]), FALL);
  });

  test('and without a number, behind `| logger -t haproxy`', () => {
    for (const order of [(lines: string[]) => lines, stdoutFirst])
      assert.deepEqual(told(fall(LATER, order).map((line) => line.replace('[987]', ''))), FALL);
  });

  test('though the driver’s own severity, which rsyslog writes down, is that of traffic', () => {
    const severe = fall(LATER).map((line) => `${line.includes(') : ') ? '<27>' : '<30>'}${line}`);
    assert.deepEqual(told([`<27>${forked(T)}`, ...severe]), FALL);
  });

  test('though the one or the other is lost', () => {
    const { memory } = readLog([forked(T), ...both(T + 1, down('b', 1)), ...both(T + 2, up('b', 2))]);
    const whole = [...both(LATER, down('b', 1)), ...fall(LATER + 1_000)];
    for (let lost = 2; lost < whole.length; lost++)
      assert.deepEqual(told(whole.toSpliced(lost, 1), memory).toSorted(), ['8 b down', ...FALL].toSorted(), `${lost}`);
  });

  test('of the worker for which its master has read the state file (until 3.0)', () => {
    const given = down('a', 1).replace(/reason: .*?ms/, 'changed from server-state after a reload');
    const { memory } = readLog([forked(T), ...both(T + 1, down('b', 2)), ...both(T + 9_000, up('b', 3))]);
    assert.deepEqual(told([onStderr(LATER, `config : ${given}`, 1), forked(LATER + 5, 9)], memory), ['9 a down']);
  });

  test('of the worker that serves, and of the one that goes', () => {
    const stopped = 'Proxy app stopped (cumulated conns: FE: 0, BE: 0).';
    const lines = [
      forked(T),
      ...both(T + 1, down('a', 0)),
      ...both(T + 2, EXHAUSTED),
      forked(LATER, 9),
      ...both(LATER + 5, stopped),
      onStderr(LATER + 6, 'Former worker (8) exited with code 0 (Exit)', 1),
    ];
    const next = [down('a', 0), EXHAUSTED].flatMap((text, n) => [
      onStderr(LATER + 60_000 + n, text, 9),
      onStdout(LATER + 60_000 + n, text),
    ]);
    assert.deepEqual(told([...lines, ...next]), ['8 a down', '9 a down', '8 app back', '9 app exhausted']);
  });
});

describe('where the two streams race each other', () => {
  test('a driver whose first line was read without its line on stderr is no worker for long', () => {
    const cut = [onStdout(T, up('x', 3)), onStdout(T + 5_000, 'GET /')];
    for (const order of [(lines: string[]) => lines, (lines: string[]) => lines.toReversed()]) {
      const lines = [...cut, ...order(both(LATER - 60_000, down('z', 2))), ...fall(LATER, order)];
      const { news } = readLog([
        ...lines,
        onStderr(LATER + 90_000, 'Current worker (8) exited with code 137 (Killed)', 1),
      ]);
      const falls = news.transitions.filter(({ to }) => to === 'down').map(({ server }) => server);
      assert.deepEqual(falls, ['z', 'a']);
      assert.equal(new Map(news.outages.map((one) => [one.id, one])).size, 1);
      assert.deepEqual(
        news.incidents.filter(({ rule }) => rule === 'worker_killed').map(({ phase }) => phase),
        ['firing'],
      );
    }
  });

  test('each fall is told once, though standard output is some lines ahead at the start', () => {
    const falls = [down('a', 2), down('b', 1), down('c', 0)];
    for (const lead of [1, 2, 3]) {
      const out = falls.map((text, n) => ({ line: onStdout(LATER + 10 * n, text), at: n }));
      const err = falls.map((text, n) => ({ line: onStderr(LATER + 10 * n + 10 * lead, text), at: n + lead + 0.5 }));
      const lines = [...out, ...err].sort((one, other) => one.at - other.at).map(({ line }) => line);
      assert.deepEqual(
        told([forked(LATER - 9), ...lines]).slice(0, 3),
        ['8 a down', '8 b down', '8 c down'],
        `${lead}`,
      );
    }
  });

  test('what the old worker said last is its own, though its end was told on stderr before', () => {
    const stopped = 'Proxy app stopped (cumulated conns: FE: 1, BE: 0).';
    const start = [forked(T), ...both(T + 1, down('b', 1)), ...both(T + 2, up('b', 2))];
    const reload = [
      forked(LATER, 9),
      onStderr(LATER + 2, stopped),
      onStderr(LATER + 3, 'Former worker (8) exited with code 0 (Exit)', 1),
      ...[down('a', 0), EXHAUSTED].map((text) => onStderr(LATER + 4, text, 9)),
      ...[stopped, down('a', 0), EXHAUSTED].map((text) => onStdout(LATER + 5, text)),
    ];
    assert.deepEqual(told([...start, ...reload, onStdout(LATER + 90_000, 'GET /')]).slice(-2), [
      '9 a down',
      '9 app exhausted',
    ]);
  });
});

test('a process that stops twice within a minute, under one number, has stopped twice', () => {
  const stop = (at: number) => both(at, 'Proxy app stopped (cumulated conns: FE: 0, BE: 0).');
  const outage = texts.slice(0, 2).flatMap((text, n) => both(LATER + 5_000 + n, text));
  const lines = [
    ...both(T, down('x', 1)),
    ...both(T + 1, up('x', 2)),
    ...stop(LATER),
    ...outage,
    ...stop(LATER + 15_000),
  ];
  assert.deepEqual(told(lines).slice(-2), ['8 a down', '8 app back']);
});

test('states of a file that a master loads are its next worker’s, though its carrier was not heard before', () => {
  const loaded = down('a', 0).replace(/reason: .*?ms/, 'changed from server-state after a reload');
  const start = (pid: number, carrier: string) =>
    [onStderr(T, `config : ${loaded}`, 1), forked(T + 1, pid), onStderr(T + 2, 'Loading success.', 1)].map((line) =>
      line.replace('987', carrier),
    );
  const killed = onStderr(LATER, 'Current worker (8) exited with code 137 (Killed)', 1);
  const { news } = readLog([...start(8, '987'), killed]);
  assert.deepEqual(
    news.transitions.map(({ pid, server, to }) => `${pid} ${server} ${to}`),
    ['8 a down'],
  );
  assert.deepEqual(
    news.incidents.filter(({ rule }) => rule === 'worker_killed').map(({ phase }) => phase),
    ['firing'],
  );
  // Under podman each start has a carrier of its own.
  const { memory } = readLog([...start(8, '987'), ...fall(T + 60_000)]);
  const next = start(9, '1234').map((line) => line.replace('T12:00:00', 'T13:00:00'));
  assert.deepEqual(
    readLog(next, memory).news.transitions.map(({ pid, server, to }) => `${pid} ${server} ${to}`),
    ['9 a down'],
  );
});

describe('HAProxy’s own header behind the driver’s', () => {
  const { memory } = readLog([forked(T), ...both(T + 1, down('b', 1), '<1>'), ...both(T + 2, up('b', 2), '<5>')]);

  test('makes no copy of its own, whatever `format` it has', () => {
    const headers = ['<1>', '<129>', '<1>2026-11-22T12:02:00.000000+00:00 ', '<129>Nov 22 12:02:00 haproxy[8]: '];
    for (const own of headers) {
      const lines = texts.flatMap((text, n) => both(LATER + n * 2_000, text, own));
      assert.deepEqual(told(lines, memory), FALL, own);
    }
  });

  test('tells what is traffic: no client makes an event, nor a witness', () => {
    const asked = texts.flatMap((text, n) => [1, 2].map(() => onStdout(LATER + n * 2_000, text, '<6>')));
    assert.deepEqual([...new Set(told(asked, memory))], ['? its severity is that of traffic']);
    const early = [onStdout(LATER, down('a', 0), '<134>'), ...fall(LATER + 500)];
    assert.deepEqual(told(early, memory), [...FALL, '? its severity is that of traffic']);
    const likeStderr = onStdout(LATER, `[WARNING]  (8) : ${down('a', 0)}`, '<6>');
    assert.deepEqual(told([likeStderr, onStdout(LATER + 9_000, 'GET /', '<6>')], memory), []);
  });

  test('is none in the line of a worker, nor of who carries nothing', () => {
    for (const own of ['<1>', '<129>Nov 22 12:02:00 haproxy[9]: ']) {
      const asked = [8, 4242].flatMap((pid) => [1, 2].map(() => syslogLine(LATER, `${own}${down('a', 0)}`, { pid })));
      assert.deepEqual([...new Set(told(asked, memory))], ["? HAProxy's header stands behind another one"], own);
    }
  });
});

describe('where clients can write whole lines into a container’s log', () => {
  const { memory } = readLog([forked(T), ...both(T + 1, down('b', 1)), ...both(T + 2, up('b', 2)), ...ordinary(T + 9)]);

  test('that is known, for what the driver carries is the workers’', () =>
    assert.deepEqual(openToClients(memory.heard), [{ host: 'lb', onStderr: true, forgedAt: null }]));

  test('a change must stand on stderr as well', () => {
    const lies = texts.slice(0, 2).flatMap((text, n) => [1, 2].map(() => onStdout(LATER + n, text)));
    assert.deepEqual(
      told([...lies, onStdout(LATER + 90_000, 'curl/8.1 GET /')], memory).filter((what) => !what.startsWith('?')),
      [],
    );
    assert.deepEqual(
      told([...lies, ...fall(LATER + 120_000)], memory).filter((what) => !what.startsWith('?')),
      FALL,
    );
  });

  test('a worker that was not heard before carries nothing, though a client writes what looks like stderr in its name', () => {
    const start = ['Mozilla/5.0 GET /', 'curl/8.1 GET /'].map((text) => syslogLine(T, text, { pid: 8 }));
    const lies = [down('x', 2), EXHAUSTED].map((text, n) =>
      stderrLine(T + 10 + n, text, { pid: 31_000 + n }).replace(/haproxy\[\d+\]/, 'haproxy[8]'),
    );
    const own = texts.flatMap((text, n) => [1, 2].map(() => syslogLine(LATER + [0, 1, 60_000][n]!, text, { pid: 8 })));
    assert.deepEqual(
      told([...start, ...lies, ...own]).filter((what) => !what.startsWith('?')),
      FALL,
    );
  });

  test('what standard output alone told is the worker’s as well, and ends with it', () => {
    const start = [forked(T), onStderr(T + 1_000, down('x', 2)), forked(T + 2_000, 9)];
    const out = [down('x', 2), up('x', 3)].map((text, n) => onStdout(T + 10_000 + n * 9_000, text));
    const falls = [down('a', 1), down('b', 0), EXHAUSTED].map((text, n) => onStdout(LATER + n * 9_000, text));
    const reload = [
      forked(LATER + 60_000, 10),
      onStderr(LATER + 60_001, 'Former worker (9) exited with code 0 (Exit)', 1),
    ];
    const all = told([
      ...start,
      ...out,
      ...ordinary(T + 60_000),
      ...falls,
      onStdout(LATER + 40_000, 'GET /'),
      ...reload,
    ]);
    assert.deepEqual(
      all.filter((what) => what.startsWith('987') || what.endsWith('exhausted')),
      [],
      `${all}`,
    );
  });

  test('a client who imitates the master there hides nothing, where stderr never told what standard output did', () => {
    const start = [forked(T), onStderr(T + 1_000, down('x', 2)), forked(T + 2_000, 9)];
    const out = [down('x', 2), up('x', 3)].map((text, n) => onStdout(T + 10_000 + n * 9_000, text));
    const lie = onStderr(T + 90_000, 'Former worker (999) exited with code 0 (Exit)', 1);
    const falls = [down('a', 2), down('b', 1), down('x', 0), EXHAUSTED].map((text, n) =>
      onStdout(LATER + [0, 9_000, 18_000, 18_001][n]!, text),
    );
    const end = onStdout(LATER + 30_000, 'curl/8.1 GET /');
    for (const lies of [[], [lie]]) {
      const all = told([...start, ...out, ...ordinary(T + 60_000), ...lies, ...falls, end]);
      assert.ok(
        all.some((what) => what.endsWith('app exhausted')),
        `${lies}`,
      );
    }
  });
});

describe('a driver whose lines began in different ways before HAProxy spoke (another container’s, or what starts beside HAProxy)', () => {
  const noise = ['INFO  starting', 'Traceback (most recent call last)'];
  const other = noise.map((text, n) => onStdout(T - 9 + n, text).replace('haproxy[', 'webapp['));
  const own = noise.map((text, n) => onStdout(T - 9 + n, text));
  const stdoutFirst = (lines: string[]) => lines.toReversed();
  const killed = onStderr(LATER + 300_000, 'Current worker (8) exited with code 137 (Killed)', 1);
  const again = LATER + 400_000;

  test('is no worker: stderr tells each outage once, and its end', () => {
    for (const start of [other, own])
      for (const order of [(lines: string[]) => lines, stdoutFirst]) {
        const lines = [...start, forked(T), ...fall(LATER, order), ...fall(again, order)];
        const { news } = readLog([...lines, onStdout(again + 90_000, 'INFO  still here')]);
        const heads = news.notifications.map(({ event, incident }) => `${event} ${incident.rule}`);
        assert.deepEqual(heads, ['firing outage', 'resolved outage', 'firing outage', 'resolved outage']);
        assert.deepEqual([...new Set(news.transitions.map(({ pid }) => pid))], [8]);
      }
  });

  test('and its master is believed that its worker was killed', () => {
    const { incidents } = readLog([...own, forked(T), ...fall(LATER), killed]).news;
    assert.deepEqual(
      incidents.filter(({ rule }) => rule === 'worker_killed').map(({ phase }) => phase),
      ['firing'],
    );
  });

  test('but what is on no stderr under its number is its own', () => {
    const alone = texts.map((text, n) => onStdout(LATER + [0, 1, 60_000][n]!, text));
    assert.deepEqual(
      told([...own, ...alone]).filter((what) => !what.startsWith('?')),
      ['987 a down', '987 a up', '987 app back'],
    );
  });
});
