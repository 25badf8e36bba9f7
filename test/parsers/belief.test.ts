import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { doubtOfSign } from '../../parsers/belief.js';
import { parseLine } from '../../parsers/index.js';
import { EMPTY_MEMORY, type Memory } from '../../src/memory.js';
import { ingest } from '../../src/pipeline.js';
import { attempt, serverText, stderrLine, syslogLine } from '../support/lines.js';
import { addressed, batchOf, PLAN, read, readLog, UTC } from '../support/reading.js';

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
const both = (at: number, text: string, pid = 100) => [stderrLine(at, text, { pid }), syslogLine(at, text, { pid })];
const oneAndStderr = after([...both(T + 1, down('x', 2)), ...both(T + 500, up('x', 3))]);
/** When nothing can be a copy of what was said before. */
const LATER = T + 120_000;

/** The same host after somebody has tried to forge lines, though clients are not known to write any. */
const tried = (memory: Memory): Memory => readLog(attempt(T + 600), memory).memory;
const triedDebian = tried(debian);
const triedTwoTargets = tried(twoTargets);

describe('a genuine change is told without delay', () => {
  test('by the line on stderr of a known worker', () =>
    assert.equal(atOnce([stderrLine(LATER, down('a', 2))], debian), 1));
  test('by two log targets in one breath', () => assert.equal(atOnce(twice(LATER, down('a', 2)), twoTargets), 1));
  test('by its one line, where the load balancer is known to write one', () =>
    assert.equal(atOnce([syslogLine(LATER, down('a', 2))], oneTarget), 1));
  test('also the first one ever, of a worker of which nothing is known, as soon as its copy comes', () => {
    assert.equal(atOnce(twice(T, down('a', 2))), 1);
    assert.equal(atOnce([stderrLine(T, down('a', 2)), syslogLine(T, down('a', 2))]), 1);
  });
});

describe('the first change of all, by one `log` target, is told as soon as no second line can come', () => {
  const first = syslogLine(T, down('a', 0));

  test('which is when the worker says something else, in another breath', () => {
    const { transitions, outages } = ingest(
      EMPTY_MEMORY,
      batchOf(addressed([first, syslogLine(T + 100, EXHAUSTED)])),
      PLAN,
      UTC,
    ).news;
    assert.deepEqual([transitions.length, outages.length], [1, 1]);
    assert.equal(atOnce([first, syslogLine(T + 10, EXHAUSTED)]), 0);
    assert.equal(atOnce([first, syslogLine(T + 100, down('b', 1), { pid: 200 })]), 0);
  });

  test('not when the line on stderr comes that bears it out, though it is no copy in one breath', () => {
    const requests = ['Mozilla/5.0', 'curl/8.5.0'].map((text) => syslogLine(T - 9_000, text));
    const { transitions, suspects } = readLog([...requests, first, stderrLine(T + 100, down('a', 0))]).news;
    assert.deepEqual([transitions.map(({ at }) => at - T), suspects], [[0], []]);
  });
});

test('that a proxy stops is believed of a known worker though one copy is lost, as any other change is', () => {
  const fallen = [...triple(LATER, down('a', 0)), ...triple(LATER + 1, EXHAUSTED)];
  const stopped = 'Proxy app stopped (cumulated conns: FE: 0, BE: 0).';
  const ends = (lines: string[], memory = debian) => {
    const all = [...lines, stderrLine(LATER + 90_000, 'Proxy new started.')];
    return read(all, read(fallen, memory).memory).news.outages.map(({ endHow }) => endHow);
  };
  const [onStderr, first, second] = triple(LATER + 60_000, stopped) as [string, string, string];
  for (const lines of [[first, second], [onStderr, first], [onStderr, first, second], [first], [onStderr]])
    assert.deepEqual(ends(lines), ['process_stopped']);
  assert.deepEqual(ends([first], triedDebian), []);
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

  test('is believed within a second where nothing is known of the load balancer', () => {
    const line = syslogLine(T, down('a', 0));
    assert.equal(atOnce([line]), 0);
    assert.deepEqual(believed([line]), ['a down', 'app exhausted']);
  });

  test('is no change on a host that writes three, where somebody has tried to forge one', () => {
    const reason = '? the line on stderr and the line of the other log target did not come';
    assert.deepEqual(believed([syslogLine(LATER, down('a', 2))], triedDebian), [reason]);
    assert.deepEqual(believed([syslogLine(LATER, EXHAUSTED)], triedDebian), [reason]);
  });

  test('is believed on a host that writes two, if it fits what was said before: one copy may be lost', () => {
    assert.deepEqual(believed([syslogLine(LATER, down('a', 2))], twoTargets), ['a down']);
  });

  test('is none on one that writes two, where somebody has tried, if the numbers do not follow, or the server is in that state', () => {
    const reason = '? the line of the other log target did not come, and it contradicts what was said before';
    assert.deepEqual(believed([syslogLine(LATER, down('a', 0))], triedTwoTargets), [reason]);
    assert.deepEqual(believed([syslogLine(LATER, up('x', 3))], triedTwoTargets), [reason]);
    assert.deepEqual(believed([syslogLine(LATER, EXHAUSTED)], triedTwoTargets), [reason]);
  });
});

