/** What a process writes bare to stderr while it loads its configuration takes nothing from belief, and lets no client say more. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openToClients } from '../../parsers/index.js';
import { down, EXHAUSTED, stderrLine, syslogLine, up } from '../support/lines.js';
import { readLog } from '../support/reading.js';

const T = Date.parse('2026-11-22T12:00:00Z');
const MINUTE = 60_000;
const HOUR = 3_600_000;

const bare = (at: number, text: string, pid: number) => syslogLine(at, text, { pid });
const says = (at: number, text: string, pid: number) => stderrLine(at, text, { pid });
const twice = (at: number, text: string, pid: number) => [1, 2].map(() => bare(at, text, pid));
const triple = (at: number, text: string, pid: number) => [says(at, text, pid), ...twice(at, text, pid)];
const fall = (at: number, pid: number) => [...triple(at, down('a', 0), pid), ...triple(at + 1, EXHAUSTED, pid)];

/** The certificate has no parameters for DH (2.6.12 with `-W`): the warning has three lines, and one prefix. */
const warned = (at: number, pid: number) => [
  says(at, "config : parsing [/etc/haproxy/haproxy.cfg:11] : 'bind :443' in section 'frontend' : ", pid),
  bare(at, "unable to load default 1024 bits DH parameter for certificate '/etc/haproxy/site.pem'.", pid),
  bare(at, ", DH ciphers won't be available.", pid),
];
/** Lua's print() at load (2.2.9, 2.6.12: the master, each time that it loads). */
const printed = (at: number, pid: number) => [bare(at, 'cors.lua 1.3 loaded', pid)];
const printedMore = (at: number, pid: number) => [...printed(at, pid), bare(at + 1, 'jwt.lua: no key', pid)];
const NOTHING = () => [];
type Loading = (at: number, pid: number) => string[];

/** A master starts, reloads within an outage, and its worker is killed. Then another one is started. */
function life(loading: Loading, from = T, master = 10): string[] {
  const first = master + 1;
  const second = master + 2;
  return [
    ...loading(from, master),
    says(from + 200, `New worker (${first}) forked`, master),
    says(from + 201, 'Loading success.', master),
    ...fall(from + MINUTE, first),
    says(from + 2 * MINUTE, 'Reloading HAProxy', master),
    ...loading(from + 2 * MINUTE + 10, master),
    says(from + 2 * MINUTE + 200, `New worker (${second}) forked`, master),
    says(from + 2 * MINUTE + 201, 'Loading success.', master),
    says(from + 2 * MINUTE + 300, `Former worker (${first}) exited with code 0 (Exit)`, master),
    ...fall(from + 3 * MINUTE, second),
    says(from + 4 * MINUTE, `Current worker (${second}) exited with code 137 (Killed)`, master),
  ];
}

const story = (lines: string[]) => {
  const { news, memory: after } = readLog(lines);
  return {
    outages: news.outages.map(({ pid, start, end, endHow }) => [pid, start - T, end && end - T, endHow]),
    incidents: news.incidents.map(({ rule, phase, openedAt }) => [rule, phase, openedAt - T]),
    suspects: news.suspects.map(({ reason }) => reason),
    open: openToClients(after.heard),
  };
};

const known = life(NOTHING);
/** The clients of this load balancer begin lines as they like. */
const open = [
  ...known.slice(0, -1),
  bare(T + 200_000, 'Mozilla/5.0', 12),
  bare(T + 200_000, 'curl/8.5', 12),
  ...known.slice(-1),
];

