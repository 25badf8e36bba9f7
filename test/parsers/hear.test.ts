import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { EMPTY_MEMORY } from '../../src/memory.js';
import { ingest, tick } from '../../src/pipeline.js';
import { type Change, serverText, stderrLine, syslogLine } from '../support/lines.js';
import { addressed, batchOf, PLAN, read, UTC } from '../support/reading.js';

const T = Date.parse('2026-11-22T12:00:00Z');
const down = (at: number, server = 'a', left = 0): Change => ({ at, backend: 'app', server, to: 'DOWN', left });
const up = (at: number, server = 'a', left = 1): Change => ({ at, backend: 'app', server, to: 'UP', left });
const forked = (at: number) => stderrLine(at, 'New worker (100) forked', { pid: 1 });

/** `+0 a up>down x3`: what a log tells, by ms after T. */
function told(lines: string[]): string[] {
  return read(lines).news.transitions.map(
    ({ at, server, from, to, copies }) => `+${at - T} ${server} ${from}>${to} x${copies}`,
  );
}

describe('a change that is written several times is one event', () => {
  test("on the seed's host: stderr and two log targets", () => {
    const lines = readFileSync('fixtures/allyrion/haproxy.log', 'utf8').trimEnd().split('\n');
    const { transitions, outages } = read(lines).news;
    assert.deepEqual(
      transitions.map(({ server, to, copies }) => `${server} ${to} x${copies}`),
      ['bettley down x3', 'fenn down x3', 'gardener down x3'],
    );
    assert.equal(outages.length, 1);
  });

  test('with one log target and no stderr', () => {
    const lines = [down(T), up(T + 100), down(T + 200)].map((change) => syslogLine(change.at, serverText(change)));
    assert.deepEqual(told(lines), ['+0 a up>down x1', '+100 a down>up x1', '+200 a up>down x1']);
  });

  test('when rsyslog folds repeated lines', () => {
    const text = serverText(down(T));
    assert.deepEqual(told([syslogLine(T, text), syslogLine(T, `message repeated 2 times: [ ${text}]`)]), [
      '+0 a up>down x3',
    ]);
  });

  test('when the stderr copies come late, after newer events', () => {
    const [first, second, third] = [serverText(down(T)), serverText(up(T + 100)), serverText(down(T + 200))];
    const lines = [
      ...[first, first].map((text) => syslogLine(T, text)),
      ...[second, second].map((text) => syslogLine(T + 100, text)),
      ...[third, third].map((text) => syslogLine(T + 200, text)),
      ...[first, second, third].map((text) => stderrLine(T + 2000, text)),
    ];
    assert.deepEqual(told(lines), ['+0 a up>down x3', '+100 a down>up x3', '+200 a up>down x3']);
  });

  test('when the syslog copies come over UDP under another host name', () => {
    const text = serverText(down(T));
    const { transitions } = read([
      stderrLine(T, text, { host: 'allyrion' }),
      syslogLine(T, text, { host: 'localhost' }),
      syslogLine(T, text, { host: 'localhost' }),
    ]).news;
    assert.deepEqual(
      transitions.map(({ host, copies }) => `${host} x${copies}`),
      ['allyrion x3'],
    );
  });
});

describe('two changes are two events', () => {
  test('though the sentences are equal and less than a second apart', () => {
    const changes = [down(T), up(T + 50), down(T + 100), up(T + 150)];
    const lines = changes.flatMap((change) => [1, 2].map(() => syslogLine(change.at, serverText(change))));
    assert.deepEqual(told(lines), ['+0 a up>down x2', '+50 a down>up x2', '+100 a up>down x2', '+150 a down>up x2']);
  });

  test('in two workers', () => {
    const text = serverText(down(T));
    const { transitions } = read([1, 2].map((pid) => syslogLine(T, text, { pid }))).news;
    assert.deepEqual(
      transitions.map(({ pid }) => pid),
      [1, 2],
    );
  });

  test('on two hosts whose workers have the same pid, as in containers', () => {
    const text = serverText(down(T));
    const lines = ['lb1', 'lb2'].flatMap((host) =>
      [stderrLine, syslogLine].map((line) => line(T, text, { host, pid: 8 })),
    );
    const { transitions } = read(lines).news;
    assert.deepEqual(
      transitions.map(({ host, copies }) => `${host} x${copies}`),
      ['lb1 x2', 'lb2 x2'],
    );
  });

  test('on two hosts with servers of the same name', () => {
    const text = serverText(down(T));
    const { transitions } = read(['east', 'west'].map((host, i) => syslogLine(T, text, { host, pid: 10 + i }))).news;
    assert.deepEqual(
      transitions.map(({ host }) => host),
      ['east', 'west'],
    );
  });
});

