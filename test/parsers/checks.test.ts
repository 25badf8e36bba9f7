/** With `option log-health-checks` the reason of a change stands in the line before it; people are told it all the same. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { stderrLine, syslogLine } from '../support/lines.js';
import { readLog } from '../support/reading.js';

const T = Date.parse('2026-11-22T12:00:00Z');
const check = (server: string, outcome: string, reason: string, status: string) =>
  `Health check for server app/${server} ${outcome}, reason: ${reason}, check duration: 0ms, status: ${status}.`;
const REFUSED = 'Layer4 connection problem, info: "Connection refused"';
const failed = (server: string, reason = REFUSED) => check(server, 'failed', reason, '0/3 DOWN');
const down = (server: string, left: number) =>
  `Server app/${server} is DOWN. ${left} active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.`;
const up = (server: string, left: number) =>
  `Server app/${server} is UP. ${left} active and 0 backup servers online. 0 sessions requeued, 0 total in queue.`;

const forked = stderrLine(T - 60_000, 'New worker (100) forked', { pid: 1 });
const triple = (at: number, text: string) => [stderrLine(at, text), syslogLine(at, text), syslogLine(at, text)];

/** `a down: Layer4 connection problem`. */
const told = (lines: string[]) =>
  readLog(lines).news.transitions.map(({ server, to, cause }) => `${server} ${to}: ${cause.reason}`);

describe('a change has the reason of the check right before it', () => {
  test('on Debian’s arrangement, of a fall and of a return', () => {
    const fall = [...triple(T, failed('a')), ...triple(T + 1, down('a', 1))];
    const passed = check('a', 'succeeded', 'Layer7 check passed, code: 200', '2/2 UP');
    const back = [...triple(T + 9_000, passed), ...triple(T + 9_001, up('a', 2))];
    assert.deepEqual(told([forked, ...fall, ...back]), [
      'a down: Layer4 connection problem',
      'a up: Layer7 check passed',
    ]);
    const [fallen] = readLog([forked, ...fall]).news.transitions;
    assert.deepEqual(
      [fallen?.cause.class, fallen?.cause.info, fallen?.cause.durationMs],
      ['layer4', 'Connection refused', 0],
    );
  });

  test('whichever of the two ways comes first, and where there is one line of each', () => {
    const first = [syslogLine(T, failed('a')), syslogLine(T + 1, down('a', 1))];
    const second = [stderrLine(T, failed('a')), stderrLine(T + 1, down('a', 1))];
    for (const lines of [[forked, ...first, ...second], [forked, ...second, ...first], first])
      assert.deepEqual(told(lines), ['a down: Layer4 connection problem']);
  });

  test('each its own, where threads write between each other’s lines', () => {
    const lines = [
      ...triple(T, failed('a')),
      ...triple(T, failed('b', 'Layer4 timeout')),
      ...triple(T + 1, down('a', 1)),
      ...triple(T + 1, down('b', 0)),
    ];
    assert.deepEqual(told([forked, ...lines]), ['a down: Layer4 connection problem', 'b down: Layer4 timeout']);
  });
});

describe('it has none', () => {
  test('of a check long before, of one that found the contrary, or of another server or worker', () => {
    const others = [
      triple(T - 5_000, failed('a')),
      triple(T, check('a', 'succeeded', 'Layer4 check passed', '1/2 DOWN')),
      triple(T, failed('b')),
      [stderrLine(T, failed('a'), { pid: 101 })],
    ];
    for (const lines of others)
      assert.deepEqual(told([forked, ...lines, ...triple(T + 1, down('a', 1))]), ['a down: null']);
  });

  test('that a client wrote, where clients can write whole lines', () => {
    const ordinary = ['Mozilla/5.0 GET /', 'curl/8.1 GET /'].map((text) => syslogLine(T - 9_000, text));
    const lie = syslogLine(T, failed('a', 'Layer7 wrong status, code: 500, info: "call +1 555 0100"'));
    assert.deepEqual(told([forked, ...ordinary, lie, ...triple(T + 1, down('a', 1))]), ['a down: null']);
  });
});