describe('a master is believed in all that it says, though at its load it has written bare', () => {
  test('the further lines of a warning', () => assert.deepEqual(story(life(warned)), story(life(NOTHING))));
  test('a line that Lua prints', () => assert.deepEqual(story(life(printed)), story(life(NOTHING))));

  for (const [name, before] of Object.entries({ 'is known': known, 'is open to its clients': open }))
    for (const loading of [warned, printed, printedMore])
      test(`where its load balancer ${name}, when it is started anew: ${loading.name}`, () => {
        const after = (load: Loading) => story([...before, ...life(load, T + HOUR, 50)]);
        assert.deepEqual(after(loading), after(NOTHING));
      });

  test('also if a reload that failed was its first word', () => {
    const start = [...fall(T, 11), ...triple(T + 900, up('a', 1), 11)];
    const failed = (loading: Loading) => [
      ...start,
      says(T + HOUR, 'Reloading HAProxy', 10),
      ...loading(T + HOUR, 10),
      says(T + HOUR + 900, 'Loading failure!', 10),
      says(T + 2 * HOUR, 'Reloading HAProxy', 10),
      ...loading(T + 2 * HOUR, 10),
      says(T + 2 * HOUR + 900, 'New worker (12) forked', 10),
      says(T + 2 * HOUR + 901, 'Loading success.', 10),
    ];
    assert.deepEqual(story(failed(NOTHING)).incidents.at(-1), ['reload_failed', 'resolved', HOUR + 900]);
    for (const loading of [warned, printedMore]) assert.deepEqual(story(failed(loading)), story(failed(NOTHING)));
  });

  test('hours before its first word, as of 1.8, which tells of no worker that begins', () => {
    const killed = says(T + HOUR, 'Current worker 11 left with exit code 137', 10).replace(
      'left with exit',
      'exited with',
    );
    const log = (loading: Loading) => [...loading(T, 10), ...fall(T + MINUTE, 11), killed];
    assert.deepEqual(story(log(NOTHING)).incidents.at(-1)?.[0], 'worker_killed');
    assert.deepEqual(story(log(warned)), story(log(NOTHING)));
  });
});

test('what is written at the load of a container takes nothing either, though one log driver brings that of each start', () => {
  const through = (line: string) => line.replace(/haproxy\[\d+\]/, 'haproxy[987]');
  const run = (loading: Loading, at: number) => [
    ...loading(at, 1),
    says(at + 200, 'New worker (8) forked', 1),
    says(at + 201, 'Loading success.', 1),
    ...[down('a', 0), EXHAUSTED].flatMap((text, n) => [says(at + MINUTE + n, text, 8), bare(at + MINUTE + n, text, 8)]),
    says(at + 2 * MINUTE, 'Current worker (8) exited with code 137 (Killed)', 1),
  ];
  const log = (loading: Loading) => [T, T + HOUR, T + 2 * HOUR].flatMap((at) => run(loading, at)).map(through);
  for (const loading of [warned, printed]) assert.deepEqual(story(log(loading)), story(log(NOTHING)), loading.name);
  assert.equal(story(log(NOTHING)).outages.length, 3);
});

describe('since 3.1 a worker that loads opens no load balancer by what it writes bare', () => {
  const log = (loading: Loading) => [
    says(T, 'Initializing new worker (11)', 10),
    ...loading(T + 50, 11),
    says(T + 100, 'Loading success.', 10),
    ...fall(T + MINUTE, 11),
    ...triple(T + 2 * MINUTE, up('a', 1), 11),
    // Stderr loses an outage.
    ...twice(T + HOUR, down('a', 0), 11),
    ...twice(T + HOUR + 1, EXHAUSTED, 11),
  ];
  for (const loading of [warned, printedMore])
    test(loading.name, () => assert.deepEqual(story(log(loading)), story(log(NOTHING))));

  test('nor if the process before it had its number', () => {
    const before = [...printedMore(T - HOUR, 11), ...log(NOTHING)];
    assert.deepEqual(story(before), story(log(NOTHING)));
  });

  test('but by what its clients begin as they like once it serves', () => {
    const requests = [bare(T + 200, 'Mozilla/5.0', 11), bare(T + 300, 'curl/8.5', 11)];
    for (const loading of [NOTHING, warned, printedMore])
      assert.equal(
        story([...log(loading).slice(0, loading(0, 0).length + 2), ...requests, ...fall(T + MINUTE, 11)]).open.length,
        1,
      );
  });
});

