/** Where ordinary requests show that clients can write whole lines, no client makes an event; elsewhere nothing is missed for it. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { doubtOfSign } from '../../parsers/belief.js';
import { forgetHost, type Heard, hearStranger, NOTHING_HEARD, openToClients, parseLine } from '../../parsers/index.js';
import { clientsWriteLines } from '../../parsers/strangers.js';
import type { Memory } from '../../src/memory.js';
import { ingest } from '../../src/pipeline.js';
import { serverText, stderrLine, syslogLine } from '../support/lines.js';
import { addressed, batchOf, PLAN, readLog, UTC } from '../support/reading.js';

const T = Date.parse('2026-11-22T12:00:00Z');
/** When nothing can be a copy of what was said before. */
const LATER = T + 120_000;

const say = (to: 'UP' | 'DOWN', server: string, left: number, backend = 'app') =>
  serverText({ at: 0, backend, server, to, left });
const down = (server: string, left: number) => say('DOWN', server, left);
const up = (server: string, left: number) => say('UP', server, left);
const EXHAUSTED = 'backend app has no server available!';

const forked = (at: number, pid = 100) => stderrLine(at, `New worker (${pid}) forked`, { pid: 1 });
const twice = (at: number, text: string, pid = 100) => [1, 2].map(() => syslogLine(at, text, { pid }));
const triple = (at: number, text: string) => [stderrLine(at, text), ...twice(at, text)];

/** Requests to a frontend whose `log-format` is nothing but the client's program. */
const bare = (at: number) => ['Mozilla/5.0 (X11; Linux x86_64)', 'curl/8.5.0'].map((text) => syslogLine(at, text));
/** Requests to one whose `log-format` begins with a word of the operator's. */
const worded = (at: number) => ['client=10.0.0.7 GET /', 'client=10.0.0.9 GET /b'].map((text) => syslogLine(at, text));

const history = [...triple(T + 1, down('x', 2)), ...triple(T + 500, up('x', 3))];
const openLog = readLog([forked(T), ...bare(T + 2), ...history]).memory;
/** The same with one `log` target. */
const openOfOne = readLog([
  forked(T),
  ...bare(T + 2),
  stderrLine(T + 1, down('x', 2)),
  syslogLine(T + 1, down('x', 2)),
]).memory;
const closedLog = readLog([forked(T), ...worded(T + 2), ...history]).memory;

function told(lines: string[], memory: Memory): string[] {
  const { transitions, outages } = readLog(lines, memory).news;
  return [
    ...transitions.map(({ server, to }) => `${server} ${to}`),
    ...outages.map(({ backend, end }) => `${backend} ${end === null ? 'exhausted' : 'back'}`),
  ];
}

const GHOST = [say('DOWN', 'ghost', 0, 'nosuch'), 'backend nosuch has no server available!'];

test('where all requests begin alike, single lines of a worker that was never heard make no outage of a backend that was not either', () => {
  const { memory } = readLog([...twice(T + 1, down('x', 2)), ...twice(T + 500, up('x', 3))]);
  const requests = worded(T + 60_000).map((line) => line.replace('[100]', '[200]'));
  const lines = [say('DOWN', 'other', 1, 'nosuch'), ...GHOST].map((text, n) =>
    syslogLine(LATER + n * 500, text, { pid: 200 }),
  );
  assert.deepEqual(told([...requests, ...lines], memory), []);
});

