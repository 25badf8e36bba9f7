/** Who is not believed by a first word may be by a second, and then the first is told as well. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { serverText, stderrLine, syslogLine } from '../support/lines.js';
import { readLog } from '../support/reading.js';

const T = Date.parse('2026-11-22T12:00:00Z');
const EXHAUSTED = 'backend app has no server available!';
const said = (to: 'UP' | 'DOWN', server: string, left: number, backend = 'app') =>
  serverText({ at: 0, backend, server, to, left });
const once = (at: number, text: string, pid = 100) => syslogLine(at, text, { pid });
const twice = (at: number, text: string, pid = 100) => [once(at, text, pid), once(at, text, pid)];

function told({ news }: ReturnType<typeof readLog>): string[] {
  return [
    ...news.transitions.map(({ server, to, at }) => `${server} ${to} +${at - T}`),
    ...news.outages.map(({ end }) => (end === null ? 'outage' : 'outage over')),
  ];
}

describe('where clients seem to write whole lines, and nothing was heard before', () => {
  const young = readLog([once(T - 9, 'Mozilla/5.0 (X11; Linux x86_64)'), once(T - 9, 'curl/8.5.0')]).memory;
  const first = once(T, said('DOWN', 'a', 1));

  test('one line is suspect', () => {
    const read = readLog([first], young);
    assert.deepEqual(told(read), []);
    assert.deepEqual(
      read.news.suspects.map(({ reason }) => reason),
      ['nothing was heard before, and clients of this load balancer seem to begin lines of its log as they like'],
    );
  });

  test('so are two of which the second does not follow from the first', () => {
    const others = [
      said('DOWN', 'b', 3),
      said('UP', 'a', 3),
      said('DOWN', 'a', 0),
      EXHAUSTED,
      said('DOWN', 'b', 0, 'other'),
    ];
    for (const text of others) assert.deepEqual(told(readLog([first, once(T + 9_000, text)], young)), [], text);
  });

  test('two that follow from each other are both told, with their times, and from then on each by itself', () => {
    const { news, memory } = readLog([first, once(T + 9_000, said('DOWN', 'b', 0)), once(T + 9_001, EXHAUSTED)], young);
    assert.deepEqual(told({ news, memory }), ['a down +0', 'b down +9000', 'outage']);
    assert.equal(news.cleared.length, 1);
    assert.deepEqual(told(readLog([once(T + 90_000, said('UP', 'a', 1))], memory)), ['a up +90000', 'outage over']);
  });

  test('what a state file gave to a worker that never began is not told, however well it fits', () => {
    const given = (server: string, left: number) =>
      stderrLine(T, said('DOWN', server, left).replace(/reason: .*?ms/, 'changed from server-state after a reload'));
    const later = once(T + 90_000, said('DOWN', 'z', 7, 'other'));
    assert.deepEqual(told(readLog([given('a', 1), given('b', 0), later], young)), []);
  });
});

test('a memory of an older build, which kept one such word or none, is read', () => {
  const { memory } = readLog([once(T - 9, 'Mozilla/5.0'), once(T - 9, 'curl/8.5.0'), once(T, said('DOWN', 'a', 1))]);
  const { speakers } = memory.heard;
  for (const doubted of [null, { text: 'x', pair: false }]) {
    const [key, speaker] = [...speakers][0]!;
    const old = {
      ...memory,
      heard: { ...memory.heard, speakers: speakers.with(key, { ...speaker, doubted: doubted as never }) },
    };
    const next = [once(T + 9_000, said('DOWN', 'b', 1)), once(T + 18_000, said('DOWN', 'c', 0))];
    assert.deepEqual(told(readLog(next, old)), ['b down +9000', 'c down +18000', 'outage']);
  }
});

test('HAProxy that was started anew and writes less is believed by its second word; what follows is held against both', () => {
  const before = [
    stderrLine(T - 900, said('DOWN', 'x', 0)),
    ...twice(T - 900, said('DOWN', 'x', 0)),
    stderrLine(T - 500, said('UP', 'x', 1)),
    ...twice(T - 500, said('UP', 'x', 1)),
  ];
  const known = readLog(before).memory;
  const { news, memory } = readLog(
    [...twice(T, said('DOWN', 'a', 0), 200), ...twice(T + 2_000, EXHAUSTED, 200)],
    known,
  );
  assert.deepEqual(told({ news, memory }), ['a down +0', 'outage']);
  assert.equal(news.cleared.length, 1);
  assert.deepEqual(told(readLog([once(T + 90_000, said('UP', 'a', 1), 200)], memory)), ['a up +90000', 'outage over']);
});