describe('stderr that was away for two changes', () => {
  const twice = (change: Change) => [1, 2].map(() => syslogLine(change.at, serverText(change)));
  const before = [
    forked(T - 9_000),
    ...[down(T), up(T + 1_000)].flatMap((change) => [...twice(change), stderrLine(change.at, serverText(change))]),
  ];
  const away = [...twice(down(T + 100_000)), ...twice(up(T + 110_000)), ...twice(down(T + 120_000))];
  const back = up(T + 130_000);
  const [onStderr, logged] = [stderrLine(back.at, serverText(back)), syslogLine(back.at, serverText(back))];

  test('tells the third with the line of a `log` target, whichever of them comes first', () => {
    for (const lines of [
      [onStderr, logged],
      [logged, onStderr],
    ]) {
      const last = told([...before, ...away, ...lines]).at(-1);
      assert.equal(last, '+130000 a down>up x2');
      // What is said next is of the next change.
      const next = up(T + 150_000);
      const more = [...twice(down(T + 140_000)), stderrLine(next.at, serverText(next)), ...twice(next)];
      assert.deepEqual(told([...before, ...away, ...lines, ...more]).slice(-2), [
        '+140000 a up>down x2',
        '+150000 a down>up x3',
      ]);
    }
  });

  test('but stderr that is late has its own order, though a line of it comes in one breath with the same of a `log` target', () => {
    const lateMs = 10_000;
    const changes = [0, 1, 2, 3].map((n) => (n % 2 === 0 ? down : up)(T + 200_000 + n * 5_000));
    const lines = changes
      .flatMap((change) => [
        ...twice(change).map((line) => ({ at: change.at, line })),
        { at: change.at + lateMs, line: stderrLine(change.at + lateMs, serverText(change)) },
      ])
      .sort((a, b) => a.at - b.at)
      .map(({ line }) => line);
    assert.deepEqual(told([...before, ...lines]).slice(2), [
      '+200000 a up>down x3',
      '+205000 a down>up x3',
      '+210000 a up>down x3',
      '+215000 a down>up x3',
    ]);
  });
});

describe('an outage', () => {
  const BY_COMMAND = {
    drain: ['enters drain state', 'is UP (leaving forced drain).'],
    maintenance: ['is going DOWN for maintenance', 'is UP/READY (leaving forced maintenance).'],
  };
  for (const [way, write] of Object.entries({ 'two targets': syslogLine, stderr: stderrLine }))
    for (const [what, [begins, ends]] of Object.entries(BY_COMMAND))
      test(`that a weight of 0 makes is told by ${way}, though ${what} of the same server made one in the same minute`, () => {
        const left = '0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.';
        const said: [number, string][] = [
          [0, `Server app/a ${begins}. ${left}`],
          [0, 'backend app has no server available!'],
          [10_000, `Server app/a ${ends}`],
          [20_000, 'backend app has no server available!'],
        ];
        const targets = write === syslogLine ? [1, 2] : [1];
        const lines = said.flatMap(([after, text]) => targets.map(() => write(T + after, text)));
        const outages = new Map(read([forked(T - 1), ...lines]).news.outages.map((one) => [one.id, one]));
        assert.deepEqual(
          [...outages.values()].map(({ start, end }) => [start - T, end && end - T]),
          [
            [0, 10_000],
            [20_000, null],
          ],
        );
      });

  test('announced by two targets and stderr is one, and the late stderr copy opens no second', () => {
    const exhausted = 'backend app has no server available!';
    const { outages } = read([
      ...[serverText(down(T)), exhausted].flatMap((text) => [syslogLine(T, text), syslogLine(T, text)]),
      ...[1, 2].map(() => syslogLine(T + 100, serverText(up(T + 100)))),
      ...[serverText(down(T)), exhausted, serverText(up(T + 100))].map((text) => stderrLine(T + 900, text)),
    ]).news;
    assert.deepEqual(
      outages.map(({ start, end }) => [start - T, end! - T]),
      [[0, 100]],
    );
  });
});

