/** Other programs and other processes of the host: what they write makes no event, and what they carry for HAProxy is heard. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EMPTY_MEMORY, type Memory } from '../../src/memory.js';
import { serverText, stderrLine, syslogLine } from '../support/lines.js';
import { readLog } from '../support/reading.js';

const T = Date.parse('2026-11-22T12:00:00Z');
const LATER = T + 120_000;
const say = (to: 'UP' | 'DOWN', server: string, left: number) =>
  serverText({ at: 0, backend: 'app', server, to, left });
const down = (server: string, left: number) => say('DOWN', server, left);
const up = (server: string, left: number) => say('UP', server, left);
const EXHAUSTED = 'backend app has no server available!';
const KILLED = 'Current worker (2) exited with code 139 (Segmentation fault)';
const forked = (at: number, pid = 100) => stderrLine(at, `New worker (${pid}) forked`, { pid: 1 });
const twice = (at: number, text: string, pid = 100) => [1, 2].map(() => syslogLine(at, text, { pid }));
const triple = (at: number, text: string) => [stderrLine(at, text), ...twice(at, text)];
const history = [forked(T), ...triple(T + 1, down('x', 2)), ...triple(T + 500, up('x', 3))];

/** The line as a program of another name writes it; with no pid, as `logger` does. */
const by = (name: string, line: string) => line.replace(/haproxy\[(\d+)\]/, name);

/** `a down`, `app exhausted`, `? why it is suspect`. */
function told(lines: string[], memory: Memory = EMPTY_MEMORY): string[] {
  const { transitions, outages, incidents, suspects } = readLog(lines, memory).news;
  return [
    ...transitions.map(({ server, to }) => `${server} ${to}`),
    ...outages.map(({ backend, end }) => `${backend} ${end === null ? 'exhausted' : 'back'}`),
    ...incidents.filter(({ rule }) => rule !== 'outage').map(({ rule }) => rule),
    ...suspects.map(({ reason }) => `? ${reason}`),
  ];
}

describe('another program', () => {
  const debian = readLog(history).memory;

  test('speaks as no master, whatever pid it bears or names, and spoils no reload', () => {
    const words = [KILLED, 'New worker (2) forked', 'Loading failure!'];
    for (const name of ['haproxyctl', 'haproxy', 'haproxy-exporter[777]', 'haproxy_backup[1]']) {
      for (const text of words) {
        const line = by(name, stderrLine(LATER, text, { pid: 1 }));
        assert.deepEqual(
          told([line], debian).filter((what) => !what.startsWith('?')),
          [],
          line,
        );
      }
    }
    assert.deepEqual(told([stderrLine(LATER, KILLED.replace('(2)', '(100)'), { pid: 1 })], debian), ['worker_killed']);
  });

  test('nor under HAProxy’s name and a number of its own, whatever number its text names', () => {
    for (const text of [KILLED.replace('(2)', '(100)'), 'New worker (100) forked', 'Loading failure!']) {
      const lines = [1, 4242].map((pid) => by('haproxy[50832]', stderrLine(LATER, text, { pid })));
      assert.deepEqual(told(lines, debian), ['? another process wrote it', '? another process wrote it'], text);
    }
  });

  test('tells no fall of a server, though its second sentence follows from its first', () => {
    const fall = [down('a', 0), EXHAUSTED].map((text, n) => by('haproxy-foo[55]', syslogLine(LATER + n * 1_500, text)));
    assert.deepEqual(
      told([...fall, syslogLine(LATER + 9_000, 'web 10.0.0.1')], debian).filter((what) => !what.startsWith('?')),
      [],
    );
  });

  test('leaves what it wrote to be found: by the number in its header, and also what changes no state', () => {
    const forged = (text: string) => by('haproxy-exporter[777]', stderrLine(LATER, text, { pid: 1 }));
    const { suspects } = readLog([forged(KILLED), forged('Loading failure!')], debian).news;
    assert.deepEqual(
      suspects.map(({ event, tag }) => `${tag}[${event.pid}] ${event.says.kind}`),
      ['haproxy-exporter[777] worker.ended', 'haproxy-exporter[777] reload.failed'],
    );
  });

  test('makes no change where the log bears severities either, though it writes with one of HAProxy’s', () => {
    const sealed = (line: string) => (line.includes('(1') ? `<30>${line}` : `<129>${line}`);
    const { memory } = readLog(history.map(sealed));
    for (const name of ['haproxyctl', 'haproxy-foo[55]', 'haproxy[31337]']) {
      const lines = [EXHAUSTED, down('a', 2)].map((text) => `<13>${by(name, syslogLine(LATER, text))}`);
      assert.deepEqual(
        told(lines.slice(0, 1), memory).filter((what) => !what.startsWith('?')),
        [],
        name,
      );
    }
    assert.deepEqual(told([`<129>${syslogLine(LATER, down('a', 2))}`], memory), ['a down']);
  });

  test('nor where HAProxy writes a single line of each change, unless its second follows from its first', () => {
    const { memory } = readLog([syslogLine(T, down('x', 2)), syslogLine(T + 5_000, up('x', 3))]);
    const one = (name: string, text: string, at = LATER) => by(name, syslogLine(at, text));
    for (const name of ['haproxyctl', 'haproxy', 'haproxy-foo[55]'])
      assert.deepEqual(told([one(name, EXHAUSTED)], memory), ['? another program wrote it'], name);
    assert.deepEqual(told([one('haproxy[200]', down('a', 0))], memory), ['a down', 'app exhausted']);
    // HAProxy itself with another `log-tag`.
    const renamed = [one('edge[200]', down('a', 0)), one('edge[200]', EXHAUSTED, LATER + 1)];
    assert.deepEqual(told(renamed, memory).slice(0, 2), ['a down', 'app exhausted']);
  });
});

