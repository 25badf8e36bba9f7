/** Which workers are remembered: the ones that may serve, however many others live beside them, and never more than some hundreds. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EMPTY_MEMORY } from '../../src/memory.js';
import { down, EXHAUSTED, stderrLine, syslogLine, up } from '../support/lines.js';
import { read } from '../support/reading.js';

const T = Date.parse('2026-11-22T12:00:00Z');
const MINUTE = 60_000;
const HOUR = 3_600_000;

const says = (at: number, text: string, pid: number) => stderrLine(at, text, { pid });
const twice = (at: number, text: string, pid: number) => [1, 2].map(() => syslogLine(at, text, { pid }));
const triple = (at: number, text: string, pid: number) => [says(at, text, pid), ...twice(at, text, pid)];

const outagesOf = (lines: string[]) =>
  read(lines).news.outages.map(({ pid, start, end, endHow }) => [pid, start - T, end && end - T, endHow]);

test('a service’s only worker is, however often another service is reloaded whose old workers live on', () => {
  const lines = [says(T, 'New worker (11) forked', 10), says(T + 1, 'Loading success.', 10)];
  lines.push(...triple(T + MINUTE, down('a', 0), 11), ...triple(T + MINUTE + 1, EXHAUSTED, 11));
  for (let n = 0; n < 120; n++) {
    const at = T + (n + 2) * MINUTE;
    lines.push(says(at, `New worker (${500 + n}) forked`, 20), says(at + 1, 'Loading success.', 20));
  }
  lines.push(...triple(T + 3 * HOUR, up('a', 1), 11));
  assert.deepEqual(outagesOf(lines), [[11, MINUTE, 3 * HOUR, 'recovered']]);
});

describe('all processes of one HAProxy are (`nbproc 64`, until 2.4)', () => {
  const pids = Array.from({ length: 64 }, (_, n) => 501 + n);
  const forked = pids.map((pid, n) => says(T + n, `New worker #${n + 1} (${pid}) forked`, 500));
  const each = (at: number, line: (at: number, pid: number) => string[]) =>
    pids.flatMap((pid, n) => line(at + n * 10, pid));
  const all = pids.map((pid, n) => [pid, HOUR + n * 10 + 1, 2 * HOUR + n * 10, 'recovered']);

  test('whose master told of them', () => {
    const lines = [
      ...forked,
      ...each(T + HOUR, (at, pid) => [...triple(at, down('a', 0), pid), ...triple(at + 1, EXHAUSTED, pid)]),
      ...each(T + 2 * HOUR, (at, pid) => triple(at, up('a', 1), pid)),
    ];
    assert.deepEqual(
      outagesOf(lines).map(([pid, start, end, how]) => [pid, start, end, how]),
      all.map(([pid, start, end, how]) => [pid, Number(start) - 1, end, how]),
    );
  });
});

test('of masters that come and go without a word some hundred workers are left', () => {
  const lines = Array.from({ length: 3_000 }, (_, n) =>
    says(T + n * 30_000, `New worker (${10_001 + 2 * n}) forked`, 10_000 + 2 * n),
  );
  const { memory } = read(lines, EMPTY_MEMORY);
  assert.ok(memory.heard.speakers.size <= 400, `${memory.heard.speakers.size}`);
});