test('a second target shows by the first change that it tells, where no client can write lines', () => {
  const shown = read(twice(LATER - 9_000, down('c', 2)), tried(oneTarget)).memory;
  assert.deepEqual(believed([syslogLine(LATER, EXHAUSTED)], oneTarget), ['app exhausted']);
  const reason = '? the line of the other log target did not come, and it contradicts what was said before';
  assert.deepEqual(believed([syslogLine(LATER, EXHAUSTED)], shown), [reason]);
});

describe('what fits nothing that was said before is told all the same, where clients are not known to write lines:', () => {
  // Meanwhile weights were set to 0 without a word.
  const fall = [down('a', 0), EXHAUSTED];
  const all = [...fall, up('a', 1)];
  const of = (lines: (at: number, text: string) => string[], texts: string[]) =>
    texts.flatMap((text, n) => lines(LATER + (text === up('a', 1) ? 1_800_000 : n), text));
  const told = (lines: string[], memory: Memory) => read([...lines, stderrLine(LATER + 3_600_000, 'x')], memory).news;
  const ways: Record<string, [lines: (at: number, text: string) => string[], memory: Memory]> = {
    'by both `log` targets, where stderr is lost': [twice, debian],
    'by one of them, where all else is lost': [(at, text) => [syslogLine(at, text)], debian],
    'by stderr, where both of them are lost': [(at, text) => [stderrLine(at, text)], debian],
    'by one of two `log` targets': [(at, text) => [syslogLine(at, text)], twoTargets],
    'by one `log` target, where stderr is lost': [(at, text) => [syslogLine(at, text)], oneAndStderr],
    'by stderr, where the only `log` target is lost': [(at, text) => [stderrLine(at, text)], oneAndStderr],
  };
  for (const [way, [lines, memory]] of Object.entries(ways)) {
    test(way, () => {
      const { transitions, outages, suspects } = told(of(lines, all), memory);
      assert.deepEqual(
        transitions.map(({ server, to, at }) => `${server} ${to} +${at - LATER}`),
        ['a down +0', 'a up +1800000'],
      );
      assert.deepEqual([outages.at(-1)?.start, outages.at(-1)?.end], [LATER, LATER + 1_800_000]);
      assert.deepEqual(suspects, []);
    });
  }

  test('the return that a weight makes more than one server, though stderr has lost it', () => {
    const { outages } = told([...of(triple, fall), ...twice(LATER + 1_800_000, up('a', 3))], debian);
    assert.equal(outages.at(-1)?.end, LATER + 1_800_000);
  });

  test('after a second, not at once', () => {
    assert.equal(atOnce([syslogLine(LATER, down('a', 0))], debian), 0);
    assert.equal(atOnce(twice(LATER, down('a', 0)), debian), 0);
  });

  test('but not where a line of the worker began like nothing that HAProxy writes: clients of one kind may have begun it', () => {
    const strange = readLog([syslogLine(T + 600, 'curl/8.1'), syslogLine(T + 700, 'curl/8.1')], debian).memory;
    for (const line of [syslogLine(LATER, down('a', 0)), stderrLine(LATER, down('a', 0))]) {
      assert.deepEqual(told([line], strange).transitions, []);
      assert.equal(told([line], debian).transitions.length, 1);
    }
  });

  test('but not if it is headed otherwise than HAProxy’s lines are', () => {
    const renamed = twice(LATER, down('a', 0)).map((line) => line.replace('haproxy[', 'tester['));
    const unnumbered = twice(LATER, down('a', 0)).map((line) => line.replace('[100]', ''));
    const withSeverity = twice(LATER, down('a', 0)).map((line) => `<28>${line}`);
    for (const lines of [renamed, unnumbered]) assert.deepEqual(told(lines, debian).transitions, []);
    const sealed = after([...twice(T + 1, down('x', 2)), ...twice(T + 500, up('x', 3))].map((line) => `<129>${line}`));
    assert.deepEqual(told(withSeverity.slice(1), sealed).transitions, []);
  });
});

