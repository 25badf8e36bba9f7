/**
 * Where all ordinary requests begin alike, and like nothing that HAProxy writes: with a word of the operator's, or with that of the only kind of client. Then one
 * request makes no event, and nothing is learned from it; of the changes that HAProxy tells none is missed for it.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openToClients } from '../../parsers/index.js';
import type { Memory } from '../../src/memory.js';
import { serverText, stderrLine, syslogLine } from '../support/lines.js';
import { readLog } from '../support/reading.js';

const T = Date.parse('2026-11-22T12:00:00.500Z');
const LATER = T + 120_000;
const say = (to: 'UP' | 'DOWN', server: string, left: number) =>
  serverText({ at: 0, backend: 'app', server, to, left });
const down = (server: string, left: number) => say('DOWN', server, left);
const up = (server: string, left: number) => say('UP', server, left);
const EXHAUSTED = 'backend app has no server available!';
const ready = (server: string) => `Server app/${server} is UP/READY (leaving forced maintenance).`;
const maintenance = (server: string, left: number) =>
  `Server app/${server} is going DOWN for maintenance. ${left} active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.`;

const line = (at: number, text: string) => syslogLine(at, text);
const forked = stderrLine(T, 'New worker (100) forked', { pid: 1 });
const twice = (at: number, text: string) => [line(at, text), line(at, text)];
const triple = (at: number, text: string) => [...twice(at, text), stderrLine(at + 20, text)];
const requests = [1, 2, 3].map((n) => line(T + n, 'curl/8.5.0'));

/** Stderr is announced, and no change was told yet. */
const announced = readLog([forked, ...requests]).memory;
/** Two servers, and they have fallen, as two targets and stderr told. */
const outOf = (memory: Memory) =>
  readLog(
    [...triple(T + 9_000, down('b', 1)), ...triple(T + 9_500, down('a', 0)), ...triple(T + 9_501, EXHAUSTED)],
    memory,
  ).memory;
const out = outOf(announced);

function told(lines: string[], memory: Memory): string[] {
  const { transitions, outages } = readLog([...lines, line(LATER + 60_000, 'Proxy new started.')], memory).news;
  return [
    ...transitions.map(({ server, to }) => `${server} ${to}`),
    ...outages.map(({ backend, end }) => `${backend} ${end === null ? 'exhausted' : 'back'}`),
  ];
}

describe('where all requests begin alike, and stderr is announced', () => {
  test('one request makes no outage before HAProxy has told a change', () => {
    for (const text of [down('a', 0), maintenance('a', 0), EXHAUSTED, ready('a'), up('a', 1)])
      assert.deepEqual(told([line(LATER, text)], announced), [], text);
  });

  test('nor does it end one, though a server came out of maintenance by a single line before', () => {
    const taught = outOf(readLog([line(T + 5_000, ready('a'))], announced).memory);
    for (const memory of [out, taught])
      for (const text of [ready('a'), ready('b'), up('a', 1)])
        assert.deepEqual(told([line(LATER, text)], memory), [], text);
    assert.deepEqual(told(triple(LATER, up('a', 1)), taught), ['a up', 'app back']);
  });

  test('what HAProxy says is told, in all its lines or without stderr', () => {
    assert.deepEqual(told(triple(LATER, down('a', 1)), announced), ['a down']);
    assert.deepEqual(told(twice(LATER, up('a', 1)), out), ['a up', 'app back']);
  });

  test('and in one line where stderr has told nothing since it began: the first outage by its two sentences, then each change', () => {
    const fall = [line(LATER, down('a', 0)), line(LATER + 1, EXHAUSTED)];
    assert.deepEqual(told(fall, announced), ['a down', 'app exhausted']);
    const { memory } = readLog(fall, announced);
    assert.deepEqual(told([line(LATER + 9_000, up('a', 1))], memory), ['a up', 'app back']);
    assert.deepEqual(told([line(LATER + 9_000, up('b', 3))], memory), ['b up', 'app back']);
  });
});

test('where nothing was heard but such requests, one makes no outage; HAProxy’s two sentences do', () => {
  const { memory } = readLog(requests);
  for (const text of [down('a', 0), maintenance('a', 0), EXHAUSTED])
    assert.deepEqual(told([line(LATER, text)], memory), [], text);
  assert.deepEqual(told([line(LATER, down('a', 0)), line(LATER + 1, EXHAUSTED)], memory), ['a down', 'app exhausted']);
});

test('a second target that takes nothing but falls is learned from what stderr bears out', () => {
  const alone = (at: number, text: string) => [line(at, text), stderrLine(at + 20, text)];
  const { memory } = readLog([...triple(T + 9_000, down('a', 1)), ...alone(T + 12_000, up('a', 2))], announced);
  assert.deepEqual(told([...triple(LATER, down('a', 1)), line(LATER + 9_000, up('a', 2))], memory), ['a down', 'a up']);
});

describe('a worker’s line that looks like the stderr of another process', () => {
  const attempt = line(T + 20_000, '[ALERT]    (4242) : Current worker (4243) exited with code 137 (Killed)');

  test('shows that clients begin its lines', () => {
    const { memory } = readLog([attempt], out);
    assert.deepEqual(
      openToClients(memory.heard).map(({ host }) => host),
      ['lb'],
    );
    for (const text of [ready('a'), up('a', 1)]) assert.deepEqual(told(twice(LATER, text), memory), [], text);
    assert.deepEqual(told(triple(LATER, up('a', 1)), memory), ['a up', 'app back']);
  });

  test('shows nothing where none of its lines began so, or it has not spoken by a `log` target, or is not known', () => {
    const quiet = outOf(readLog([forked]).memory);
    const others = [attempt.replace('[100]', '[777]'), attempt.replace('[100]', '[1]')];
    const memories = [
      readLog([attempt], quiet).memory,
      readLog([attempt], announced).memory,
      ...others.map((one) => readLog([one], out).memory),
    ];
    for (const { heard } of memories) assert.deepEqual(openToClients(heard), []);
  });
});
