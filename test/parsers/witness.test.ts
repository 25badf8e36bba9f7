/** Which lines are a pair, and what a load balancer is taken to write, where one thing less would hide an alarm or tell a forged one. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { attempt, down, EXHAUSTED, serverText, stderrLine, syslogLine, up } from '../support/lines.js';
import { readLog } from '../support/reading.js';

const T = Date.parse('2026-11-22T12:00:00Z');
const LATER = T + 120_000;
const forked = stderrLine(T, 'New worker (100) forked', { pid: 1 });
const silence = syslogLine(LATER + 9_000, 'Proxy new started.');

const told = (lines: string[]) => readLog(lines).news.transitions.map(({ server, to }) => `${server} ${to}`);

test('a line on stderr right behind that of a `log` target makes no second target: of one target a copy on stderr may be lost', () => {
  const both = (at: number, text: string) => [syslogLine(at, text), stderrLine(at, text)];
  const log = [forked, ...both(T + 1, down('x', 2)), ...both(T + 9_000, up('x', 3))];
  assert.deepEqual(told([...log, syslogLine(LATER, down('a', 2)), silence]), ['x down', 'x up', 'a down']);
});

test('where stamps are whole seconds, two lines on both sides of a second are a pair', () => {
  const whole = (line: string) => line.replace(/\.\d+\+/, '+');
  const text = down('x', 2);
  const pair = [syslogLine(T + 1_000, text), syslogLine(T + 2_000, text), stderrLine(T + 2_000, text)];
  const log = [forked, ...pair, ...attempt(T + 9_000), syslogLine(LATER, down('a', 2)), silence];
  assert.deepEqual(told(log.map(whole)), ['x down']);
});

test('where nothing but stderr is heard, another program is not believed under a number of its own', () => {
  const other = stderrLine(LATER, down('a', 2), { pid: 777 }).replace('haproxy[', 'tester[');
  const log = [stderrLine(T, down('x', 2)), stderrLine(T + 5_000, up('x', 3)), other];
  assert.deepEqual(told([...log, stderrLine(LATER + 9_000, up('x', 3))]), ['x down', 'x up']);
});

test('a master whose number another one had before the boot is a new one: it takes the place of the worker that was killed', () => {
  const says = (at: number, master: number, text: string) => stderrLine(at, text, { pid: master });
  const lines = [
    says(T, 10, 'New worker (11) forked'),
    says(T + 100, 20, 'New worker (21) forked'),
    says(T + 60_000, 10, 'Current worker (11) exited with code 137 (Killed)'),
    says(T + 90_000, 20, 'New worker (31) forked'),
  ];
  const killed = readLog(lines).news.incidents.findLast(({ rule }) => rule === 'worker_killed');
  assert.equal(killed?.resolvedAt, T + 90_000);
});

describe('a `log` line that takes only what is urgent (`log ... err`), and a proxy that has fewer of them, take nothing from belief:', () => {
  const both = (at: number, text: string) => [stderrLine(at, text), syslogLine(at, text)];
  const two = (at: number, text: string) => [syslogLine(at, text), syslogLine(at, text)];
  const one = (at: number, text: string) => [syslogLine(at, text)];

  test('a return that stands on stderr alone is believed, though a weight was changed in silence', () => {
    const first = [...both(T + 1_000, down('b', 1)), stderrLine(T + 60_000, up('b', 2))];
    const log = [forked, ...first, ...both(LATER, down('a', 1)), ...both(LATER + 9_000, EXHAUSTED)];
    const all = [...log, stderrLine(LATER + 20_000, up('a', 2)), syslogLine(LATER + 30_000, 'Proxy new started.')];
    assert.deepEqual(told(all), ['b down', 'b up', 'a down', 'a up']);
  });

  test('so is one that one of two targets tells, though another return was lost', () => {
    const first = [...two(T, down('b', 1)), ...one(T + 60_000, up('b', 2))];
    const outage = [...two(LATER, down('a', 1)), ...two(LATER + 1_000, down('b', 0)), ...two(LATER + 1_000, EXHAUSTED)];
    assert.deepEqual(
      told([...first, ...outage, ...one(LATER + 9_000, up('b', 2)), syslogLine(LATER + 30_000, 'Proxy new started.')]),
      [...['b down', 'b up', 'a down', 'b down', 'b up']],
    );
  });

  test('so are the outage and the return of a backend that has one target where others have two', () => {
    const other = serverText({ at: T, backend: 'web', server: 'x', to: 'DOWN', left: 1 });
    const log = [
      ...two(T, other),
      ...one(T + 60_000, down('b', 1)),
      ...one(LATER, EXHAUSTED),
      ...one(LATER + 9_000, up('b', 2)),
    ];
    const { outages } = readLog([...log, syslogLine(LATER + 30_000, 'Proxy new started.')]).news;
    assert.deepEqual(outages.at(-1)?.end, LATER + 9_000);
  });

  test('but a line that is lost once does not make a single one enough: the next pair shows that there are two', () => {
    const log = [
      ...one(T, down('b', 1)),
      ...two(T + 60_000, down('a', 0)),
      ...two(T + 60_000, EXHAUSTED),
      ...two(T + 90_000, up('a', 1)),
      ...attempt(T + 95_000),
    ];
    assert.deepEqual(told([...log, ...one(LATER, up('b', 7)), syslogLine(LATER + 30_000, 'Proxy new started.')]), [
      'b down',
      'a down',
      'a up',
    ]);
  });
});

describe('a return that was not believed, as most of its lines were lost where somebody has tried to forge,', () => {
  const all = (at: number, text: string) => [syslogLine(at, text), syslogLine(at, text), stderrLine(at, text)];
  const before = [forked, ...all(T + 1_000, down('a', 0)), ...all(T + 1_001, EXHAUSTED), ...attempt(T + 10_000)];
  const back = syslogLine(T + 30_000, up('a', 1));
  const anew = [...all(T + 70_000, down('a', 0)), ...all(T + 70_001, EXHAUSTED)];
  const seen = (lines: string[]) => {
    const { news } = readLog(lines);
    return {
      ends: news.outages.flatMap(({ end, evidence }) => (end === null ? [] : [`${end - T} ${evidence}`])),
      suspects: news.suspects.filter(({ event }) => event.says.kind === 'server').length,
      cleared: news.cleared.length,
    };
  };

  test('was true, as the next fall of that server shows', () =>
    assert.deepEqual(seen([...before, back, ...anew]), { ends: ['30000 observed'], suspects: 1, cleared: 1 }));

  test('shows nothing by itself, or where another server falls', () => {
    assert.deepEqual(seen([...before, back, silence]), { ends: [], suspects: 1, cleared: 0 });
    assert.deepEqual(seen([...before, back, ...all(T + 70_000, down('b', 0))]), { ends: [], suspects: 1, cleared: 0 });
  });
});

describe('where HAProxy writes one `log` line, no stderr, and no master tells of workers, a severity takes nothing from a line:', () => {
  const NEXT = 200;
  const WORDS = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info'];
  const bare = (_: number, line: string) => line;
  const numbered = (priority: number, line: string) => `<${priority}>${line}`;
  const inWords = (priority: number, line: string) =>
    line.replace(' haproxy[', ` local0.${WORDS[priority & 7]} haproxy[`);
  /** What one worker said, before the next one took its place. */
  const before = (header: typeof bare, times = 1) =>
    [
      header(129, syslogLine(T, down('x', 2))),
      header(133, syslogLine(T + 9_000, up('x', 3))),
      header(132, syslogLine(T + 60_000, 'Proxy app stopped (cumulated conns: FE: 0, BE: 1).')),
    ].flatMap((line) => Array.from({ length: times }, () => line));
  const next = (header: typeof bare, priority: number, text: string, at = LATER) =>
    header(priority, syslogLine(at, text, { pid: NEXT }));
  const connect = 'Connect from 10.0.0.71:49438 to 10.0.0.2:80 (fe_app/TCP)';

  for (const [name, header] of Object.entries({ without: bare, 'with one': numbered, 'with one in words': inWords })) {
    test(`${name}, that a backend has no server is told, though the next worker says nothing else for hours`, () => {
      const later = next(header, 134, connect, LATER + 3_600_000);
      const { outages, suspects } = readLog([...before(header), next(header, 128, EXHAUSTED), later]).news;
      assert.deepEqual([outages.map(({ start }) => start), suspects], [[LATER], []]);
    });

    test(`${name}, so is the fall of a server, if it is the next worker's only word`, () => {
      assert.deepEqual(told([...before(header), next(header, 129, down('a', 1))]), ['x down', 'x up', 'a down']);
    });

    test(`${name}, so is each outage where \`log ... emerg\` lets nothing else into the log`, () => {
      const words = [100, 200, 300].map((pid, n) => header(128, syslogLine(T + n * 3_600_000, EXHAUSTED, { pid })));
      assert.equal(readLog(words).news.outages.filter(({ end }) => end === null || end > T).length, 3);
    });

    test(`${name}, but another program's line is none of HAProxy's, nor one of a worker where two targets tell all, or stderr does`, () => {
      const fall = next(header, 129, down('a', 1));
      assert.deepEqual(told([...before(header), fall.replace('haproxy[', 'tester[')]), ['x down', 'x up']);
      assert.deepEqual(told([...before(header, 2), fall]), ['x down', 'x up']);
      assert.deepEqual(told([forked, ...before(header), fall]), ['x down', 'x up']);
      const [fell, rose] = before(header);
      const both = [stderrLine(T, down('x', 2)), fell!, stderrLine(T + 9_000, up('x', 3)), rose!];
      assert.deepEqual(told([...both, fall]), ['x down', 'x up']);
    });
  }

  test('with one, it is told also within the hour in which somebody has tried to forge lines, when the log bore none yet', () => {
    const tried = ['Mozilla/5.0', 'curl/8.5.0', '[NOTICE]   (4242) : New worker (4243) forked'].map((text, n) =>
      syslogLine(T + 20_000 + n, text),
    );
    const said = (header: typeof bare) => readLog([...before(bare), ...tried, next(header, 128, EXHAUSTED)]).news;
    assert.deepEqual(
      [bare, numbered].map((header) => said(header).outages.length),
      [0, 1],
    );
  });
});