describe('two lines of log targets that contradict what was said before, where stderr is written and somebody has tried to forge', () => {
  // Meanwhile a server was given weight 0 without a word, so that the numbers do not follow.
  const fall = [...twice(LATER, down('a', 1)), ...twice(LATER + 1, down('b', 0)), ...twice(LATER + 1, EXHAUSTED)];

  test('are told when the line on stderr comes, however late, with their own time', () => {
    const late = [down('a', 1), down('b', 0), EXHAUSTED].map((text, i) => stderrLine(LATER + 5_000 + i, text));
    const { transitions, outages, suspects, cleared } = read([...fall, ...late], triedDebian).news;
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
    assert.deepEqual(believed([...twice(LATER, down('a', 0)), ...other], triedDebian)[0], 'c down');
  });

  test('are forgotten after a minute', () => {
    const late = stderrLine(LATER + 70_000, EXHAUSTED);
    assert.deepEqual(
      believed([...twice(LATER, EXHAUSTED), late], triedDebian).filter((it) => !it.startsWith('?')),
      [],
    );
  });
});

describe('a client, once somebody has tried to forge lines,', () => {
  test('makes no change by saying the same again and again', () => {
    const lines = [0, 50, 100, 150].map((ms) => syslogLine(LATER + ms, EXHAUSTED));
    assert.deepEqual(
      believed(lines, triedDebian).filter((it) => !it.startsWith('?')),
      [],
    );
  });

  test('makes no change by two equal requests in one breath, where stderr is written and does not say so', () => {
    const reason = '? the line on stderr did not come, and it contradicts what was said before';
    for (const text of [EXHAUSTED, down('a', 0), up('x', 3)]) {
      assert.deepEqual(believed(twice(LATER, text), triedDebian), [reason]);
    }
    const genuine = triple(LATER, down('a', 0));
    assert.deepEqual(believed(genuine, triedDebian), ['a down', 'app exhausted'], 'weights are set without a word');
  });

  test('hides no fall in a backend that is new, though stderr has fallen silent', () => {
    const of = (server: string, to: 'DOWN' | 'UP', left: number) =>
      serverText({ at: 0, backend: 'new', server, to, left });
    const exhausted = 'backend new has no server available!';
    assert.equal(atOnce(twice(LATER, of('n1', 'DOWN', 1)), triedDebian), 1);
    const lines = [...twice(LATER, of('n1', 'DOWN', 0)), ...twice(LATER + 1, exhausted)];
    assert.deepEqual(believed(lines, triedDebian), ['n1 down', 'new exhausted']);
    const back = [...lines, ...twice(LATER + 60_000, of('n1', 'UP', 1))];
    assert.deepEqual(believed(back, triedDebian), ['n1 down', 'n1 up']);
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
      return parsed.ok ? doubtOfSign(triedDebian.heard, 'lb', parsed.record) : 'not read';
    };
    assert.equal(doubt(syslogLine(LATER, check)), 'it must come on stderr as well');
    assert.equal(doubt(stderrLine(LATER, check)), null);
  });

  test('makes no change by imitating the fold of repeated lines', () => {
    const lines = [syslogLine(LATER, EXHAUSTED), syslogLine(LATER + 50, `message repeated 2 times: [ ${EXHAUSTED}]`)];
    assert.deepEqual(
      believed(lines, triedDebian).filter((it) => !it.startsWith('?')),
      [],
    );
  });

  test('makes no change by imitating stderr with a number of its own', () => {
    const forged = `[ALERT]    (4242) : backend 'app' has no server available!`;
    assert.deepEqual(believed([syslogLine(LATER, forged)], triedDebian), [
      '? a worker wrote it under the number of another process',
    ]);
  });

  test('makes no outage and no return by imitating stderr with the number of the worker', () => {
    const reason = '? no log target told it, and it contradicts what was said before';
    assert.deepEqual(believed([stderrLine(LATER, EXHAUSTED)], triedDebian), [reason]);
    assert.deepEqual(believed([stderrLine(LATER, down('a', 0))], triedDebian), [reason]);
    const fallen = tried(after([forked(T), ...triple(T + 1, down('a', 0)), ...triple(T + 2, EXHAUSTED)]));
    assert.deepEqual(believed([stderrLine(LATER, up('a', 3))], fallen), [reason]);
  });

  test('ends no worker and starts none', () => {
    for (const text of ['Current worker (100) exited with code 137 (Killed)', 'New worker (7) forked']) {
      assert.deepEqual(believed([syslogLine(LATER, `[ALERT]    (4242) : ${text}`)], triedDebian), [
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
    const { outages } = read(lines, triedDebian).news;
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

  test('so does the first line of all, whatever facility it has', () =>
    assert.equal(atOnce([`<28>${syslogLine(T, down('a', 2))}`]), 1));

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

test('what was learned of a load balancer is remembered over a restart', () => {
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
  const flood = ingest(triedDebian, batchOf(addressed(forged(LATER))), PLAN, UTC).memory;
  assert.ok(flood.heard.held.size <= 160, `${flood.heard.held.size} are held`);
  const told = believed([...forged(LATER), ...triple(LATER + 500, down('a', 2)), ...forged(LATER + 501)], triedDebian);
  assert.deepEqual(
    told.filter((word) => !word.startsWith('?')),
    ['a down'],
  );
});

test('a thousand forged names leave nothing behind when they were not believed, and fifty until no late line can bear them out', () => {
  const forged = Array.from({ length: 1_000 }, (_, i) => syslogLine(LATER + i, down(`made-up${i}`, 1)));
  const left = (at: number) => {
    const { memory } = read([...forged, ...triple(LATER + at, down('x', 2))], triedDebian);
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
    const { transitions } = read(
      [forged, ...both(62_000, down('z', 4)), ...both(at, down('a', 0))],
      tried(read(before).memory),
    ).news;
    const falls = transitions.filter(({ server, to }) => server === 'a' && to === 'down').map((fall) => fall.at - T);
    assert.deepEqual(falls, [told]);
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

test('of a single target what fits no count waits for the line on stderr where somebody has tried to forge, be that seconds late: weights are set without a word', () => {
  const both = (at: number, text: string) => [syslogLine(T + at, text), stderrLine(T + at, text)];
  const single = [...both(0, down('a', 1)), ...both(2_000, up('a', 2))];
  const outage = [syslogLine(T + 10_000, EXHAUSTED), syslogLine(T + 13_000, '10.0.0.1:5 [22/Nov/2026] x')];
  const { news } = read([...outage, stderrLine(T + 13_700, EXHAUSTED)], tried(read(single).memory));
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
  // For a minute their words on stderr may yet come.
  assert.ok(memory.heard.held.size <= 50, `${memory.heard.held.size} wait`);
  const { memory: later } = read([syslogLine(LATER + 2_000 * 2_000 + 120_000, 'Proxy x started.')], memory);
  assert.equal(later.heard.held.size, 0);
});

test('made-up servers that are believed do not fill the memory, and push out nothing that is known of the others', () => {
  const flood = Array.from({ length: 11_000 }, (_, n) =>
    twice(LATER + n * 50, down(`m${n}`, 1).replace('app/', `b${n}/`)),
  );
  const { memory } = read([...twice(LATER - 9_000, down('x', 2)), ...flood.flat()], twoTargets);
  assert.ok(memory.heard.subjects.size < 10_500, `${memory.heard.subjects.size} subjects`);
  const then = LATER + 11_000 * 50 + 120_000;
  const silence = syslogLine(then + 9_000, 'Proxy new started.');
  assert.deepEqual(events([syslogLine(then, down('x', 1)), silence], memory), []);
  assert.deepEqual(events([syslogLine(then, up('x', 3)), silence], memory), ['x up']);
});

/** Without a master's word. */
const unannounced = after([...triple(T + 1, down('x', 2)), ...triple(T + 500, up('x', 3))]);
const events = (lines: string[], memory: Memory) => believed(lines, memory).filter((it) => !it.startsWith('?'));
const NEW_EXHAUSTED = 'backend new has no server available!';

test('a server that changes thrice within a second makes nothing suspect, though stderr tells it behind the third', () => {
  // Meanwhile a server was given weight 0 without a word, so that the numbers do not follow.
  const changes = [down('a', 1), up('a', 2), down('a', 1)];
  const logged = changes.map((text, n) => syslogLine(LATER + n * 100, text));
  const onStderr = changes.map((text, n) => stderrLine(LATER + 500 + n, text));
  assert.deepEqual(believed([...logged, ...onStderr], oneAndStderr), ['a down', 'a up', 'a down']);
});

describe('what is said once beside a genuine change', () => {
  test('and waits in vain, holds that up for a second and no longer, though the numbers of both do not follow', () => {
    const lines = [syslogLine(LATER, EXHAUSTED), ...both(LATER + 1, down('a', 1))];
    assert.deepEqual(events(lines, triedDebian), ['a down']);
    const lateTarget = believed([...lines, syslogLine(LATER + 40, down('a', 1))], triedDebian);
    assert.deepEqual(lateTarget, ['a down', '? the line on stderr and the line of the other log target did not come']);
  });

  test('is no pair of it where it was said in another breath, though it fits', () => {
    for (const [first, second] of [
      [0, 50],
      [-50, 0],
    ] as const) {
      const lines = [first, second].map((ms) => syslogLine(LATER + ms, down('a', 2)));
      assert.deepEqual(events(lines, triedDebian), [], `${first}`);
    }
  });

  test('does not date it where the backend was never spoken of', () => {
    const fall = serverText({ at: 0, backend: 'new', server: 'n1', to: 'DOWN', left: 2 });
    for (const after of [500, 3_000]) {
      const genuine = [...twice(LATER + after, fall), stderrLine(LATER + after + 1, fall)];
      const { transitions } = read([syslogLine(LATER, fall), ...genuine], triedDebian).news;
      assert.deepEqual(
        transitions.map(({ at }) => at - LATER),
        [after],
      );
    }
  });

  test('by another worker that nobody knows, or on another host, is no second word', () => {
    for (const other of [{ pid: 300 }, { pid: 200, host: 'lb2' }]) {
      const lines = [syslogLine(LATER, down('a', 1), other), syslogLine(LATER + 10, down('b', 1), { pid: 200 })];
      const { transitions } = read(lines, triedTwoTargets).news;
      assert.deepEqual(
        transitions.filter(({ host }) => host === 'lb'),
        [],
      );
    }
  });

  test('and does not fit, is no second word of a known worker either', () =>
    assert.deepEqual(
      events([syslogLine(LATER, down('a', 0)), syslogLine(LATER + 10, EXHAUSTED)], triedTwoTargets),
      [],
    ));
});

describe('that a line was lost, where somebody has tried to forge', () => {
  const later = LATER + 100_000;

  test('on stderr, does not make the one of a single target enough from then on', () => {
    const { news, memory } = read([syslogLine(LATER, down('a', 2))], tried(oneAndStderr));
    assert.equal(news.transitions.length, 1);
    assert.deepEqual(believed([syslogLine(later, EXHAUSTED)], memory), [
      '? the line on stderr did not come, and it contradicts what was said before',
    ]);
  });

  test('of two targets, does not make one enough, nor one on stderr, where stderr is not written', () => {
    const { news, memory } = read([syslogLine(LATER, down('a', 2))], triedTwoTargets);
    assert.equal(news.transitions.length, 1);
    assert.deepEqual(events([syslogLine(later, EXHAUSTED)], memory), []);
    for (const known of [memory, tried(oneTarget)]) {
      assert.deepEqual(believed([stderrLine(later, NEW_EXHAUSTED)], known), [
        '? it came on stderr alone, and this load balancer does not write there',
      ]);
    }
  });
});

test('what waits of a worker, of whatever backend, is told as soon as the worker is known', () => {
  const waiting = stderrLine(LATER, serverText({ at: 0, backend: 'quiet', server: 'q1', to: 'DOWN', left: 2 }), {
    pid: 200,
  });
  assert.equal(atOnce([waiting, ...both(LATER + 5, down('a', 2), 200)], unannounced), 2);
});

test('a process without a master that is believed by its second word has its state file, too', () => {
  const given =
    'config : Server app/z is DOWN, changed from server-state after a reload. 4 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.';
  const words = [down('a', 3), down('b', 2), down('c', 1)].map((text, n) =>
    stderrLine(LATER + 5_000 + n * 30_000, text, { pid: 700 }),
  );
  const lines = [stderrLine(LATER, given, { pid: 700 }), ...words];
  assert.deepEqual(events(lines, unannounced).sort(), ['a down', 'b down', 'c down', 'z down']);
});

describe('a flood of forged changes of one server', () => {
  const flood = Array.from({ length: 400 }, (_, i) =>
    syslogLine(LATER + 1 + i, i % 2 === 0 ? down('a', 1) : up('a', 3)),
  );

  test('pushes out no change of another one', () => {
    const genuine = down('b', 1);
    const { transitions, suspects } = read(
      [syslogLine(LATER, genuine), ...flood, stderrLine(LATER + 700, genuine)],
      triedDebian,
    ).news;
    assert.deepEqual(
      transitions.map(({ server }) => server),
      ['b'],
    );
    assert.ok(!suspects.some(({ text }) => text === genuine));
  });

  test('is kept line by line, none of them twice', () => {
    const { suspects } = read(flood, triedDebian).news;
    assert.equal(new Set(suspects.map(({ id }) => id)).size, suspects.length);
  });

  test('is none where HAProxy says so: a server that flaps ten times a second, while others are forged', () => {
    const lines = Array.from({ length: 240 }, (_, i) => [
      ...(i % 5 === 0 ? [syslogLine(LATER + i * 100, down(`g${i}`, 7))] : []),
      ...triple(LATER + i * 100 + 1, i % 2 === 0 ? down('a', 2) : up('a', 3)),
    ]).flat();
    assert.equal(events(lines, triedDebian).filter((it) => it.startsWith('a ')).length, 240);
  });

  test('under as many numbers hides nothing either', () => {
    const crowd = Array.from({ length: 250 }, (_, n) => syslogLine(LATER + n, down('a', 1), { pid: 1_000 + n }));
    assert.deepEqual(events([...crowd, ...triple(LATER + 5_000, down('b', 2))], triedDebian), ['b down']);
  });
});

describe('what was not believed', () => {
  const startsOf = (lines: string[], memory = triedDebian) =>
    read(lines, memory).news.outages.map(({ start }) => start - LATER);

  test('is no truer because it fits what was said meanwhile: only the line on stderr bears it out', () => {
    const lines = [
      ...twice(LATER, down('a', 1)),
      ...triple(LATER + 2_000, down('b', 2)),
      ...triple(LATER + 4_000, down('c', 1)),
    ];
    assert.deepEqual(events(lines, triedDebian), ['b down', 'c down']);
  });

  test('of two targets has its own time when stderr tells it, however late, and of a new backend as well', () => {
    assert.deepEqual(startsOf([...twice(LATER, EXHAUSTED), stderrLine(LATER + 20_000, EXHAUSTED)]), [0]);
    assert.deepEqual(startsOf([...twice(LATER, NEW_EXHAUSTED), stderrLine(LATER + 3_000, NEW_EXHAUSTED)]), [0]);
  });

  test('is how things stand though another backend has changed since, or something newer was said that waits', () => {
    const others = [
      triple(LATER + 2_000, serverText({ at: 0, backend: 'new', server: 'n1', to: 'DOWN', left: 2 })),
      [syslogLine(LATER + 4_900, down('c', 1))],
    ];
    for (const other of others)
      assert.deepEqual(startsOf([...twice(LATER, EXHAUSTED), ...other, stderrLine(LATER + 5_000, EXHAUSTED)]), [0]);
  });

  test('is not told of a server of which something newer was', () => {
    const maintenance =
      'Server app/a is going DOWN for maintenance. 2 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.';
    const lines = [
      ...triple(LATER, down('a', 2)),
      ...twice(LATER + 1_000, up('a', 9)),
      ...twice(LATER + 3_000, maintenance),
      stderrLine(LATER + 5_000, up('a', 9)),
      stderrLine(LATER + 5_001, maintenance),
    ];
    assert.deepEqual(events(lines, triedDebian), ['a down', 'a maint']);
  });

  test('ends no outage that began since', () => {
    const ready = 'Server app/a is UP/READY (leaving forced maintenance).';
    const fall = [...triple(LATER + 2_000, down('b', 0)), ...triple(LATER + 2_001, EXHAUSTED)];
    const { outages } = read([syslogLine(LATER, ready), ...fall, stderrLine(LATER + 2_002, ready)], triedDebian).news;
    assert.deepEqual(
      outages.map(({ end }) => end),
      [null],
    );
  });

  test('is no news by its further copies, where nothing is to be told of it any more', () => {
    const copies = [5_000, 5_050].map((ms) => stderrLine(LATER + ms, EXHAUSTED));
    const { outages, suspects } = read(
      [...twice(LATER, EXHAUSTED), ...triple(LATER + 2_000, down('a', 2)), ...copies],
      triedDebian,
    ).news;
    assert.deepEqual([outages.length, suspects.length], [0, 1]);
  });

  test('is not looked for in what a new worker made forgotten', () => {
    const next = [
      forked(LATER + 200_000, 200),
      ...triple(LATER + 201_000, down('a', 2)).map((line) => line.replaceAll('100', '200')),
    ];
    assert.deepEqual(events([...twice(LATER, EXHAUSTED), ...next], triedDebian), ['a down']);
  });
});

test('stderr that lags a little behind the log targets tells how many servers are left', () => {
  const lines = [
    syslogLine(LATER, serverText({ at: 0, backend: 'other', server: 'z', to: 'DOWN', left: 2 })),
    ...twice(LATER + 500, down('b', 2)),
    stderrLine(LATER + 400, down('a', 1)),
    ...twice(LATER + 700, down('c', 0)),
  ];
  assert.deepEqual(events(lines, triedDebian), ['b down', 'a down', 'c down', 'app exhausted']);
});

test('a sign is doubted for who says it, in which way', () => {
  const check = 'Health check for server app/a failed, reason: Layer4 timeout, check duration: 2000ms, status: 2/3 UP.';
  const doubt = (line: string) => {
    const parsed = parseLine(line, UTC);
    return parsed.ok ? doubtOfSign(debian.heard, 'lb', parsed.record) : 'not read';
  };
  assert.equal(doubt(stderrLine(LATER, check, { pid: 905 })), 'nothing was heard of such a worker');
  assert.equal(
    doubt(syslogLine(LATER, 'Loading failure!', { pid: 1 })),
    'a master tells of its reloads on stderr only',
  );
  assert.equal(doubt(`<129>${syslogLine(LATER, check)}`), null);
});

test('a line on stderr that no `log` target has told yet keeps its time, also where stderr is not known to be written', () => {
  const { memory } = read([syslogLine(LATER, down('a', 2))], twoTargets);
  const at = LATER + 100_000;
  const { outages } = read([stderrLine(at, NEW_EXHAUSTED), ...twice(at + 2_000, NEW_EXHAUSTED)], memory).news;
  assert.deepEqual(
    outages.map(({ start }) => start - at),
    [0],
  );
});

test('a backend without a server has none, though the lines of its servers were lost', () => {
  const fall = [...triple(LATER, down('a', 2)), ...both(LATER + 10_000, EXHAUSTED)];
  const { memory } = read(fall, twoTargets);
  assert.deepEqual(events(twice(LATER + 90_000, up('a', 1)), memory), ['a up']);
});

test('a line that a client repeats in another breath makes no second target: HAProxy’s single one is enough as before', () => {
  const text = down('a', 2);
  const { memory } = read([...both(LATER, text), syslogLine(LATER + 500, text)], oneAndStderr);
  assert.deepEqual(events([syslogLine(LATER + 100_000, down('b', 1))], memory), ['b down']);
});

test('a server that comes back parts two outages within a minute, though the second is told of the backend alone', () => {
  const first = [...triple(LATER, down('a', 0)), ...triple(LATER + 1, EXHAUSTED)];
  const { outages } = read(
    [...first, ...triple(LATER + 5_000, up('a', 1)), ...triple(LATER + 10_000, EXHAUSTED)],
    debian,
  ).news;
  assert.deepEqual([...new Set(outages.map(({ start }) => start - LATER))], [0, 10_000]);
});

test('one that falls does not: a line of the second target is a copy, whatever that wrote between', () => {
  const ofTarget = [syslogLine(LATER, down('b', 0)), syslogLine(LATER + 1, EXHAUSTED)];
  const lines = [stderrLine(LATER, down('b', 0)), stderrLine(LATER + 1, EXHAUSTED), ...ofTarget, ...ofTarget];
  assert.deepEqual(believed(lines, debian), ['b down', 'app exhausted']);
});

test('what a server said is forgotten when no copy can come any more', () => {
  const changes = Array.from({ length: 40 }, (_, n) =>
    triple(LATER + n * 61_000, n % 2 === 0 ? down('a', 2) : up('a', 3)),
  );
  const { subjects } = read(changes.flat(), debian).memory.heard;
  assert.ok([...subjects].every(([, { recent }]) => recent.length <= 2));
});