test('a worker that bears the pid of the one before is heard anew, as in containers', () => {
  const exhausted = 'backend app has no server available!';
  const { transitions, outages } = read([
    forked(T),
    ...[serverText(down(T)), exhausted].map((text) => stderrLine(T + 3_000, text)),
    stderrLine(T + 20_000, 'Current worker (100) exited with code 143 (Terminated)', { pid: 1 }),
    forked(T + 22_000),
    ...[serverText(down(T)), exhausted].map((text) => stderrLine(T + 25_000, text)),
  ]).news;
  assert.deepEqual(
    transitions.map(({ at, to }) => `+${at - T} ${to}`),
    ['+3000 down', '+25000 down'],
  );
  assert.deepEqual(
    outages.filter(({ end }) => end === null).map(({ start }) => start - T),
    [25_000],
  );
});

test('hosts that come and go under ever new names, as containers do, leave no more behind than a few', () => {
  let memory = EMPTY_MEMORY;
  for (let day = 0; day < 200; day++) {
    const at = T + day * 24 * 3_600_000;
    const lines = [down(at), up(at + 1)].map((change) =>
      syslogLine(change.at, serverText(change), { host: `c${day}` }),
    );
    memory = ingest(memory, batchOf(addressed(lines), { readAt: at }), PLAN, UTC).memory;
    memory = tick(memory, at + 2_000, PLAN).memory;
  }
  const { subjects, speakers, profiles, told } = memory.heard;
  for (const shelf of [subjects, speakers, profiles, told]) assert.ok(shelf.size < 40, `${shelf.size} are remembered`);
});

test('over UDP a worker is one under both of its names, however long after its start it says its first word, in whatever order', () => {
  const text = serverText(down(T));
  const copies = [stderrLine(T, text), ...[1, 2].map(() => syslogLine(T, text, { host: 'localhost' }))];
  for (const lines of [copies, [...copies.slice(1), copies[0]!]]) {
    const { transitions } = read([forked(T - 600_000), ...lines]).news;
    assert.deepEqual(
      transitions.map(({ host, copies }) => `${host} ${copies}`),
      ['lb 3'],
    );
  }
});

test('over UDP a worker has one other name: a third is another host, whose worker has the same pid', () => {
  const text = serverText(down(T));
  const first = [stderrLine(T, text), syslogLine(T, text, { host: 'localhost' })];
  const third = syslogLine(T + 5_000, serverText(down(T, 'z')), { host: 'web7' });
  const hostsOf = (lines: string[]) => read(lines).news.transitions.map(({ host, server }) => `${host} ${server}`);
  assert.deepEqual(hostsOf([...first, third]), ['lb a', 'web7 z']);
  // Nor is it the other name of a worker with another pid, or of a host that has a worker in that way.
  const other = syslogLine(T + 5_000, serverText(down(T, 'z')), { host: 'web7', pid: 200 });
  assert.deepEqual(hostsOf([stderrLine(T, text), other]), ['lb a', 'web7 z']);
  const early = syslogLine(T - 90_000, serverText(down(T, 'y')), { host: 'web7', pid: 7 });
  const before = [stderrLine(T - 5_000, text, { pid: 7 }), syslogLine(T - 5_000, text, { pid: 7 })];
  const next = serverText(down(T, 'b', 1));
  assert.deepEqual(hostsOf([early, ...before, stderrLine(T, next), third]).at(-1), 'web7 z');
  // What comes an hour after the first word of a worker is none of its own.
  const forked = stderrLine(T - 5_000, 'New worker (100) forked', { pid: 1 });
  const hours = syslogLine(T + 3_600_000, serverText(down(T, 'z')), { host: 'web7' });
  assert.deepEqual(hostsOf([forked, stderrLine(T, text), hours]), ['lb a', 'web7 z']);
  // The next worker has both names again.
  const ways = { pid: 200 };
  const again = [stderrLine(T + 9_000, next, ways), syslogLine(T + 9_000, next, { ...ways, host: 'localhost' })];
  assert.deepEqual(hostsOf([...first, ...again]), ['lb a', 'lb b']);
});

