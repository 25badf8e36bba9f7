import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { doubtOfSign } from '../../parsers/belief.js';
import { parseLine } from '../../parsers/index.js';
import { EMPTY_MEMORY, type Memory } from '../../src/memory.js';
import { ingest } from '../../src/pipeline.js';
import { serverText, stderrLine, syslogLine } from '../support/lines.js';
import { addressed, batchOf, PLAN, read, UTC } from '../support/reading.js';

const T = Date.parse('2026-11-22T12:00:00Z');
const down = (server: string, left: number) => serverText({ at: 0, backend: 'app', server, to: 'DOWN', left });
const up = (server: string, left: number) => serverText({ at: 0, backend: 'app', server, to: 'UP', left });
const EXHAUSTED = 'backend app has no server available!';

const forked = (at: number, pid = 100) => stderrLine(at, `New worker (${pid}) forked`, { pid: 1 });
/** A change as Debian's setup writes it: stderr, then two log targets. */
const triple = (at: number, text: string) => [stderrLine(at, text), ...twice(at, text)];
const twice = (at: number, text: string, pid = 100) => [1, 2].map(() => syslogLine(at, text, { pid }));

/** `a down`, `app exhausted`: what a log makes haplog believe, and behind `?` what it makes it doubt. */
function believed(lines: string[], memory: Memory = EMPTY_MEMORY): string[] {
  const { transitions, outages, suspects } = read(lines, memory).news;
  return [
    ...transitions.map(({ server, to }) => `${server} ${to}`),
    ...outages.filter(({ end }) => end === null).map(({ backend }) => `${backend} exhausted`),
    ...suspects.map(({ reason }) => `? ${reason}`),
  ];
}

/** What had to be told before any time passed. */
function atOnce(lines: string[], memory: Memory = EMPTY_MEMORY): number {
  return ingest(memory, batchOf(addressed(lines)), PLAN, UTC).news.transitions.length;
}

/** A host on which a server went down and came back in the given way, so that its ways are known. */
const after = (lines: string[]) => read(lines).memory;
const debian = after([forked(T), ...triple(T + 1, down('x', 2)), ...triple(T + 500, up('x', 3))]);
const twoTargets = after([...twice(T + 1, down('x', 2)), ...twice(T + 500, up('x', 3))]);
const oneTarget = after([syslogLine(T + 1, down('x', 2)), syslogLine(T + 500, up('x', 3))]);
/** When nothing can be a copy of what was said before. */
const LATER = T + 120_000;

describe('a genuine change is told without delay', () => {
  test('by the line on stderr of a known worker', () =>
    assert.equal(atOnce([stderrLine(LATER, down('a', 2))], debian), 1));
  test('by two log targets in one breath', () => assert.equal(atOnce(twice(LATER, down('a', 2)), twoTargets), 1));
  test('by its one line, where the source is known to write one', () =>
    assert.equal(atOnce([syslogLine(LATER, down('a', 2))], oneTarget), 1));
  test('also the first one ever, of a worker of which nothing is known, as soon as its copy comes', () => {
    assert.equal(atOnce(twice(T, down('a', 2))), 1);
    assert.equal(atOnce([stderrLine(T, down('a', 2)), syslogLine(T, down('a', 2))]), 1);
  });
});