describe('a load takes most of a minute, as with many certificates: nothing is made of what is written bare meanwhile', () => {
  const AFTER = [0, 20_000, 40_000];
  const outage = (pid: number) => [
    ...fall(T + 2 * MINUTE, pid),
    ...triple(T + 3 * MINUTE, up('a', 1), pid),
    // Stderr loses an outage.
    ...twice(T + HOUR, down('a', 0), pid),
    ...twice(T + HOUR + 1, EXHAUSTED, pid),
  ];

  test('by a worker (since 3.1)', () => {
    const log = (loading: Loading) => [
      says(T, 'Initializing new worker (11)', 10),
      ...loading(T + 50, 11),
      says(T + 50_000, 'Loading success.', 10),
      ...outage(11),
    ];
    const slow: Loading = (at, pid) => [...warned(at, pid), ...AFTER.flatMap((after) => printedMore(at + after, pid))];
    assert.deepEqual(story(log(slow)), story(log(NOTHING)));
  });

  test('by a master, which is believed when it tells of its worker then', () => {
    const log = (loading: Loading) => [
      ...loading(T, 10),
      says(T + 50_000, 'New worker (11) forked', 10),
      says(T + 50_001, 'Loading success.', 10),
      ...outage(11),
      says(T + 2 * HOUR, 'Current worker (11) exited with code 137 (Killed)', 10),
    ];
    const slow: Loading = (at, pid) => AFTER.flatMap((after) => warned(at + after, pid));
    assert.deepEqual(story(log(slow)), story(log(NOTHING)));
  });
});

describe('a client does not pass for a master that loads', () => {
  const WORDS = ['New worker (2) forked', 'Initializing new worker (2)', 'Loading failure!'];
  const requests = (at: number, pid: number) => [bare(at, 'Mozilla/5.0', pid), bare(at + 1, 'curl/8.5', pid)];
  const last = (lines: string[]) => story(lines).suspects.at(-1);
  const REFUSED = 'a master writes nothing by `log` targets';

  test('by what looks like stderr before its requests, once they have come for a minute', () => {
    for (const word of WORDS) {
      const lines = [
        says(T, 'x', 1),
        ...requests(T + 2, 1),
        says(T + MINUTE + 900, 'x', 1),
        ...requests(T + MINUTE + 901, 1),
      ];
      assert.equal(last([...lines, says(T + MINUTE + 910, word, 1)]), REFUSED, word);
    }
  });

  test('nor later than in the first second behind it', () => {
    for (const word of WORDS)
      assert.equal(last([says(T, 'x', 1), ...requests(T + 2_000, 1), says(T + 2_009, word, 1)]), REFUSED, word);
  });

  test('nor in the name of a worker that serves: its load balancer is open all the same', () => {
    const lines = [...fall(T, 11), says(T + MINUTE, 'x', 11), ...requests(T + MINUTE + 1, 11)];
    assert.equal(story(lines).open.length, 1);
  });

  test('nor where no stderr was heard, and its requests vary or the load balancer is open; or it tells of no worker', () => {
    const silent = [...twice(T, down('x', 2), 7), ...twice(T + 9_000, up('x', 3), 7)];
    for (const word of WORDS) {
      assert.equal(last([...requests(T, 1), says(T + 9, word, 1)]), REFUSED, word);
      assert.equal(last([...silent, requests(T + MINUTE, 1)[0]!, says(T + MINUTE + 9, word, 1)]), REFUSED, word);
    }
    assert.equal(last([requests(T, 1)[0]!, says(T + 9, 'Loading failure!', 1)]), REFUSED);
  });

  test('nor after the time that a load takes', () => {
    for (const before of [known, open, []])
      assert.equal(
        last([...before, requests(T + HOUR, 99)[0]!, says(T + HOUR + 61_000, 'New worker (2) forked', 99)]),
        REFUSED,
      );
  });
});

test('a warning of three lines lets no change be missed of which copies are lost, though its numbers fit nothing', () => {
  const loaded = (loading: Loading) => [
    says(T, 'Initializing new worker (11)', 10),
    ...loading(T + 10, 11),
    says(T + 200, 'Loading success.', 10),
    ...triple(T + MINUTE, down('a', 2), 11),
    ...triple(T + 2 * MINUTE, up('a', 3), 11),
    ...twice(T + HOUR, down('b', 0), 11),
    says(T + 2 * HOUR, 'x', 10),
  ];
  const told = (lines: string[]) => readLog(lines).news.transitions.map(({ server, to }) => `${server} ${to}`);
  assert.deepEqual(told(loaded(NOTHING)), ['a down', 'a up', 'b down']);
  assert.deepEqual(told(loaded(warned)), told(loaded(NOTHING)));
});