describe('where ordinary requests begin as they like', () => {
  test('requests in one breath make nothing, though they name the servers and their number', () => {
    for (const text of [down('a', 2), down('x', 2), EXHAUSTED, 'Proxy app stopped (cumulated conns: FE: 1, BE: 1).']) {
      assert.deepEqual(told(twice(LATER, text), openLog), [], text);
      assert.deepEqual(told([...twice(LATER, text), ...twice(LATER, text)], openLog), [], text);
    }
    const fall = [down('a', 2), down('b', 1), down('x', 0), EXHAUSTED].flatMap((text, n) => twice(LATER + n, text));
    assert.deepEqual(told(fall, openLog), []);
  });

  test('nor do they of a backend that there is not, whatever they say of it', () => {
    const again = [...GHOST, say('UP', 'ghost', 1, 'nosuch'), ...GHOST];
    assert.deepEqual(
      told(
        again.flatMap((text, n) => twice(LATER + n * 2_000, text)),
        openLog,
      ),
      [],
    );
  });

  test('they do not end an outage either', () => {
    const fallen = readLog([...triple(LATER, down('a', 0)), ...triple(LATER + 1, EXHAUSTED)], openLog).memory;
    assert.deepEqual(told(twice(LATER + 90_000, up('a', 1)), fallen), []);
    assert.deepEqual(told(triple(LATER + 90_000, up('a', 1)), fallen), ['a up', 'app back']);
  });

  test('nor does anything that is said by `log` targets alone, in whatever order, however often, by whomever', () => {
    const texts = [...GHOST, ...GHOST.map((text) => text.replaceAll('nosuch', 'ghosts')), EXHAUSTED];
    const all = [
      ...texts,
      ...['a', 'b', 'x'].flatMap((server) => [0, 1, 2, 3].flatMap((n) => [down(server, n), up(server, n)])),
    ];
    const line = fc.record({
      text: fc.constantFrom(
        ...all,
        'Mozilla/5.0',
        'message repeated 2 times: [ Server app/a is DOWN. 1 active and 0 backup servers left.]',
      ),
      gap: fc.constantFrom(0, 0, 0, 1, 20, 30, 1_500, 90_000),
      pid: fc.constantFrom(100, 100, 100, 7),
    });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (said) => {
        let at = LATER;
        const lines = said.map(({ text, gap, pid }) => {
          at += gap;
          return syslogLine(at, text, { pid });
        });
        assert.deepEqual(told(lines, openLog), []);
      }),
      { numRuns: 500 },
    );
  });

  test('nor is the first thing believed that is ever said there, if masters were heard to say something while their workers ran', () => {
    const loaded = stderrLine(T, 'Loading success.', { pid: 1 });
    const young = readLog([forked(T), loaded, ...bare(T + 2)]).memory;
    assert.deepEqual(
      told(
        GHOST.flatMap((text) => twice(LATER, text)),
        young,
      ),
      [],
    );
    assert.deepEqual(told(triple(LATER, GHOST[0]!), young), ['ghost down', 'nosuch exhausted']);
  });

  test('nor is a worker that nobody announced, though two things are said in its name', () => {
    const fall = [...twice(LATER, down('a', 0), 200), ...twice(LATER + 1, EXHAUSTED, 200)];
    assert.deepEqual(told(fall, openLog), []);
    assert.deepEqual(told(fall, closedLog), ['a down', 'app exhausted']);
  });

  test('nor does a client speak as a master, to raise an alarm or to make haplog wait for a stderr that there is not', () => {
    const young = [...twice(T + 1, down('x', 2)), ...bare(T + 2)];
    const words = [
      'New worker (4242) forked',
      'Loading success.',
      'Loading failure!',
      'Current worker (100) exited with code 139 (Segmentation fault)',
    ];
    // Known or not: after a reload a worker is not, until it says something.
    for (const pid of [100, 200]) {
      const forged = words.map((text, n) => syslogLine(T + 3 + n, `[NOTICE]   (7) : ${text}`, { pid }));
      const { news, memory } = readLog([
        ...young,
        ...bare(T + 2).map((line) => line.replace('[100]', `[${pid}]`)),
        ...forged,
      ]);
      assert.deepEqual([news.incidents, news.transitions.length], [[], 1]);
      assert.deepEqual(told(twice(LATER, up('x', 3), pid), memory), ['x up']);
    }
  });

  test('nor where its log targets bear another name of the host', () => {
    const udp = (line: string) => line.replace(' lb ', ' localhost ');
    const words = [
      'Current worker (4242) exited with code 139 (Segmentation fault)',
      'Loading failure!',
      "backend 'app' has no server available!",
    ];
    const forged = words.map((text, n) => udp(syslogLine(LATER + n, `[ALERT]    (7) : ${text}`)));
    const { memory } = readLog([
      forked(T),
      ...history.map((line) => (line.includes('WARN') ? line : udp(line))),
      ...bare(T + 600).map(udp),
    ]);
    const { incidents, outages } = readLog(forged, memory).news;
    assert.deepEqual([incidents, outages], [[], []]);
  });

  test('nor in the name of a worker that was not heard yet, by what looks like stderr under another number', () => {
    const masterless = readLog([
      ...bare(T),
      ...history,
      ...bare(LATER - 9).map((line) => line.replace('[100]', '[200]')),
    ]).memory;
    const forged = (text: string) => syslogLine(LATER, `[WARNING]  (7) : ${text}`, { pid: 200 });
    for (const text of [down('a', 2), down('a', 0), GHOST[0]!]) assert.deepEqual(told([forged(text)], masterless), []);
    assert.deepEqual(
      told([stderrLine(LATER, down('a', 2), { pid: 200 }), syslogLine(LATER, down('a', 2), { pid: 200 })], masterless),
      ['a down'],
    );
  });

  test('nor does one request before HAProxy has said anything, where masters announce their workers on stderr', () => {
    const young = readLog([forked(T), ...bare(T + 2)]).memory;
    for (const text of [down('a', 2), ...GHOST]) assert.deepEqual(told([syslogLine(LATER, text)], young), [], text);
    for (const lines of [triple(LATER, down('a', 2)), twice(LATER, down('a', 2))])
      assert.deepEqual(told(lines, young), ['a down']);
  });

  test('nor does one request where stderr is not written, once a change was heard of two targets; elsewhere a copy may be lost', () => {
    const one = [syslogLine(LATER, down('a', 1))];
    const without = (requests: string[]) => readLog([...requests, ...twice(T + 1, down('x', 2))]).memory;
    assert.deepEqual(told(one, without(bare(T))), []);
    assert.deepEqual(told(one, without(worded(T))), ['a down']);
    assert.deepEqual(told([...one, ...one], without(bare(T))), ['a down']);
  });

  test('nor do two in one breath make HAProxy’s single line say too little, where there is one target and no stderr', () => {
    const { memory } = readLog([...bare(T), syslogLine(T + 1, down('x', 2)), syslogLine(T + 5_000, up('x', 3))]);
    const muted = readLog(twice(LATER, up('ghost', 3)), memory).memory;
    const fall = [down('a', 0), EXHAUSTED].map((text, n) => syslogLine(LATER + 90_000 + n, text));
    assert.deepEqual(told(fall, muted), ['a down', 'app exhausted']);
  });

  test('nor does a request make a check fail, where stderr is not written', () => {
    const check = 'Health check for server app/a failed, reason: Layer4 timeout, check duration: 3ms, status: 2/3 UP.';
    const reasonOf = (requests: string[]) => {
      const { memory } = readLog([...requests, ...twice(T + 1, down('x', 2)), ...twice(T + 500, up('x', 3))]);
      const parsed = parseLine(syslogLine(LATER, check), UTC);
      return parsed.ok ? doubtOfSign(memory.heard, 'lb', parsed.record) : 'not read';
    };
    assert.equal(reasonOf(bare(T)), 'it must come on stderr as well');
    assert.equal(reasonOf(worded(T)), null);
  });

  test('nor do two lone requests in the name of a worker that was not heard yet', () => {
    const silent = readLog([...bare(T), ...twice(T + 1, down('x', 0)), ...twice(T + 9_000, up('x', 1))]).memory;
    const next = bare(LATER).map((line) => line.replace('[100]', '[200]'));
    const lone = [down('a', 0), EXHAUSTED].map((text, n) => syslogLine(LATER + 1 + n * 3_000, text, { pid: 200 }));
    assert.deepEqual(told([...next, ...lone], silent), []);
    const fall = [...twice(LATER + 1, down('a', 0), 200), ...twice(LATER + 2, EXHAUSTED, 200)];
    assert.deepEqual(told([...next, ...fall], silent), ['a down', 'app exhausted']);
  });

  test('nor do single requests at any time, nor do they shift the time of what happens', () => {
    const cycle: [at: number, text: string][] = [
      [0, down('a', 2)],
      [300, down('b', 1)],
      [900, down('x', 0)],
      [901, EXHAUSTED],
      [5_000, up('x', 1)],
      [20_000, up('b', 2)],
      [20_400, up('a', 3)],
    ];
    const texts = [...cycle.map(([, text]) => text), ...GHOST, down('a', 1), up('a', 1), 'Mozilla/5.0 (X11)', '-'];
    const request = fc.record({ after: fc.integer({ min: 30, max: 3_000 }), text: fc.constantFrom(...texts) });
    const orders = fc.constantFrom<((lines: string[]) => string[])[]>(
      (lines) => lines,
      (lines) => lines.toReversed(),
    );
    fc.assert(
      fc.property(fc.array(request, { maxLength: 40 }), orders, (requests, ordered) => {
        let at = LATER - 8_000;
        const said = requests.map(({ after, text }) => {
          at += after;
          return { at, lines: [syslogLine(at, text)] };
        });
        const happened = cycle.map(([after, text]) => ({
          at: LATER + after + 7,
          lines: ordered(triple(LATER + after + 7, text)),
        }));
        const lines = [...said, ...happened].sort((a, b) => a.at - b.at).flatMap((one) => one.lines);
        const { transitions } = readLog(lines, openLog).news;
        const changes = cycle.filter(([, text]) => text !== EXHAUSTED);
        assert.equal(transitions.length, changes.length);
        for (const [n, { at: told }] of transitions.entries())
          assert.ok(Math.abs(told - LATER - 7 - changes[n]![0]) <= 25, `${n}: ${told - LATER}`);
      }),
      { numRuns: 300 },
    );
  });

  test('what was kept says why', () => {
    const { suspects } = readLog(twice(LATER, down('a', 2)), openLog).news;
    assert.deepEqual(
      suspects.map(({ reason }) => reason),
      [
        'the line on stderr did not come, and clients of this load balancer seem to begin lines of its log as they like',
      ],
    );
  });

  test('a genuine change is told with the second of its ways, and at its own time', () => {
    const logsFirst = [...twice(LATER, down('a', 2)), stderrLine(LATER + 20, down('a', 2))];
    const oneLost = [syslogLine(LATER, down('a', 2)), stderrLine(LATER + 20, down('a', 2))];
    for (const lines of [triple(LATER, down('a', 2)), logsFirst, oneLost]) {
      const { transitions } = readLog(lines, openLog).news;
      assert.deepEqual(
        transitions.map(({ server, at }) => `${server} +${at - LATER}`),
        ['a +0'],
      );
    }
  });

  test('which is that of its log targets where stderr is seconds late, if no line of theirs was lost; else that of stderr', () => {
    const when = (before: string[], after: number, memory = openLog) =>
      readLog([...before, stderrLine(LATER + after, down('a', 2))], memory).news.transitions.map(
        ({ at }) => at - LATER,
      );
    const logged = twice(LATER, down('a', 2));
    assert.deepEqual([when(logged, 5_000), when(logged, 11_000)], [[0], [11_000]]);
    assert.deepEqual([when(logged.slice(1), 20), when(logged.slice(1), 500)], [[0], [500]]);
    assert.deepEqual([when(logged.slice(1), 500, openOfOne), when(logged.slice(1), 3_000, openOfOne)], [[0], [3_000]]);
  });

  test('changes keep their order where stderr was stalled, though a number does not follow', () => {
    const stalled = (last: string) => [
      ...twice(LATER, down('a', 2)),
      ...twice(LATER + 5_000, last),
      stderrLine(LATER + 12_000, down('a', 2)),
      stderrLine(LATER + 12_001, last),
    ];
    for (const last of [up('a', 3), up('a', 1)]) {
      const { transitions } = readLog(stalled(last), openLog).news;
      assert.deepEqual(
        transitions.map(({ to, at }) => `${to} +${at - LATER}`),
        ['down +12000', 'up +12001'],
      );
    }
  });

  test('of the servers of a backend, too', () => {
    const said: [number, string][] = [
      [0, down('a', 0)],
      [1, EXHAUSTED],
      [1_500, up('b', 1)],
    ];
    const lines = [
      ...said.map(([after, text]) => syslogLine(LATER + after, text)),
      ...said.map(([, text], n) => stderrLine(LATER + 2_000 + n, text)),
    ];
    const { outages } = readLog(lines, openOfOne).news;
    assert.ok(
      outages.every(({ start, end }) => end === null || end >= start),
      JSON.stringify(outages),
    );
  });

  test('a line on stderr whose number does not follow is told when its log targets come, though that is seconds later', () => {
    const lines = [stderrLine(LATER, down('a', 1)), ...twice(LATER + 2_000, down('a', 1))];
    const { transitions } = readLog(lines, openLog).news;
    assert.deepEqual(
      transitions.map(({ at }) => at - LATER),
      [0],
    );
  });

  test('a crowd of forgeries pushes out no change whose line on stderr comes late', () => {
    const crowd = Array.from({ length: 60 }, (_, n) => syslogLine(LATER - 3_000 + n, say('DOWN', `g${n}`, 3, 'zz')));
    const memory = readLog(crowd, openLog).memory;
    const late = [...twice(LATER, down('a', 1)), stderrLine(LATER + 2_000, down('a', 1))];
    assert.deepEqual(told(late, memory), ['a down']);
    assert.ok(memory.heard.held.size <= 50);
  });

  test('what stderr said first is not taken for what a client foretold', () => {
    const maintenance =
      'Server app/a is going DOWN for maintenance. 2 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.';
    const first = down('a', 1);
    const lines = [stderrLine(LATER, first), stderrLine(LATER + 100, maintenance), ...twice(LATER + 150, first)];
    assert.deepEqual(told([...lines, ...twice(LATER + 160, maintenance)], openLog), ['a down', 'a maint']);
  });

  test('however late the second of its ways comes, and though a line was lost', () => {
    const plain = (at: number) => syslogLine(at, down('a', 2));
    const quoted = (at: number) => stderrLine(at, down('a', 2));
    for (const lines of [
      [plain(LATER), plain(LATER), quoted(LATER + 20_000)],
      [plain(LATER), quoted(LATER + 2_000)],
      [quoted(LATER), plain(LATER + 2_000), plain(LATER + 2_000)],
      [quoted(LATER), plain(LATER + 2_000)],
    ]) {
      assert.deepEqual(told(lines, openLog), ['a down'], lines.join('\n'));
    }
    // Weights were set without a word, so that the number does not follow.
    const misfit = [syslogLine(LATER, down('a', 1)), stderrLine(LATER + 2_000, down('a', 1))];
    assert.deepEqual(told(misfit, openLog), ['a down']);
  });

  test('what stands on stderr alone is told as anywhere: a burst may lose all that goes to log targets', () => {
    assert.deepEqual(told([stderrLine(LATER, down('a', 2))], openLog), ['a down']);
  });

  test('a change is told where stderr has said nothing but that workers began: `haproxy -W -D` leaves it behind then', () => {
    const detached = readLog([
      forked(T),
      ...bare(T + 2),
      ...twice(T + 1, down('x', 2)),
      ...twice(T + 500, up('x', 3)),
    ]).memory;
    assert.deepEqual(told([...twice(LATER, down('a', 2)), ...twice(LATER + 5_000, down('b', 1))], detached), [
      'a down',
      'b down',
    ]);
  });

  test('what a backend without log targets says on stderr is told', () => {
    const fall = GHOST.map((text, n) => stderrLine(LATER + n, text));
    assert.deepEqual(told(fall, openLog), ['ghost down', 'nosuch exhausted']);
  });

  test('what a client writes holds up nothing', () => {
    const ghost = syslogLine(LATER - 100, down('ghost', 7));
    const { news } = ingest(openLog, batchOf(addressed([ghost, ...triple(LATER, down('a', 2))])), PLAN, UTC);
    assert.deepEqual(
      news.transitions.map(({ server }) => server),
      ['a'],
    );
  });

  test('genuine outages are told once and with their times, though a client foretold them to the letter', () => {
    const [fallen, risen, gone] = [
      say('DOWN', 's', 0, 'solo'),
      say('UP', 's', 1, 'solo'),
      'backend solo has no server available!',
    ];
    const cycle = (at: number) => [...triple(at, fallen), ...triple(at + 1, gone), ...triple(at + 20_000, risen)];
    const starts = [0, 1, 2, 3, 4].map((n) => LATER + n * 50_000);
    const foretold = [fallen, gone, risen].flatMap((text, n) => twice(LATER - 20_000 + n * 1_000, text));
    const memory = readLog(cycle(LATER - 200_000), openLog).memory;
    const { outages } = readLog([...foretold, ...starts.flatMap(cycle)], memory).news;
    assert.deepEqual(
      outages.filter(({ end }) => end !== null).map(({ start, end }) => [start, end]),
      starts.map((at) => [at, at + 20_000]),
    );
  });

  describe('a change that one line foretold has the time of the line on stderr', () => {
    const timesOf = (lines: string[]) =>
      readLog(lines, openOfOne).news.transitions.map(({ server, at }) => `${server} ${at - LATER}`);
    const other = syslogLine(LATER + 2_000, 'Proxy new started.');

    test('of the first, where that stands in the log twice', () => {
      const first = syslogLine(LATER, down('a', 2), { pid: 200 });
      const onStderr = [3_000, 6_000].map((wait) => stderrLine(LATER + wait, down('a', 2), { pid: 200 }));
      assert.deepEqual(timesOf([first, other, ...onStderr, forked(LATER + 8_000, 200)]), ['a 3000']);
    });

    test('by which what follows in its breath bears it out: that there is no server', () => {
      const of = (at: number, text: string) => [
        stderrLine(LATER + at, text, { pid: 200 }),
        syslogLine(LATER + at, text, { pid: 200 }),
      ];
      const [onStderr, logged] = of(3_000, down('a', 0)) as [string, string];
      const first = logged.replace('12:02:03', '12:02:00');
      const end = syslogLine(LATER + 9_000, 'Proxy new started.');
      assert.deepEqual(timesOf([first, other, onStderr, ...of(3_001, EXHAUSTED), end]), ['a 3000']);
    });

    test('but not where that is stamped earlier: nothing comes before its first line', () => {
      const early = stderrLine(LATER - 500, down('a', 2));
      assert.deepEqual(timesOf([syslogLine(LATER, down('a', 2)), other, early]), ['a 0']);
    });
  });

  test('what a state file gave is told, of which only stderr speaks', () => {
    const given = down('a', 2).replace(/reason: .*?ms/, 'changed from server-state after a reload');
    const lines = [forked(LATER, 200), stderrLine(LATER + 5, `config : ${given}`, { pid: 200 })];
    assert.deepEqual(told(lines, openLog), ['a down']);
  });
});