describe('a line that came alone', () => {
  test('on stderr of a known worker is told at once if it fits: a burst may lose all that goes to log targets', () => {
    assert.equal(atOnce([stderrLine(LATER, down('a', 2)), stderrLine(LATER + 1, down('x', 1))], debian), 2);
  });
  test('on stderr, where nothing else is written, needs no numbers that follow: weights are set without a word', () => {
    const foreground = after([forked(T), stderrLine(T + 1, down('x', 2))]);
    assert.deepEqual(believed([stderrLine(LATER, EXHAUSTED)], foreground), ['app exhausted']);
  });
  test('on stderr of a backend without a log target needs no numbers that follow, whatever its worker logs else', () => {
    const quiet = (server: string, left: number) =>
      stderrLine(LATER, serverText({ at: 0, backend: 'quiet', server, to: 'DOWN', left }));
    const lines = [quiet('q1', 2), quiet('q3', 0), stderrLine(LATER, 'backend quiet has no server available!')];
    assert.deepEqual(believed(lines, debian), ['q1 down', 'q3 down', 'quiet exhausted']);
  });
  test('on stderr may contradict what was said before, if a log target says so as well', () => {
    const lines = [stderrLine(LATER, EXHAUSTED), syslogLine(LATER + 900, EXHAUSTED)];
    assert.deepEqual(believed(lines, debian), ['app exhausted']);
  });

  test('is believed within a second where nothing is known of the source', () => {
    const line = syslogLine(T, down('a', 0));
    assert.equal(atOnce([line]), 0);
    assert.deepEqual(believed([line]), ['a down', 'app exhausted']);
  });

  test('is no change on a host that writes three', () => {
    const reason = '? the line on stderr and the line of the other log target did not come';
    assert.deepEqual(believed([syslogLine(LATER, down('a', 2))], debian), [reason]);
    assert.deepEqual(believed([syslogLine(LATER, EXHAUSTED)], debian), [reason]);
  });

  test('is believed on a host that writes two, if it fits what was said before: one copy may be lost', () => {
    assert.deepEqual(believed([syslogLine(LATER, down('a', 2))], twoTargets), ['a down']);
  });

  test('is no change on a host that writes two, if the numbers do not follow, or the server is in that state', () => {
    const reason = '? the line of the other log target did not come, and it contradicts what was said before';
    assert.deepEqual(believed([syslogLine(LATER, down('a', 0))], twoTargets), [reason]);
    assert.deepEqual(believed([syslogLine(LATER, up('x', 3))], twoTargets), [reason]);
    assert.deepEqual(believed([syslogLine(LATER, EXHAUSTED)], twoTargets), [reason]);
  });
});

describe('two lines of log targets that contradict what was said before, where stderr is written', () => {
  // Meanwhile a server was given weight 0 without a word, so that the numbers do not follow.
  const fall = [...twice(LATER, down('a', 1)), ...twice(LATER + 1, down('b', 0)), ...twice(LATER + 1, EXHAUSTED)];

  test('are told when the line on stderr comes, however late, with their own time', () => {
    const late = [down('a', 1), down('b', 0), EXHAUSTED].map((text, i) => stderrLine(LATER + 5_000 + i, text));
    const { transitions, outages, suspects, cleared } = read([...fall, ...late], debian).news;
    assert.deepEqual(
      [
        ...transitions.map(({ server, at }) => `${server} +${at - LATER}`),
        ...outages.map(({ start }) => `+${start - LATER}`),
      ],
      ['a +0', 'b +1', '+1'],
    );
    assert.deepEqual(
      suspects.map(({ id }) => id),
      cleared,
    );
  });

  test('hold up nothing that is borne out meanwhile', () => {
    const other = triple(LATER + 2_000, down('c', 2));
    assert.deepEqual(believed([...twice(LATER, down('a', 0)), ...other], debian)[0], 'c down');
  });

  test('are forgotten after a minute', () => {
    const late = stderrLine(LATER + 70_000, EXHAUSTED);
    assert.deepEqual(
      believed([...twice(LATER, EXHAUSTED), late], debian).filter((it) => !it.startsWith('?')),
      [],
    );
  });
});