test('where the log bears severities, a client’s text is none of stderr, though it knows the worker’s pid: its facility tells', () => {
  const sealed = (line: string) => (line.includes('(1') ? `<30>${line}` : `<129>${line}`);
  const { memory } = readLog(history.map(sealed));
  assert.deepEqual(told([`<134>${stderrLine(LATER, down('a', 2))}`], memory), [
    '? its facility is that of a `log` target',
  ]);
  const master = syslogLine(LATER, `[ALERT]    (7) : ${KILLED}`, { pid: 300 });
  assert.deepEqual(told([`<134>${master}`], memory), ['? its facility is that of a `log` target']);
  assert.deepEqual(told([`<30>${stderrLine(LATER, down('a', 2))}`], memory), ['a down']);
});

describe('what others carry for HAProxy is heard, as the log drivers of containers do', () => {
  /** As a process of another number writes it for HAProxy. */
  const carried = (at: number, text: string, pid = 8) => by('haproxy[987]', stderrLine(at, text, { pid }));
  const fall = [carried(LATER, down('a', 0)), carried(LATER + 1, EXHAUSTED), carried(LATER + 60_000, up('a', 1))];
  const FALL = ['a down', 'a up', 'app back'];

  test('though lines of its own begin as they like', () => {
    const own = ['time="2026-11-22" level=info', 'Handler for POST returned error', 'web 10.0.0.1 GET /'];
    for (const name of ['dockerd[987]', 'haproxy[987]']) {
      const others = own.map((text) => by(name, syslogLine(T, text)));
      for (const start of [[carried(T, 'New worker (8) forked', 1)], []])
        assert.deepEqual(told([...others, ...start, ...fall]), FALL, `${name} ${start}`);
    }
  });

  test('on a load balancer that is open, too: a container that is started anew ends what was', () => {
    const formats = ['web 10.0.0.1 GET /', 'api 10.0.0.1 GET /'].map((text) => syslogLine(T + 5, text, { pid: 8 }));
    const start = (at: number) => [carried(at, 'New worker (8) forked', 1), carried(at, 'Loading success.', 1)];
    const changes = [down('a', 0), EXHAUSTED].flatMap((text, n) => [
      carried(LATER + n, text),
      ...twice(LATER + n, text, 8),
    ]);
    const { news } = readLog([...start(T), ...formats, ...changes, ...start(LATER + 600_000)]);
    assert.deepEqual(
      news.outages.map(({ endHow }) => endHow),
      ['process_replaced'],
    );
  });

  test('also if haplog began to read in the middle of its life', () => {
    const change = [down('a', 0), EXHAUSTED].flatMap((text, n) => [
      carried(LATER + n, text),
      ...twice(LATER + n, text, 8),
    ]);
    const next = [down('b', 2), up('b', 3)].flatMap((text, n) => [carried(T + n, text), ...twice(T + n, text, 8)]);
    const { news } = readLog([...next, ...change, carried(LATER + 600_000, 'New worker (8) forked', 1)]);
    assert.deepEqual(
      news.outages.map(({ endHow }) => endHow),
      ['process_replaced'],
    );
  });

  test('and under a new name, as a container has that was made anew', () => {
    const first = readLog([carried(T, 'New worker (8) forked', 1), ...fall]).memory;
    const renamed = fall.map((line) => by('5790672ab6a0[987]', line).replace('T12:0', 'T13:0'));
    assert.deepEqual(told(renamed, first), FALL);
  });
});

test('over UDP a worker speaks as no master under the name that its log targets bear', () => {
  const udp = (line: string) => (line.includes('WARN') ? line : line.replace(' lb ', ' localhost '));
  const { memory } = readLog(history.map(udp));
  const forged = syslogLine(LATER, `[WARNING]  (100) : ${KILLED}`, { host: 'localhost' });
  assert.deepEqual(told([forged], memory), ['? a worker does not tell of workers']);
});

test('over UDP the names of one host stay one after a reload, though haplog began in a worker’s life', () => {
  const udp = (line: string) => (/WARN|ALERT/.test(line) ? line : line.replace(' lb ', ' localhost '));
  const change = (at: number, text: string, pid: number) =>
    [...twice(at, text, pid), stderrLine(at + 2, text, { pid })].map(udp);
  const first = readLog([...change(T, down('a', 2), 100), ...change(T + 5_000, up('a', 3), 100)]).memory;
  const fall = [...change(LATER + 60_000, down('a', 0), 200), ...change(LATER + 60_001, EXHAUSTED, 200)];
  const { transitions, outages, suspects } = readLog([forked(LATER, 200), ...fall], first).news;
  assert.deepEqual([transitions.length, outages.length, suspects.length], [1, 1, 0]);
});