describe('before anything was heard of a worker whose lines begin as clients like', () => {
  const first = bare(T - 9_000);

  test('what looks like its state file is not told with the first change that it tells itself', () => {
    const loaded = down('b', 0).replace(/reason: .*?ms/, 'changed from server-state after a reload');
    const unresolved = "[/h.cfg:1] : 'server app/b' : could not resolve address 'b.test', disabling server.";
    for (const text of [loaded, unresolved]) {
      const { news } = readLog([...first, stderrLine(T, text), ...triple(T + 10_000, down('a', 2))]);
      assert.deepEqual([news.transitions.map(({ server }) => server), news.outages], [['a'], []], text);
    }
  });

  test('nor is what looks like the stderr of another process', () => {
    const other = syslogLine(T, `[NOTICE]   (77) : backend 'ghost' has no server available!`);
    const genuine = [syslogLine(T + 2, down('a', 1)), stderrLine(T + 10, down('a', 1))];
    const { news } = readLog([...first, other, ...genuine, syslogLine(T + 90_000, 'Mozilla/5.0')]);
    assert.deepEqual([news.transitions.map(({ server }) => server), news.outages], [['a'], []]);
  });
});

describe('where the formats were changed, and HAProxy reloaded', () => {
  const DAY = 86_400_000;
  const of = (pid: number, at: number, text: string) => [stderrLine(at, text, { pid }), ...twice(at, text, pid)];
  const reload = (at: number) => [
    forked(at, 200),
    stderrLine(at + 1, 'Loading success.', { pid: 1 }),
    stderrLine(at + 900, 'Former worker (100) exited with code 0 (Exit)', { pid: 1 }),
  ];
  const mended = [...reload(LATER), ...of(200, LATER + DAY / 2, down('x', 2)), ...of(200, LATER + DAY + 1, up('x', 3))];
  const isOpen = (lines: string[]) => openToClients(readLog(lines, openLog).memory.heard).length > 0;

  test('care ends when the new worker has served for a day and its lines did not vary', () => {
    assert.equal(isOpen(mended.slice(0, -3)), true);
    assert.equal(isOpen(mended), false);
    const { memory } = readLog(mended, openLog);
    assert.deepEqual(told(twice(LATER + 2 * DAY, down('a', 2), 200), memory), ['a down']);
  });

  test('not while any lines vary: of the new worker, or of one that goes on beside it', () => {
    const request = (pid: number) =>
      ['Mozilla/5.0 (X11; Linux x86_64)', 'curl/8.5.0'].map((text) => syslogLine(LATER + 1_000, text, { pid }));
    const [fork = '', loaded = '', , ...rest] = mended;
    assert.equal(isOpen([fork, loaded, ...request(200), ...rest]), true);
    assert.equal(isOpen([fork, loaded, ...rest]), true, 'the old one has not ended');
    assert.equal(isOpen([...mended, ...request(200)]), true, 'and they count at once');
  });
});