describe('a client that can write whole lines', () => {
  test('makes no change by saying the same again and again', () => {
    const lines = [0, 50, 100, 150].map((ms) => syslogLine(LATER + ms, EXHAUSTED));
    assert.deepEqual(
      believed(lines, debian).filter((it) => !it.startsWith('?')),
      [],
    );
  });

  test('makes no change by two equal requests in one breath, where stderr is written and does not say so', () => {
    const reason = '? the line on stderr did not come, and it contradicts what was said before';
    for (const text of [EXHAUSTED, down('a', 0), up('x', 3)]) {
      assert.deepEqual(believed(twice(LATER, text), debian), [reason]);
    }
    const genuine = triple(LATER, down('a', 0));
    assert.deepEqual(believed(genuine, debian), ['a down', 'app exhausted'], 'weights are set without a word');
  });

  test('hides no fall in a backend that is new, though stderr has fallen silent', () => {
    const of = (server: string, to: 'DOWN' | 'UP', left: number) =>
      serverText({ at: 0, backend: 'new', server, to, left });
    const exhausted = 'backend new has no server available!';
    assert.equal(atOnce(twice(LATER, of('n1', 'DOWN', 1)), debian), 1);
    const lines = [...twice(LATER, of('n1', 'DOWN', 0)), ...twice(LATER + 1, exhausted)];
    assert.deepEqual(believed(lines, debian), ['n1 down', 'new exhausted']);
    const back = [...lines, ...twice(LATER + 60_000, of('n1', 'UP', 1))];
    assert.deepEqual(believed(back, debian), ['n1 down', 'n1 up']);
  });

  test('hides nothing where masters are heard on stderr, and changes never were', () => {
    for (const times of [1, 2]) {
      const say = (at: number, text: string) => twice(at, text).slice(0, times);
      const lines = [0, 1, 2, 3].flatMap((n) => say(T + n * 100_000, n % 2 === 0 ? down('a', 2) : up('a', 3)));
      assert.deepEqual(believed([forked(T - 1), ...lines]), ['a down', 'a up', 'a down', 'a up'], `${times} targets`);
    }
  });

  test('hides nothing on a host that writes two, though the line on stderr was lost', () => {
    const two = after([
      forked(T),
      ...triple(T + 1, down('x', 2)).slice(0, 2),
      ...triple(T + 500, up('x', 3)).slice(0, 2),
    ]);
    const ghost = serverText({ at: 0, backend: 'new', server: 'n1', to: 'DOWN', left: 0 });
    assert.deepEqual(believed([syslogLine(LATER, ghost)], two), ['n1 down', 'new exhausted']);
  });

  test('makes no failing check: HAProxy tells those on stderr as well', () => {
    const check =
      'Health check for server app/a failed, reason: Layer4 timeout, check duration: 2000ms, status: 2/3 UP.';
    const doubt = (line: string) => {
      const parsed = parseLine(line, UTC);
      return parsed.ok ? doubtOfSign(debian.heard, 'lb', parsed.record) : 'not read';
    };
    assert.equal(doubt(syslogLine(LATER, check)), 'it must come on stderr as well');
    assert.equal(doubt(stderrLine(LATER, check)), null);
  });

  test('makes no change by imitating the fold of repeated lines', () => {
    const lines = [syslogLine(LATER, EXHAUSTED), syslogLine(LATER + 50, `message repeated 2 times: [ ${EXHAUSTED}]`)];
    assert.deepEqual(
      believed(lines, debian).filter((it) => !it.startsWith('?')),
      [],
    );
  });

  test('makes no change by imitating stderr with a number of its own', () => {
    const forged = `[ALERT]    (4242) : backend 'app' has no server available!`;
    assert.deepEqual(believed([syslogLine(LATER, forged)], debian), [
      '? a worker wrote it under the number of another process',
    ]);
  });

  test('makes no outage and no return by imitating stderr with the number of the worker', () => {
    const reason = '? no log target told it, and it contradicts what was said before';
    assert.deepEqual(believed([stderrLine(LATER, EXHAUSTED)], debian), [reason]);
    assert.deepEqual(believed([stderrLine(LATER, down('a', 0))], debian), [reason]);
    const fallen = after([forked(T), ...triple(T + 1, down('a', 0)), ...triple(T + 2, EXHAUSTED)]);
    assert.deepEqual(believed([stderrLine(LATER, up('a', 3))], fallen), [reason]);
  });

  test('ends no worker and starts none', () => {
    for (const text of ['Current worker (100) exited with code 137 (Killed)', 'New worker (7) forked']) {
      assert.deepEqual(believed([syslogLine(LATER, `[ALERT]    (4242) : ${text}`)], debian), [
        '? a worker wrote it under the number of another process',
      ]);
    }
  });

  test('does not move the beginning of a genuine outage, nor hide it', () => {
    const lines = [
      syslogLine(LATER, EXHAUSTED),
      ...triple(LATER + 3_000, down('a', 0)),
      ...triple(LATER + 3_001, EXHAUSTED),
    ];
    const { outages } = read(lines, debian).news;
    assert.deepEqual(
      outages.map(({ start }) => start - LATER),
      [3_000],
    );
  });
});

describe('where the log tells severities', () => {
  const ofSeverity = (severity: number, text: string) => `<${16 * 8 + severity}>${syslogLine(LATER, text)}`;

  test('a line with that of a change of state (or crit, where `log` has that as its most urgent) needs no witness', () => {
    for (const severity of [0, 1, 2, 4, 5]) assert.equal(atOnce([ofSeverity(severity, down('a', 2))], twoTargets), 1);
  });

  test('a line with that of traffic is never a change, however often it comes', () => {
    for (const severity of [3, 6, 7]) {
      const lines = Array.from({ length: 3 }, () => ofSeverity(severity, down('a', 2)));
      assert.deepEqual(believed(lines, twoTargets), Array(3).fill('? its severity is that of traffic'));
    }
  });
});