describe('in a log without pids, two processes of one HAProxy (`nbproc`) are not taken for two `log` targets for good:', () => {
  const said = (at: number, ...texts: string[]) => texts.map((text) => syslogLine(at, text).replace('[100]', ''));
  const twice = (at: number, text: string) => said(at, text, text);
  const wholeSeconds = (line: string) => line.replace(/\.\d+\+/, '+');
  const MINUTE = 60_000;
  const read = (lines: string[]) => {
    const { transitions, outages } = readLog(lines).news;
    return [
      ...transitions.map(({ at, server, to }) => `${(at - T) / MINUTE} ${server} ${to}`),
      ...outages.map(
        ({ start, end }) => `outage ${(start - T) / MINUTE} to ${end === null ? '?' : (end - T) / MINUTE}`,
      ),
    ];
  };
  /** Three changes that came in two lines each: these show two targets. */
  const shown = [...twice(T, down('x', 1)), ...twice(T + MINUTE, up('x', 2)), ...twice(T + 2 * MINUTE, down('x', 1))];
  const known = ['0 x down', '1 x up', '2 x down'];

  test('after one change in which both spoke in one breath by chance, an outage of hours is told, that each tells alone', () => {
    const lines = [
      ...said(T, down('b', 1)),
      ...said(T + 15, down('b', 1)),
      ...said(T + 5 * MINUTE, up('b', 2)),
      ...said(T + 5 * MINUTE + 700, up('b', 2)),
      ...said(T + 10 * MINUTE, down('b', 1)),
      ...said(T + 10 * MINUTE + 600, down('b', 0), EXHAUSTED),
      ...said(T + 11 * MINUTE, down('a', 0), EXHAUSTED),
      ...said(T + 250 * MINUTE, up('a', 1)),
    ];
    assert.equal(read(lines).at(-1), 'outage 10.01 to 250');
  });

  test('after an outage that both told in one breath by chance, the return that one tells ends it', () => {
    const fall = [0, 15].flatMap((ms, n) => said(T + ms, down(n === 0 ? 'b' : 'c', 0), EXHAUSTED));
    assert.deepEqual(read([...fall, ...said(T + 3 * MINUTE, up('a', 1))]).at(-1), 'outage 0 to 3');
  });

  test('an outage is told even while they seem to be two targets: that there is no server follows from the fall in the same breath', () => {
    const outage = said(T + 9 * MINUTE, down('x', 0), EXHAUSTED);
    for (const lines of [[...shown, ...outage], [...shown, ...outage].map(wholeSeconds)])
      assert.deepEqual(read(lines), [...known, 'outage 9 to ?']);
    const [fall, none] = outage;
    assert.deepEqual(read([...shown, none!]), known);
    const apart = none!.replace(/T\S+/, new Date(T + 10 * MINUTE).toISOString().slice(10));
    assert.deepEqual(read([...shown, fall!, apart]), known);
  });

  test('three changes in a row that came in one line show that there is one target: the next is told whatever it says', () => {
    const alone = [up('x', 2), down('x', 1), up('x', 2)].map((text, n) => said(T + (3 + n) * MINUTE, text)[0]!);
    const next = said(T + 9 * MINUTE, down('y', 7));
    assert.deepEqual(read([...shown, ...alone, ...next]).at(-1), '9 y down');
    // Two do not, nor three with one between that came in two lines.
    assert.equal(read([...shown, ...alone.slice(0, 2), ...next]).at(-1), '4 x down');
    const pair = twice(T + 4.5 * MINUTE, up('x', 2));
    const last = said(T + 8 * MINUTE, down('x', 1));
    assert.equal(read([...shown, ...alone.slice(0, 2), ...pair, ...last, ...next]).at(-1), '8 x down');
  });

  test('nor do three in two lines show that there are two, if one between came alone', () => {
    const [alone] = said(T + 2 * MINUTE, down('x', 1));
    const pairs = [...shown.slice(0, 4), alone!, ...twice(T + 3 * MINUTE, up('x', 2))];
    assert.equal(read([...pairs, ...said(T + 9 * MINUTE, down('y', 7))]).at(-1), '9 y down');
  });

  test('a proxy that stops breaks no row, for it shows nothing of targets', () => {
    const stops = twice(T + 2 * MINUTE - 1, 'Proxy fe stopped (cumulated conns: FE: 0, BE: 0).');
    const lines = [...said(T - MINUTE, up('x', 2)), ...shown.slice(0, 4), ...stops, ...shown.slice(4)];
    assert.deepEqual(read([...lines, ...said(T + 9 * MINUTE, down('y', 7))]).at(-1), '2 x down');
  });

  test('a fall that was not believed is not told when another one follows from it, for the server may be back', () => {
    const lines = [
      ...said(T + 4 * MINUTE, down('y', 7)),
      ...twice(T + 5 * MINUTE, up('y', 2)),
      ...said(T + 6 * MINUTE, down('z', 6)),
    ];
    assert.deepEqual(read([...shown, ...lines]), [...known, '5 y up']);
  });

  test('nor where lines bear pids are two targets one, because a program writes lines without (`logger -t haproxy`)', () => {
    const two = (at: number, text: string) => [syslogLine(at, text), syslogLine(at, text)];
    const numbered = [...two(T, down('x', 1)), ...two(T + MINUTE, up('x', 2)), ...two(T + 2 * MINUTE, down('x', 1))];
    const foreign = [3, 4, 5, 6].flatMap((minute) =>
      said(T + minute * MINUTE, down('y', minute * 7).replace('app/', 'other/')),
    );
    const next = syslogLine(T + 9 * MINUTE, down('x', 1), { pid: 777 });
    assert.deepEqual(read([...numbered, ...foreign, next]), known);
  });

  test('but two targets are two: of a change whose other line was lost, what fits is told, and what contradicts is not', () => {
    assert.deepEqual(read([...shown, ...said(T + 9 * MINUTE, up('x', 2))]), [...known, '9 x up']);
    assert.deepEqual(read([...shown, ...said(T + 9 * MINUTE, down('y', 7))]), known);
  });
});