describe('what no reader can tell apart is told, for it may be an outage (docs/forgery.md)', () => {
  /** Two requests in one breath, and a change whose line on stderr was lost, are the same bytes. */
  const asked = [down('a', 2), down('b', 1), down('x', 0), EXHAUSTED].flatMap((text, n) => twice(LATER + n, text));
  const lost = [down('a', 2), down('b', 1), down('x', 0), EXHAUSTED]
    .flatMap((text, n) => triple(LATER + n, text))
    .filter((line) => !/\[(WARNING|ALERT)\]/.test(line));

  test('two requests in one breath, while nothing shows that clients can write lines; nothing once it does', () => {
    assert.deepEqual(asked, lost);
    assert.deepEqual(told(lost, closedLog), ['a down', 'b down', 'x down', 'app exhausted']);
    assert.deepEqual(told(lost, openLog), []);
  });

  test('with a severity before each line they differ, and nothing is told of the one and all of the other', () => {
    const sealed = (severity: number, lines: string[]) => lines.map((line) => `<${128 + severity}>${line}`);
    const known = readLog([
      ...bare(T),
      ...sealed(
        1,
        history.filter((line) => !line.includes('WARN')),
      ),
    ]).memory;
    assert.deepEqual(told(sealed(6, asked), known), []);
    assert.deepEqual(told(sealed(1, lost), known), ['a down', 'b down', 'x down', 'app exhausted']);
  });
});

