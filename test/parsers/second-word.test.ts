/** Who is not believed by a first word may be by a second, and then the first is told as well. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { attempt, serverText, stderrLine, syslogLine } from '../support/lines.js';
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

  test('nor does one without a count follow from one about another server, nor, in the same breath, that there is none while one is left', () => {
    for (const [wait, text] of [
      [9_000, 'Server app/b was DOWN and now enters maintenance.'],
      [3, EXHAUSTED],
    ] as const)
      assert.deepEqual(
        told(readLog([first, once(T + wait, text), once(T + 30_000, 'Proxy new started.')], young)),
        [],
        text,
      );
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

test('what contradicts is not told with the one that follows: that there is no server, before two have fallen', () => {
  const young = readLog([once(T - 9, 'Mozilla/5.0 (X11; Linux x86_64)'), once(T - 9, 'curl/8.5.0')]).memory;
  const lines = [once(T, EXHAUSTED), once(T + 3_000, said('DOWN', 'a', 1)), once(T + 9_000, said('UP', 'a', 2))];
  assert.deepEqual(told(readLog(lines, young)), ['a down +3000', 'a up +9000']);
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

test('of each backend the last word is kept, and all are told with the one that follows', () => {
  const young = readLog([once(T - 9, 'Mozilla/5.0 (X11; Linux x86_64)'), once(T - 9, 'curl/8.5.0')]).memory;
  const ofTwo = [once(T, said('DOWN', 'a', 1)), once(T + 3_000, said('DOWN', 'n', 1, 'other'))];
  const lines = [...ofTwo, once(T + 9_000, said('DOWN', 'b', 0)), once(T + 9_001, EXHAUSTED)];
  assert.deepEqual(told(readLog(lines, young)), ['a down +0', 'n down +3000', 'b down +9000', 'outage']);
  const ofOne = [once(T, said('DOWN', 'a', 3)), once(T + 3_000, said('DOWN', 'b', 9))];
  assert.deepEqual(told(readLog([...ofOne, once(T + 9_000, said('DOWN', 'c', 8))], young)), [
    'b down +3000',
    'c down +9000',
  ]);
  assert.deepEqual(told(readLog([...ofOne, once(T + 9_000, said('DOWN', 'c', 2))], young)), []);
});

describe('where HAProxy was heard before', () => {
  const both = (at: number, text: string) => [stderrLine(at, text), once(at, text)];
  const ofOne = readLog([...both(T - 900, said('DOWN', 'x', 2)), ...both(T - 500, said('UP', 'x', 3))]).memory;
  const ofTwo = readLog([
    ...[stderrLine(T - 900, said('DOWN', 'x', 2)), ...twice(T - 900, said('DOWN', 'x', 2))],
    ...[stderrLine(T - 500, said('UP', 'x', 3)), ...twice(T - 500, said('UP', 'x', 3))],
  ]).memory;
  const onStderr = (at: number, text: string) => stderrLine(at, text, { pid: 200 });

  test('under another name, what it said of other backends is told as well, where no client can have written it', () => {
    const words = [said('DOWN', 'a', 1), said('DOWN', 'n', 1, 'other'), said('DOWN', 'b', 0), EXHAUSTED];
    const lines = words.map((text, n) =>
      once(T + [0, 3_000, 9_000, 9_001][n]!, text, 300).replace(' haproxy[', ' edge['),
    );
    const alone = readLog([once(T - 900, said('DOWN', 'x', 2)), once(T - 500, said('UP', 'x', 3))]).memory;
    assert.deepEqual(told(readLog(lines, alone)), ['a down +0', 'n down +3000', 'b down +9000', 'outage']);
  });

  test('what is brought back is what the next line is held against', () => {
    const { memory } = readLog(
      [onStderr(T, said('DOWN', 'a', 2)), onStderr(T + 5_000, said('DOWN', 'b', 1)), ...attempt(T + 9_000)],
      ofOne,
    );
    const next = (server: string) => told(readLog([once(T + 90_000, said('DOWN', server, 0), 200)], memory));
    assert.deepEqual([next('a'), next('c')], [[], ['c down +90000', 'outage']]);
  });

  test('two on stderr of which the second does not follow are not believed; nor are another program’s that do', () => {
    const lines = (left: number) => [onStderr(T, said('DOWN', 'a', 2)), onStderr(T + 10, said('DOWN', 'b', left))];
    assert.deepEqual(told(readLog(lines(7), ofTwo)), []);
    const program = lines(1).map((line) => line.replace('haproxy[', 'haproxyctl['));
    assert.deepEqual(told(readLog(program, ofTwo)), []);
    const logged = [once(T, said('DOWN', 'a', 2), 200), once(T + 10, said('DOWN', 'b', 7), 200)];
    const other = logged.map((line) => line.replace('haproxy[', 'haproxy_exporter['));
    assert.deepEqual(told(readLog(other, ofTwo)), []);
  });

  test('and only stderr of its start, an unknown worker’s second word says all that its targets write', () => {
    const master = stderrLine(T - 1_000, 'New worker (100) forked', { pid: 1 });
    const detached = (say: typeof once | typeof twice) =>
      readLog([master, say(T - 900, said('DOWN', 'x', 2)), say(T - 500, said('UP', 'x', 3))].flat()).memory;
    const words = (say: typeof once | typeof twice) =>
      [say(T, said('DOWN', 'a', 2, 'new'), 200), say(T + 5_000, said('DOWN', 'b', 1, 'new'), 200)].flat();
    const all = ['a down +0', 'b down +5000'];
    assert.deepEqual(told(readLog(words(once), detached(once))), all);
    assert.deepEqual(told(readLog(words(twice), detached(twice))), all);
    assert.deepEqual(told(readLog(words(once), detached(twice))), []);
  });

  test('a backend that only another host’s worker has spoken of has no name here', () => {
    const theirs = said('DOWN', 'o', 2, 'theirs');
    const elsewhere = [stderrLine(T - 400, theirs, { host: 'lb2' }), syslogLine(T - 400, theirs, { host: 'lb2' })];
    const words = [
      ...twice(T, said('DOWN', 'p', 1, 'theirs'), 200),
      ...twice(T + 2_000, said('DOWN', 'q', 0, 'theirs'), 200),
    ];
    assert.deepEqual(told(readLog(words, readLog(elsewhere, ofTwo).memory)), []);
  });
});

describe('a load balancer without stderr, of which haplog reads from a reload on', () => {
  const stopped = (proxy: string) => `Proxy ${proxy} stopped (cumulated conns: FE: 0, BE: 0).`;
  const fall = (at: number, pid: number) => [once(at, said('DOWN', 'a', 0), pid), once(at + 1, EXHAUSTED, pid)];
  const FALL = ['a down +9000', 'outage'];

  test('has no second target because a frontend and a backend with one name stop', () => {
    const reload = [...twice(T, stopped('app')), once(T, stopped('<HTTPCLIENT>'))];
    assert.deepEqual(told(readLog([...reload, ...fall(T + 9_000, 200)])), FALL);
  });

  test('has one where a server falls twice in a breath, but not every backend needs to write to it', () => {
    const other = twice(T - 9_000, said('DOWN', 'x', 1, 'pay'));
    const reload = [...twice(T, stopped('pay')), once(T, stopped('app'))];
    assert.deepEqual(told(readLog([...other, ...reload, ...fall(T + 9_000, 200)])), ['x down +-9000', ...FALL]);
    // A name that nobody has told of may be anybody's: its first word waits for one that follows from it.
    const unnamed = [...other, ...twice(T, stopped('pay'))];
    assert.deepEqual(told(readLog([...unnamed, once(T + 9_000, said('DOWN', 'a', 0), 200)])), ['x down +-9000']);
    assert.deepEqual(told(readLog([...unnamed, ...fall(T + 9_000, 200)])), ['x down +-9000', ...FALL]);
  });

  test('tells the outages of a backend with one target that was never heard before, though others have two', () => {
    const other = [...twice(T - 9_000, said('DOWN', 'x', 1, 'pay')), ...twice(T - 5_000, said('UP', 'x', 2, 'pay'))];
    const [a, b] = [once(T, said('DOWN', 'a', 1), 200), once(T + 1_000, said('DOWN', 'b', 0), 200)];
    const lines = [
      ...[a, b, once(T + 1_001, EXHAUSTED, 200)],
      ...[once(T + 99_000, said('UP', 'a', 1), 200), once(T + 199_000, said('DOWN', 'a', 0), 200)],
      once(T + 199_001, EXHAUSTED, 200),
    ];
    const known = readLog(other).memory;
    const { news, memory } = readLog(lines, known);
    assert.deepEqual(told({ news, memory }), [
      ...['a down +0', 'b down +1000', 'a up +99000', 'a down +199000'],
      ...['outage over', 'outage'],
    ]);
    // Of the other backends a line is lacking as before, if clients may begin lines.
    const open = [...lines, once(T + 200_000, 'Mozilla/5.0', 200), once(T + 200_000, 'curl/8.5.0', 200)];
    const { memory: opened } = readLog(open, known);
    assert.deepEqual(told(readLog([once(T + 300_000, said('DOWN', 'x', 1, 'pay'), 200)], opened)), []);
    // Clients of a worker that was not heard before can write as many single lines as they like.
    const requests = [once(T - 9, 'Mozilla/5.0', 200), once(T - 9, 'curl/8.5.0', 200)];
    assert.deepEqual(told(readLog([...requests, ...lines], known)), []);
  });
});