describe('another program that logs under a name like haproxy', () => {
  const byLogger = (at: number, text: string, pid = 905) => syslogLine(at, text, { pid });

  test('makes no change on a host that writes three, nor where it writes two', () => {
    for (const host of [debian, twoTargets]) {
      assert.deepEqual(
        believed([byLogger(LATER, down('a', 0))], host).filter((it) => !it.startsWith('?')),
        [],
      );
    }
  });

  test('makes no change by saying it twice in one breath, under whatever name', () => {
    for (const tag of ['haproxy', 'haproxy_exporter']) {
      const twofold = [0, 1].map(() => byLogger(LATER, EXHAUSTED).replace('haproxy[', `${tag}[`));
      const reason = '? nothing was heard of such a worker, and the line on stderr did not come';
      assert.deepEqual(believed(twofold, debian), [reason]);
    }
  });

  test('makes no change though it says several things, where masters tell of their workers', () => {
    const lines = [byLogger(LATER, down('a', 1)), byLogger(LATER + 10, down('b', 0)), byLogger(LATER + 20, EXHAUSTED)];
    assert.deepEqual(
      believed(lines, debian).filter((it) => !it.startsWith('?')),
      [],
    );
  });
});

test('a new worker that writes less than the one before is believed from its second sentence on, and in its first', () => {
  const lines = [syslogLine(LATER, down('a', 0), { pid: 200 }), syslogLine(LATER + 5_000, up('a', 1), { pid: 200 })];
  const { transitions, suspects, cleared } = read(lines, twoTargets).news;
  assert.deepEqual(
    transitions.map(({ at, to }) => `+${at - LATER} ${to}`),
    ['+0 down', '+5000 up'],
  );
  assert.deepEqual(
    suspects.map(({ id }) => id),
    cleared,
  );
});

test('a new worker of which stderr tells nothing any more is believed from its second sentence on, if two targets tell each', () => {
  const fall = [...twice(LATER, down('a', 0), 200), ...twice(LATER + 1, EXHAUSTED, 200)];
  assert.deepEqual(believed(fall, debian), ['a down', 'app exhausted']);
  const alone = [...twice(LATER, down('a', 0), 200), syslogLine(LATER + 1, EXHAUSTED, { pid: 200 })];
  assert.deepEqual(
    believed(alone, debian).filter((it) => !it.startsWith('?')),
    [],
  );
});

test('whoever writes under the name of HAProxy of backends that nobody spoke of is not believed, however much', () => {
  const ghosts = ['ghost1', 'ghost2'].map((name, n) => {
    const said = `backend ${name} has no server available!`;
    return [...twice(LATER + n, said, 99), ...twice(LATER + 3_000 + n, said, 99)];
  });
  const { transitions, outages, suspects } = read(ghosts.flat(), debian).news;
  assert.deepEqual([transitions.length, outages.length, suspects.length > 0], [0, 0, true]);
});

test('in a container the next worker has the pid of the one before, and what it says is news', () => {
  const oneLife = (at: number) => [forked(at), ...triple(at + 1000, down('a', 0))];
  const twoLives = [...oneLife(T), ...oneLife(T + 20_000)];
  assert.equal(believed(twoLives).filter((it) => it === 'a down').length, 2);
});

test('what was learned of a source is remembered over a restart', () => {
  const restarted = read([], debian).memory;
  assert.deepEqual(believed([syslogLine(LATER, EXHAUSTED)], restarted).length, 1);
});

test('a stamp of another century, of a worker never heard of, harms nothing that waits', () => {
  const far = syslogLine(Date.parse('2199-01-01T00:00:00Z'), down('b', 1), { pid: 7 });
  const lines = [syslogLine(T, down('a', 0)), far, syslogLine(T, down('a', 0)), syslogLine(T + 1, EXHAUSTED)];
  assert.deepEqual(believed(lines).slice(0, 1), ['a down']);
});

test('a thousand forged pairs leave no more behind than a few', () => {
  let memory = debian;
  for (let i = 0; i < 1_000; i++) memory = read(twice(LATER + i * 30, down(`s${i}`, 0)), memory).memory;
  assert.ok(memory.heard.held.size <= 60, `${memory.heard.held.size} are held`);
});

test('a service that is reloaded again and again makes none forgotten that is not', () => {
  const own = (at: number, text: string) => [stderrLine(at, text, { pid: 500 }), ...twice(at, text, 500)];
  let { memory } = read([
    stderrLine(T, 'New worker (500) forked', { pid: 9 }),
    ...own(T + 1, down('x', 2)),
    ...own(T + 900, up('x', 3)),
  ]);
  for (let n = 0; n < 120; n++) {
    const at = T + 120_000 + n * 60_000;
    const ended = stderrLine(at + 9, `Former worker (${600 + n - 1}) exited with code 0 (Exit)`, { pid: 1 });
    memory = read([forked(at, 600 + n), ended], memory).memory;
  }
  assert.equal(atOnce([stderrLine(T + 9_000_000, down('a', 2), { pid: 500 })], memory), 1);
});