test('what contradicted when it was said is no truer when it fits later, and no outage hangs on it', () => {
  // A client foretells a fall to the letter, then another of the same server: stderr pairs with the first, and HAProxy's own pair is over.
  const other = down('a', 2).replace('2001ms', '2002ms');
  const forged = [syslogLine(LATER, down('a', 2)), syslogLine(LATER + 300, other)];
  const there = [...triple(LATER + 400, down('a', 2)), ...triple(LATER + 3_400, up('a', 3))];
  const { transitions } = readLog(
    [...forged, ...there, syslogLine(LATER + 6_400, 'Proxy new started.')],
    closedLog,
  ).news;
  assert.deepEqual(
    transitions.map(({ server, to }) => `${server} ${to}`),
    ['a down', 'a up'],
  );
});

describe('where every line begins with what HAProxy or the operator wrote', () => {
  test('a change is believed though stderr has lost it', () => {
    assert.deepEqual(told(twice(LATER, down('a', 2)), closedLog), ['a down']);
    assert.deepEqual(
      told(
        GHOST.flatMap((text) => twice(LATER, text)),
        closedLog,
      ),
      ['ghost down', 'nosuch exhausted'],
    );
  });

  test('equal lines are one change though they are seconds apart and only stderr bears them out', () => {
    const lines = [
      ...twice(LATER, down('a', 0)),
      ...twice(LATER + 500, down('a', 0)),
      stderrLine(LATER + 600, down('a', 0)),
    ];
    const { transitions } = readLog(lines, closedLog).news;
    assert.deepEqual(
      transitions.map(({ at }) => at - LATER),
      [0],
    );
  });

  test('and what a backend without log targets says on stderr', () => {
    assert.deepEqual(told([stderrLine(LATER, GHOST[0]!)], closedLog), ['ghost down', 'nosuch exhausted']);
  });
});

