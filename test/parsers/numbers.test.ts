/** Numbers of processes come again: after a boot, or where there are few. The next process with one is not the worker that had it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openToClients } from '../../parsers/index.js';
import { down, EXHAUSTED, serverText, stderrLine, syslogLine, up } from '../support/lines.js';
import { readLog } from '../support/reading.js';

const T = Date.parse('2026-11-22T12:00:00Z');
const MINUTE = 60_000;
const HOUR = 3_600_000;

const says = (at: number, text: string, pid: number) => stderrLine(at, text, { pid });
const triple = (at: number, text: string, pid: number) => [says(at, text, pid), ...twice(at, text, pid)];
const twice = (at: number, text: string, pid: number) => [1, 2].map(() => syslogLine(at, text, { pid }));
const fall = (at: number, pid: number) => [...triple(at, down('a', 0), pid), ...triple(at + 1, EXHAUSTED, pid)];
const other = serverText({ at: 0, backend: 'db', server: 's', to: 'DOWN', left: 1 });
const FROM_FILE =
  'Server app/a is DOWN, changed from server-state after a reload. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.';

/** HAProxy is stopped in an outage. */
const before = (...more: string[]) => [
  says(T, 'New worker (15) forked', 10),
  says(T + 1, 'Loading success.', 10),
  ...triple(T + MINUTE, down('a', 1), 15),
  ...triple(T + 2 * MINUTE, up('a', 2), 15),
  ...more,
  ...fall(T + HOUR, 15),
  says(T + HOUR + MINUTE, 'Exiting Master process...', 10),
  says(T + HOUR + MINUTE + 100, 'Current worker (15) exited with code 143 (Terminated)', 10),
  says(T + HOUR + MINUTE + 200, 'All workers exited. Exiting... (0)', 10),
];
const AT = T + HOUR + 2 * MINUTE;

/** It is started anew, fails to reload, and its worker is killed. */
const after = (master: number, loaded: string[] = []) => [
  ...loaded,
  says(AT, 'New worker (20) forked', master),
  says(AT + 1, 'Loading success.', master),
  ...triple(AT + MINUTE, other, 20),
  says(AT + HOUR, 'Reloading HAProxy', master),
  says(AT + HOUR + 200, 'Loading failure!', master),
  says(AT + 2 * HOUR, 'Current worker (20) exited with code 137 (Killed)', master),
];

const story = (lines: string[]) => {
  const { news, memory } = readLog(lines);
  return {
    changes: news.transitions.map(({ pid, server, to, at }) => [pid, server, to, at - T]),
    outages: news.outages.map(({ pid, start, end, endHow }) => [pid, start - T, end && end - T, endHow]),
    incidents: news.incidents.map(({ rule, phase, openedAt, resolvedAt }) => [
      ...[rule, phase, openedAt - T, resolvedAt && resolvedAt - T],
    ]),
    suspects: news.suspects.map(({ reason }) => reason),
    open: openToClients(memory.heard).length,
  };
};

describe('a new master with the number of a worker that has ended', () => {
  test('is believed: the outage ends, and that a reload fails and its worker is killed is told', () => {
    const told = story([...before(), ...after(15)]);
    assert.deepEqual(told, story([...before(), ...after(16)]));
    assert.deepEqual(
      told.incidents.map(([rule, phase]) => `${rule} ${phase}`),
      ['outage resolved', 'stopped resolved', 'reload_failed firing', 'worker_killed firing'],
    );
  });

  test('also if the lines of that worker varied', () => {
    const requests = ['web 10.0.0.9:4711 app/a 200', 'client=10.0.0.8'].map((text, n) =>
      syslogLine(T + 3 * MINUTE + n, text, { pid: 15 }),
    );
    for (const some of [requests.slice(1), requests])
      assert.deepEqual(story([...before(...some), ...after(15)]), story([...before(...some), ...after(16)]));
  });

  test('and what it loads from a state file is its worker’s', () => {
    const file = (pid: number) => [says(AT - 100, FROM_FILE, pid), says(AT - 99, EXHAUSTED, pid)];
    const told = story([...before(), ...after(15, file(15))]);
    assert.deepEqual(told, story([...before(), ...after(16, file(16))]));
    assert.ok(told.outages.some(([pid]) => pid === 20));
  });

  test('and what its worker writes to stderr under the master’s number (systemd before 252)', () => {
    const under = (master: number) =>
      [...before(), ...after(master)].map((line) => line.replace(/haproxy\[20\]: (?=\[)/, `haproxy[${master}]: `));
    assert.deepEqual(story(under(15)), story(under(16)));
  });

  test('which leaves it a master when that worker’s last words come late', () => {
    const late = says(AT + 2, up('a', 1), 15);
    const told = story([...before(), ...after(15).toSpliced(2, 0, late)]);
    assert.deepEqual(told.incidents, story([...before(), ...after(15)]).incidents);
  });
});

test('a worker with the number of one that has ended does not take over how that one’s lines began', () => {
  const requests = ['Mozilla/5.0', 'curl/8.5'].map((text, n) => syslogLine(T + n, text, { pid: 20 }));
  const foreign = [...before(), ...requests.map((line) => line.replace('haproxy[', 'haproxy-agent[')), ...after(16)];
  assert.equal(story(foreign).open, 0);
});

test('that a worker which runs tells of workers, or of reloads, is believed as little as before', () => {
  for (const word of [
    'New worker (20) forked',
    'Loading failure!',
    'Current worker (15) exited with code 137 (Killed)',
  ]) {
    const { incidents, suspects } = story([...before().slice(0, -3), says(AT, word, 15)]);
    assert.deepEqual([incidents.map(([rule]) => rule), suspects.length], [['outage'], 1], word);
  }
});
