/** What haplog does not understand is never passed over in silence: all of it is counted, some of it is shown. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY_MEMORY } from '../../src/memory.js';
import { ingest } from '../../src/pipeline.js';
import { serverText, stderrLine, syslogLine } from '../support/lines.js';
import { addressed, batchOf, PLAN, read, UTC } from '../support/reading.js';

const T = Date.parse('2026-11-22T12:00:00Z');
const fall = syslogLine(T, serverText({ at: T, backend: 'app', server: 'a', to: 'DOWN', left: 1 }));
const near = syslogLine(T, 'Server app/a is QUITE DOWN.');

test('a line that begins as a sentence about a server and goes on otherwise is counted and shown as a near miss', () => {
  const { tally, samples, transitions } = read([fall, near]).news;
  assert.deepEqual([tally?.nearMisses, tally?.rejected], [1, 0]);
  assert.deepEqual(samples, [{ text: near, reason: 'near miss', at: 0 }]);
  assert.equal(transitions.length, 1);
});

test('what HAProxy says beside its states is counted apart, so that it hides no near miss', () => {
  const notice = stderrLine(T, 'Nobody has ever said this.');
  const nearOnStderr = stderrLine(T, 'Server app/a is QUITE DOWN.');
  const { tally, samples } = read([...Array(9).fill(notice), nearOnStderr]).news;
  assert.deepEqual([tally?.nearMisses, tally?.unknown], [1, 9]);
  assert.deepEqual(
    samples.map(({ reason }) => reason),
    [...Array(5).fill('unknown sentence'), 'near miss'],
  );
});

test('a line whose header cannot be is counted and shown with the reason, whatever its stamp says', () => {
  const { tally, samples } = read([
    near.replace('2026-11', '2026-13'),
    near.replace('[100]', '[99999999999]'),
    'x',
  ]).news;
  assert.deepEqual([tally?.nearMisses, tally?.rejected], [0, 3]);
  assert.deepEqual(
    samples.map(({ reason }) => reason),
    ['no such time', 'no such process id', 'no syslog header'],
  );
});

test('of a flood all is counted, but only a few lines are kept, and each is cut short', () => {
  const flood = Array.from({ length: 400 }, (_, n) => `${near} ${n} ${'x'.repeat(300)}`);
  const { tally, samples } = read([...flood, ...flood.map(() => 'no header'), near]).news;
  assert.deepEqual([tally?.nearMisses, tally?.rejected], [401, 400]);
  assert.deepEqual(
    samples.map(({ reason }) => reason),
    [...Array(5).fill('near miss'), ...Array(5).fill('no syslog header')],
  );
  assert.ok(samples.every(({ text }) => text.length <= 200));
});

test("what the tail could not place is kept beside it, with the tail's own reason", () => {
  const batch = batchOf(addressed([near]), {
    samples: [{ text: 'what is this?', reason: 'unknown opening' }],
    readAt: 7,
  });
  assert.deepEqual(ingest(EMPTY_MEMORY, batch, PLAN, UTC).news.samples, [
    { text: 'what is this?', reason: 'unknown opening', at: 7 },
    { text: near, reason: 'near miss', at: 7 },
  ]);
});
