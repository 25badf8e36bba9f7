/** Names of servers that clients make up, where they can write whole lines: each that is believed is remembered, and they can write without end. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NAMES_MAX, TOO_MANY_NAMES } from '../../parsers/names.js';
import { type Memory, memoryWith } from '../../src/memory.js';
import { serverText, stderrLine, syslogLine } from '../support/lines.js';
import { readLog } from '../support/reading.js';

const T = Date.parse('2026-11-22T12:00:00.500Z');
const LATER = T + 120_000;
const HOUR = 3_600_000;
const say = (to: 'UP' | 'DOWN', server: string, left: number, backend = 'app') =>
  serverText({ at: 0, backend, server, to, left });
const made = (n: number) => say('DOWN', 'web1', 1, `made-up${n}`);
const requests = ['Mozilla/5.0 (X11; Linux x86_64)', 'curl/8.5.0'].map((text) => syslogLine(T, text));
const first = [syslogLine(T + 1, say('DOWN', 'x', 2)), syslogLine(T + 5_000, say('UP', 'x', 3))];
/** One target, no stderr. */
const closed = readLog(first).memory;
const open = readLog([...requests, ...first]).memory;

const COUNT = 'lb 100  names';
const countOf = ({ heard }: Memory) => heard.told.get(COUNT);
/** The memory after as many names that only one more is believed today. */
function nearlyFull(memory: Memory): Memory {
  const begun = readLog([syslogLine(LATER, made(0))], memory).memory;
  const { heard } = begun;
  return memoryWith(begun, { heard: { ...heard, told: heard.told.with(COUNT, NAMES_MAX - 1) } });
}

/** What is told of lines a second apart, and what is suspect. */
function readAfter(memory: Memory, texts: readonly string[], at = LATER + 10_000) {
  const lines = [...texts, 'Proxy new started.'].map((text, n) => syslogLine(at + n * 1_000, text));
  const { news, memory: after } = readLog(lines, memory);
  const told = [
    ...news.transitions.map(({ backend, server, to }) => `${backend}/${server} ${to}`),
    ...news.outages.map(({ backend, end }) => `${backend} ${end === null ? 'exhausted' : 'back'}`),
  ];
  return { told, suspects: news.suspects.map(({ reason }) => reason), after };
}

test('each new name is counted where clients can write lines, and nowhere else', () => {
  const texts = [
    made(1),
    made(2),
    made(2),
    say('UP', 'web1', 2, 'made-up2'),
    'backend made-up3 has no server available!',
  ];
  assert.equal(countOf(open), 1);
  assert.equal(countOf(readAfter(open, texts).after), 4);
  assert.equal(countOf(readAfter(closed, texts).after), undefined);
});

describe('after more new names in a day than a HAProxy has', () => {
  const full = readAfter(nearlyFull(open), [made(1)]);

  test('the last of them is told, and one more is suspect and leaves nothing behind', () => {
    assert.deepEqual(full.told, ['made-up1/web1 down']);
    const more = [made(2), say('DOWN', 'made-up', 1), 'backend made-up3 has no server available!'];
    const { told, suspects, after } = readAfter(full.after, more);
    assert.deepEqual([told, suspects], [[], [TOO_MANY_NAMES, TOO_MANY_NAMES, TOO_MANY_NAMES]]);
    for (const shelf of [after.heard.told, after.heard.subjects, after.situation.board.servers])
      assert.deepEqual(
        [...shelf].filter(([key]) => /made-up[23 ]|made-up$/.test(key)),
        [],
      );
  });

  test('what is known goes on to be told', () => {
    const known = [say('DOWN', 'x', 2), 'backend app has no server available!', say('UP', 'x', 1)];
    const { told, suspects } = readAfter(full.after, known);
    assert.deepEqual([told, suspects], [['app/x down', 'app/x up', 'app back'], []]);
  });

  test('new names are told again on the next day', () => {
    assert.deepEqual(readAfter(full.after, [made(2)], LATER + 25 * HOUR).told, ['made-up2/web1 down']);
  });

  test('and by the next worker, be it under the same pid', () => {
    const forked = stderrLine(LATER + 60_000, 'New worker (100) forked', { pid: 1 });
    const { memory } = readLog([forked], full.after);
    assert.equal(countOf(memory), undefined);
  });

  test('a line with a severity is told, for no client writes one', () => {
    const line = `<129>${syslogLine(LATER + 20_000, made(2))}`;
    assert.equal(readLog([line], full.after).news.transitions.length, 1);
  });
});

test('a HAProxy whose clients can write no lines may have any number of servers', () => {
  const { told } = readAfter(nearlyFull(closed), [made(1), made(2), made(3)]);
  assert.equal(told.length, 3);
});