describe('what HAProxy dumps on stderr as it dies or hangs, line by line under its own number', () => {
  for (const name of readdirSync('fixtures/dumps')) {
    const texts = readFileSync(`fixtures/dumps/${name}`, 'utf8').trimEnd().split('\n');
    const lines = texts.map((text, n) => syslogLine(T + 1_000 + n, text));

    test(`is known to its last line: ${name}`, () => {
      const unknown = lines.filter((line, n) => {
        const parsed = parseLine(line, UTC);
        return texts[n] !== '' && !(parsed.ok && ['crash', 'continuation'].includes(parsed.record.sentence.kind));
      });
      assert.deepEqual(unknown, []);
    });

    test(`opens no load balancer, so that an outage is told that stderr has lost: ${name}`, () => {
      const { memory } = readLog(lines, closedLog);
      assert.deepEqual(openToClients(memory.heard), []);
      const fall = [down('a', 2), down('b', 1), down('x', 0), EXHAUSTED].flatMap((text, n) => twice(LATER + n, text));
      assert.deepEqual(told(fall, memory), ['a down', 'b down', 'x down', 'app exhausted']);
    });
  }
});

describe('who counts as a worker whose clients write whole lines', () => {
  const known = readLog([forked(T), ...history]).memory.heard;
  const worker = { host: 'lb', pid: 100 };
  const noted = (heard: Heard, ...strangers: [pid: number, first: string, host?: string][]) =>
    strangers.reduce((before, [pid, first, host = 'lb']) => hearStranger(before, { host, pid }, first), heard);
  const isOpen = (heard: Heard) => openToClients(heard).length > 0;

  test('one whose lines begin with two characters; one character is none, nor another program', () => {
    assert.equal(isOpen(known), false);
    assert.equal(isOpen(noted(known, [100, 'M'], [100, 'M'])), false);
    assert.equal(isOpen(noted(known, [100, 'M'], [7, 'c'])), false);
    assert.equal(isOpen(noted(known, [7, 'M'], [7, 'c'])), false);
    assert.deepEqual(openToClients(noted(known, [100, 'M'], [100, 'c'])), [
      { host: 'lb', onStderr: true, forgedAt: null },
    ]);
  });

  test('also one of which nothing was known then, or whose log targets bear another name of the host', () => {
    const requests = bare(T - 5);
    const early = readLog([...requests, forked(T), ...history]).memory.heard;
    assert.equal(isOpen(early), true);
    const silent = readLog([...requests, ...twice(T + 1, down('x', 2))]).memory.heard;
    assert.deepEqual(openToClients(silent), [{ host: 'lb', onStderr: false, forgedAt: null }]);
    const others = requests.map((line) => line.replace('[100]', '[7]'));
    assert.equal(isOpen(readLog([...others, forked(T), ...history]).memory.heard), false);
    const udp = (line: string) => line.replace(' lb ', ' localhost ');
    const other = readLog([
      ...requests.map(udp),
      forked(T),
      ...history.map((line) => (line.includes('WARN') ? line : udp(line))),
    ]);
    assert.deepEqual(openToClients(other.memory.heard), [{ host: 'lb', onStderr: true, forgedAt: null }]);
  });

  test('stderr counts by what a master says while its workers run, under its own number', () => {
    const told = (text: string, tag = 1) => syslogLine(T, `[NOTICE]   (1) : ${text}`, { pid: tag });
    const onStderr = (line: string, before = [forked(T - 1)]) =>
      openToClients(
        noted(readLog([...before, line, ...twice(T + 1, down('x', 2))]).memory.heard, [100, 'M'], [100, 'c']),
      )[0]?.onStderr;
    const words = ['Loading success.', 'Loading failure!', 'Current worker (7) exited with code 143 (Terminated)'];
    assert.deepEqual(
      words.map((text) => onStderr(told(text))),
      [true, true, true],
    );
    assert.deepEqual(
      words.map((text) => onStderr(told(text, 9))),
      [false, false, false],
    );
    assert.equal(onStderr(told('New worker (100) forked')), false);
    assert.equal(onStderr(told('Loading success.'), []), false, 'of no master that has started a worker');
  });

  test('a worker that is believed by its second sentence alone counts, and then stderr has fallen silent', () => {
    const next = bare(LATER).map((line) => line.replace('[100]', '[200]'));
    const fall = [...twice(LATER + 1, down('a', 0), 200), ...twice(LATER + 2, EXHAUSTED, 200)];
    const after = readLog([...fall, ...next], closedLog).memory;
    assert.deepEqual(openToClients(after.heard), [{ host: 'lb', onStderr: false, forgedAt: null }]);
    assert.deepEqual(told(twice(LATER + 90_000, up('a', 1), 200), after), ['a up', 'app back']);
  });

  test('of a host that is forgotten nothing is known any more', () => {
    const unknown = noted(known, [7, 'M'], [7, 'c'], [8, 'M', 'lb2']);
    assert.deepEqual([unknown.strangers.size, forgetHost(unknown, 'lb').strangers.size], [2, 1]);
    assert.equal(isOpen(forgetHost(openLog.heard, 'lb')), false);
  });

  test('names that clients make up leave no more behind than some thousands', () => {
    let memory = openLog;
    for (let minute = 0; minute < 30; minute++) {
      const at = LATER + minute * 120_000;
      const lines = Array.from({ length: 1_000 }, (_, n) => syslogLine(at + n, say('DOWN', `s${n}`, 0, `b${minute}`)));
      memory = readLog(lines, memory).memory;
    }
    const { subjects, speakers, profiles, held, told: said, strangers } = memory.heard;
    const left = [subjects, speakers, profiles, held, said, strangers].reduce((sum, { size }) => sum + size, 0);
    assert.ok(left <= 12_000, `${left} are remembered`);
  });

  test('whoever else writes does not fill the memory, nor push out what is known', () => {
    const many = Array.from({ length: 3_000 }, (_, n): [number, string] => [n + 1_000, 'x']);
    const fleet = Array.from({ length: 3_000 }, (_, n): [number, string, string] => [9, 'x', `lb${n}`]);
    const crowd = noted(noted(NOTHING_HEARD, [100, 'M'], [100, 'c']), ...many, ...fleet);
    assert.ok(crowd.strangers.size <= 1_000);
    assert.equal(clientsWriteLines(crowd, worker), true);
    const open = noted(known, [100, 'M'], [100, 'c'], ...many);
    assert.equal(isOpen(open), true);
  });

  test('no more where the log has begun to bear severities', () => {
    const sealed = history.filter((line) => !line.includes('WARN')).map((line) => `<129>${line}`);
    const later = readLog(
      sealed.map((line) => line.replace('T12:00', 'T12:30')),
      openLog,
    ).memory.heard;
    assert.deepEqual([isOpen(openLog.heard), isOpen(later)], [true, false]);
    const fresh = readLog([...bare(T), `<129>${syslogLine(T + 1, EXHAUSTED)}`]).memory.heard;
    assert.deepEqual([isOpen(fresh), fresh.strangers.size], [false, 0]);
  });
});