test('of a thousand forged changes of one server within a second only some wait, and the genuine one is told', () => {
  const forged = (from: number) =>
    Array.from({ length: 500 }, (_, i) => syslogLine(from + i, i % 2 === 0 ? down('a', 1) : up('a', 3)));
  const flood = ingest(debian, batchOf(addressed(forged(LATER))), PLAN, UTC).memory;
  assert.ok(flood.heard.held.size <= 160, `${flood.heard.held.size} are held`);
  const told = believed([...forged(LATER), ...triple(LATER + 500, down('a', 2)), ...forged(LATER + 501)], debian);
  assert.deepEqual(
    told.filter((word) => !word.startsWith('?')),
    ['a down'],
  );
});

test('a thousand forged names leave nothing behind when they were not believed, and fifty until no late line can bear them out', () => {
  const forged = Array.from({ length: 1_000 }, (_, i) => syslogLine(LATER + i, down(`made-up${i}`, 1)));
  const left = (at: number) => {
    const { memory } = read([...forged, ...triple(LATER + at, down('x', 2))], debian);
    return [...memory.heard.subjects].map(([name]) => name).filter((name) => name.includes('made-up'));
  };
  assert.equal(left(5_000).length, 50);
  assert.deepEqual(left(62_000), []);
});

test('a line that fitted nothing does not date a change that is told more than ten seconds later: it may be anybody else', () => {
  const both = (at: number, text: string) => [stderrLine(T + at, text), syslogLine(T + at, text)];
  const before = [...both(0, down('a', 1)), ...both(1_000, up('a', 2))];
  const forged = syslogLine(T + 60_000, down('a', 0));
  for (const [at, told] of [
    [64_000, 60_000],
    [100_000, 100_000],
  ] as const) {
    const { transitions } = read([...before, forged, ...both(62_000, down('z', 4)), ...both(at, down('a', 0))]).news;
    const falls = transitions.filter(({ server, to }) => server === 'a' && to === 'down').map((fall) => fall.at - T);
    assert.deepEqual(falls, [0, told]);
  }
});

test('what a late line bears out is not told as news where newer changes were told meanwhile', () => {
  const late = (at: number, text: string) => stderrLine(T + at, text);
  const lost = [syslogLine(T + 20_001, EXHAUSTED)];
  const lines = [
    forked(T - 9),
    ...triple(T, down('a', 1)),
    ...twice(T + 20_000, down('b', 0)),
    ...lost,
    ...twice(T + 20_500, up('a', 1)),
    ...[late(25_000, down('b', 0)), late(25_001, EXHAUSTED), late(25_002, up('a', 1))],
  ];
  const { outages, transitions } = read(lines).news;
  assert.deepEqual(
    outages.map(({ start, end }) => [start - T, end && end - T]),
    [[20_000, 20_500]],
  );
  assert.deepEqual(
    transitions.map(({ server, to, at }) => `${server} ${to} ${at - T}`),
    ['a down 0', 'b down 20000', 'a up 20500'],
  );
});

test('of a single target what fits no count waits for the line on stderr, be that seconds late: weights are set without a word', () => {
  const both = (at: number, text: string) => [syslogLine(T + at, text), stderrLine(T + at, text)];
  const single = [...both(0, down('a', 1)), ...both(2_000, up('a', 2))];
  const outage = [syslogLine(T + 10_000, EXHAUSTED), syslogLine(T + 13_000, '10.0.0.1:5 [22/Nov/2026] x')];
  const { news } = read([...single, ...outage, stderrLine(T + 13_700, EXHAUSTED)]);
  assert.deepEqual(
    news.outages.map(({ start }) => start - T),
    [10_000],
  );
  assert.deepEqual(news.cleared.length, 1);
});

test('a thousand forged numbers leave no more behind than a few', () => {
  let memory = debian;
  for (let pid = 1_000; pid < 2_000; pid++) {
    memory = read([syslogLine(LATER + pid * 2_000, EXHAUSTED, { pid })], memory).memory;
  }
  assert.ok(memory.heard.speakers.size < 200, `${memory.heard.speakers.size} speakers`);
  assert.ok(memory.heard.subjects.size < 200, `${memory.heard.subjects.size} subjects`);
  assert.equal(memory.heard.held.size, 0);
});
