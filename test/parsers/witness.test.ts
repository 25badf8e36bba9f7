/** Which lines are a pair, and what a load balancer is taken to write, where one thing less would hide an alarm or tell a forged one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { down, stderrLine, syslogLine, up } from '../support/lines.js';
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
  const log = [forked, ...pair, syslogLine(LATER, down('a', 2)), silence];
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