describe('where ordinary requests begin as they like, a client', () => {
  test('who says a thing again strikes nothing else of the backend', () => {
    const genuine = down('b', 1);
    const again = (text: string) => [
      syslogLine(LATER + 30, text),
      ...twice(LATER, genuine),
      syslogLine(LATER + 80, text),
    ];
    for (const text of [down('c', 2), up('b', 7)]) {
      const lines = [...again(text).sort(), stderrLine(LATER + 100, genuine)];
      assert.deepEqual(told(lines, openLog), ['b down'], text);
    }
  });

  test('makes nothing by two requests in one breath beside a genuine change', () =>
    assert.deepEqual(told([...twice(LATER, down('a', 2)), ...triple(LATER + 100, down('b', 2))], openLog), ['b down']));

  test('is not meant where another server’s change came by one target alone before that of this one', () => {
    const lines = [
      syslogLine(LATER, down('b', 0)),
      ...triple(LATER + 500, down('a', 2)),
      stderrLine(LATER + 600, down('b', 0)),
    ];
    assert.deepEqual(told(lines, openLog), ['a down', 'b down', 'app exhausted']);
  });

  test('makes no line with a severity wait for another one', () => {
    const lines = [syslogLine(LATER, down('g', 9)), `<129>${syslogLine(LATER + 1, down('a', 2))}`];
    assert.equal(ingest(openLog, batchOf(addressed(lines)), PLAN, UTC).news.transitions.length, 1);
  });

  test('hides no change of a worker that no master told of, though stderr tells it seconds later', () => {
    const unannounced = readLog([...bare(T), ...history]).memory;
    const text = down('a', 2);
    const lines = [syslogLine(LATER, text, { pid: 200 }), stderrLine(LATER + 2_000, text, { pid: 200 })];
    assert.deepEqual(told(lines, unannounced), ['a down']);
  });
});