test('what a master loads from a state file is how the worker begins that it starts next', () => {
  const loaded = (server: string, left: number) =>
    `config : Server app/${server} is DOWN, changed from server-state after a reload. ${left} active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.`;
  const { transitions, outages, suspects } = read([
    stderrLine(T, loaded('a', 1), { pid: 1 }),
    stderrLine(T, loaded('b', 0), { pid: 1 }),
    forked(T + 5),
    ...[1, 2].map(() => syslogLine(T + 4_000, serverText(up(T, 'b', 1)))),
  ]).news;
  assert.deepEqual(
    transitions.map(
      ({ at, pid, server, from, to, evidence }) => `+${at - T} ${pid} ${server} ${from}>${to} ${evidence}`,
    ),
    ['+5 100 a up>down inferred', '+5 100 b up>down inferred', '+4000 100 b down>up observed'],
  );
  assert.deepEqual(
    outages.filter(({ end }) => end !== null).map(({ start, end, evidence }) => [start - T, end! - T, evidence]),
    [[5, 4_000, 'inferred']],
  );
  assert.deepEqual(suspects, []);
});

test('what it loaded is from before the worker’s own first word, though its master’s words come later; of what that spoke of since it says nothing', () => {
  const loaded = (server: string, left: number) =>
    `Server app/${server} is DOWN, changed from server-state after a reload. ${left} active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.`;
  const { news, memory } = read([
    ...[1, 2].map(() => syslogLine(T, serverText(up(T, 'b', 1)))),
    stderrLine(T + 4_000, loaded('a', 1), { pid: 1 }),
    stderrLine(T + 4_000, loaded('b', 0), { pid: 1 }),
    stderrLine(T + 4_000, "backend 'app' has no server available!", { pid: 1 }),
    forked(T + 4_005),
  ]);
  assert.deepEqual(
    news.transitions.map(({ at, server, to }) => `+${at - T} ${server} ${to}`),
    ['+0 b up', '+0 a down'],
  );
  assert.deepEqual(news.outages, []);
  assert.equal(memory.heard.held.size, 0);
});

test('what a master loads for a worker that it never starts is told to nobody', () => {
  const text =
    'config : Server app/a is DOWN, changed from server-state after a reload. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.';
  const { transitions, outages } = read([
    stderrLine(T, text, { pid: 1 }),
    stderrLine(T + 1, 'Loading failure!', { pid: 1 }),
  ]).news;
  assert.deepEqual([transitions, outages], [[], []]);
});

test('a thousand reloads leave no more behind than a few', () => {
  let memory = EMPTY_MEMORY;
  for (let pid = 1; pid <= 1000; pid++) {
    const at = T + pid * 120_000;
    const lines = [down(at), up(at + 1)].map((change) => syslogLine(change.at, serverText(change), { pid }));
    memory = read(lines, memory).memory;
  }
  assert.ok(memory.heard.subjects.size < 10, `${memory.heard.subjects.size} subjects`);
  assert.ok(memory.heard.speakers.size < 1000, `${memory.heard.speakers.size} speakers`);
  assert.ok(memory.situation.board.servers.size < 100, `${memory.situation.board.servers.size} servers`);
});