test('who writes lines as clients like makes no stderr under another number, where stderr is not written', () => {
  const oneTarget = readLog([syslogLine(T + 1, down('x', 2)), syslogLine(T + 500, up('x', 3))]).memory;
  const requests = bare(LATER - 4_000).map((line) => line.replace('[100]', '[4242]'));
  const forged = [down('a', 2), down('b', 1)].map((text, n) =>
    stderrLine(LATER + n * 5_000, text, { pid: 777 }).replace('haproxy[777]', 'haproxy[4242]'),
  );
  assert.deepEqual(told([...requests, ...forged], oneTarget), []);
});

describe('what is noted of how lines begin', () => {
  const at = (host: string) => (line: string) => line.replace(' lb ', ` ${host} `);

  test('is of its own host alone, though another one’s worker has the number', () => {
    const { memory } = readLog([...bare(T - 5).map(at('lb2')), forked(T), ...history]);
    assert.deepEqual(openToClients(memory.heard), []);
  });

  test('is forgotten of the host whose log bears severities, and of no other', () => {
    const { memory } = readLog([...bare(T - 5).map(at('lb2')), `<129>${syslogLine(T, down('x', 2))}`]);
    assert.equal(memory.heard.strangers.size, 1);
  });

  test('is told by the hosts’ names', () => {
    const open = (host: string) => [...bare(T), ...twice(T + 1, down('x', 2))].map(at(host));
    const { heard } = readLog(['c', 'a', 'd', 'b'].flatMap(open)).memory;
    assert.equal(
      openToClients(heard)
        .map(({ host }) => host)
        .join(''),
      'abcd',
    );
  });
});

test('a severity before a line of stderr shows none before what clients write', () => {
  const { memory } = readLog([`<29>${stderrLine(LATER, down('a', 2))}`], openLog);
  assert.deepEqual(openToClients(memory.heard), [{ host: 'lb', onStderr: true, forgedAt: null }]);
});

test('a host is forgotten with what waits there, and no other one is', () => {
  const lines = ['lb', 'lb2'].map((host) => syslogLine(LATER, down('a', 1), { host }));
  const { heard } = ingest(closedLog, batchOf(addressed(lines)), PLAN, UTC).memory;
  assert.deepEqual(
    [...forgetHost(heard, 'lb').held].map(([, { event }]) => event.host),
    ['lb2'],
  );
});

test('that a change stands on stderr shows that it is written, also where masters alone were heard there before', () => {
  const text = down('a', 2);
  const lines = [forked(T), syslogLine(T + 1, down('x', 2)), stderrLine(LATER, text), syslogLine(LATER, text)];
  const { heard } = readLog([...lines, ...bare(LATER + 9)]).memory;
  assert.deepEqual(openToClients(heard), [{ host: 'lb', onStderr: true, forgedAt: null }]);
});