describe('a server that goes up and down without end', () => {
  const flapping = (count: number, everyMs: number) =>
    Array.from({ length: count }, (_, n) => (n % 2 === 0 ? down : up)(T + n * everyMs));

  test('leaves no more to remember the faster it does so: a flood costs no more for each line than a trickle', () => {
    const kept = (count: number) => {
      const { heard } = read(flapping(count, 10).map(plainLine)).memory;
      return heard.subjects.get('lb 100 app/a')!.recent.length;
    };
    assert.equal(kept(2_000), kept(1_000));
  });

  test('every 100 ms is told once, although stderr is a minute late', () => {
    const changes = flapping(1_500, 100);
    const lateMs = 59_000;
    const logged = changes.map((change) => ({ at: change.at, lines: repeat(plainLine(change), 2) }));
    const late = changes.map((change) => ({
      at: change.at + lateMs,
      lines: [stderrLine(change.at, serverText(change))],
    }));
    const first = [forked(T - 5_000), ...[down(T - 4_000), up(T - 3_000)].flatMap((change) => threeOf(change))];
    const lines = [...logged, ...late].sort((a, b) => a.at - b.at).flatMap((each) => each.lines);
    const { transitions } = read([...first, ...lines]).news;
    assert.equal(transitions.length, changes.length + 2);
    assert.ok(transitions.every(({ copies }) => copies === 3));
  });
});

const threeOf = (change: Change) => [...repeat(plainLine(change), 2), stderrLine(change.at, serverText(change))];

/** Alternating falls and returns of two servers, some of them equal to the letter. */
const history = fc
  .array(fc.record({ server: fc.constantFrom('a', 'b'), wait: fc.integer({ min: 1, max: 900 }) }), {
    minLength: 1,
    maxLength: 12,
  })
  .map((steps) => {
    const upServers = new Set(['a', 'b']);
    let at = T;
    return steps.map(({ server, wait }): Change => {
      at += wait;
      const to = upServers.has(server) ? 'DOWN' : 'UP';
      if (to === 'DOWN') upServers.delete(server);
      else upServers.add(server);
      return { at, backend: 'app', server, to, left: upServers.size };
    });
  });

/** All that a log tells, whatever the order in which it was told. */
function facts(lines: string[]) {
  const { transitions, outages } = read(lines).news;
  return {
    transitions: transitions.map(({ at, server, to }) => `${at} ${server} ${to}`).sort(),
    outages: outages.map(({ start, end }) => `${start} ${end}`),
  };
}

function size(length: number) {
  return { minLength: length, maxLength: length };
}

const plainLine = (change: Change) => syslogLine(change.at, serverText(change));
const repeat = (line: string, times: number) => Array.from({ length: times }, () => line);

test('any interleaving of the origins gives the same events', () => {
  const choices = fc.array(fc.boolean(), size(60));
  fc.assert(
    fc.property(history, fc.integer({ min: 1, max: 3 }), choices, (changes, targets, stderrNext) => {
      const syslog = changes.flatMap((change) => repeat(plainLine(change), targets));
      const stderr = changes.map((change) => stderrLine(change.at, serverText(change)));
      const mixed = stderrNext.flatMap((fromStderr) => (fromStderr ? stderr : syslog).shift() ?? []);
      assert.deepEqual(facts([...mixed, ...stderr, ...syslog]), facts(changes.map(plainLine)));
    }),
  );
});

/**
 * How many log targets a line came through, and how late on stderr. Not both none and late: of equal sentences nothing
 * would tell which of them a late line repeats (docs/decisions/0002-copies.md).
 */
const fates = fc.oneof(
  fc.array(fc.record({ logged: fc.integer({ min: 0, max: 2 }), lateMs: fc.constant(0) }), size(12)),
  fc.array(fc.record({ logged: fc.integer({ min: 1, max: 2 }), lateMs: fc.integer({ min: 0, max: 900 }) }), size(12)),
);

test('the loss of copies changes nothing while one comes on stderr within a second', () => {
  fc.assert(
    fc.property(history, fates, (changes, fate) => {
      let late = 0;
      const lines = changes.flatMap((change, i) => {
        const { logged, lateMs } = fate[i]!;
        late = Math.max(late, change.at + lateMs); // within its origin each keeps its place
        const syslog = repeat(plainLine(change), logged).map((line) => ({ line, at: change.at }));
        return [{ line: stderrLine(change.at, serverText(change)), at: late }, ...syslog];
      });
      const arrived = lines.sort((a, b) => a.at - b.at).map(({ line }) => line);
      assert.deepEqual(facts([forked(T), ...arrived]), facts(changes.map(plainLine)));
    }),
  );
});
