/** Lines of containers that their runtime cut into pieces are read as if it had not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BatchMaker } from '../../../src/tail/batches.js';
import { LineReader } from '../../../src/tail/lines.js';
import { PIECES_APART_MS } from '../../../src/tail/pieces.js';
import { LINE_BYTES_MAX, Splitter } from '../../../src/tail/splitter.js';

const stamp = (ms: number) => `${new Date(Date.UTC(2026, 10, 30, 21, 10) + ms).toISOString().slice(0, -1)}337676Z`;
const MESSAGES = [
  'stderr [WARNING]  (7) : Server solo/only is DOWN, reason: Layer4 timeout, check duration: 2001ms. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.',
  "stderr [ALERT]    (7) : backend 'solo' has no server available!",
  'stdout Server solo/only is DOWN, reason: Layer4 timeout, check duration: 2001ms. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.',
  'stdout 127.0.0.1:39588 [30/Nov/2026:21:30:00.002] fe solo/<NOSRV> 0/-1/-1/-1/0 503 217 - - SC-- 1/1/0/0/0 0/0 "GET /Server-solo/only-is-DOWN HTTP/1.0"',
  'stdout <133>1 2026-11-30T21:10:00.100000+00:00 - haproxy 7 - - Proxy solo stopped (cumulated conns: FE: 0, BE: 0).',
  'stderr   | a line that nobody knows',
];

function found(log: string, sizes: readonly number[] = []) {
  const splitter = new Splitter(0);
  const bytes = Buffer.from(log);
  let at = 0;
  for (const size of [...sizes, bytes.length]) {
    const chunk = Buffer.from(bytes.subarray(at, at + size));
    for (let from = 0; from < chunk.length; ) from = splitter.push(chunk, from);
    at += size;
  }
  splitter.finish();
  const { lines, requests, tally } = splitter.take();
  const { bytes: _, ...classes } = tally;
  const failed = requests.map(({ backend, failed }) => `${backend} ${failed}`);
  return { texts: lines.map(({ text }) => text.replace(/^\S+ /, '')), failed, classes, lineStart: splitter.lineStart };
}

type Stream = 'stdout' | 'stderr';

/** The lines in pieces, each stream in its order, and the same lines whole, in the order of their ends. */
function woven(messages: readonly { text: string; cuts: readonly number[] }[], turns: readonly boolean[]) {
  const pieces: Record<Stream, { tag: 'P' | 'F'; piece: string; whole: string }[]> = { stdout: [], stderr: [] };
  for (const { text, cuts } of messages) {
    const [stream, whole] = [text.slice(0, 6) as Stream, text.slice(7)];
    const places = [0, ...new Set(cuts.filter((at) => at > 0 && at < whole.length))].sort((a, b) => a - b);
    for (const [k, from] of places.entries()) {
      const tag = k + 1 < places.length ? 'P' : 'F';
      pieces[stream].push({ tag, piece: whole.slice(from, places[k + 1]), whole });
    }
  }
  const [cut, uncut]: [string[], string[]] = [[], []];
  for (let n = 0; pieces.stdout.length + pieces.stderr.length > 0; n++) {
    const turn = turns[n % Math.max(1, turns.length)] ? 'stdout' : 'stderr';
    const stream = pieces[turn].length > 0 ? turn : turn === 'stdout' ? 'stderr' : 'stdout';
    const { tag, piece, whole } = pieces[stream].shift()!;
    cut.push(`${stamp(n)} ${stream} ${tag} ${piece}\n`);
    if (tag === 'F') uncut.push(`${stamp(n)} ${stream} F ${whole}\n`);
  }
  return { cut: cut.join(''), uncut: uncut.join('') };
}

const message = fc.record({
  text: fc.constantFrom(...MESSAGES),
  cuts: fc.array(fc.nat(180), { maxLength: 3 }),
});

test('a log that was cut anywhere, the streams in each other’s pieces, tells the same as a whole one', () => {
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 12 }),
      fc.array(fc.boolean(), { minLength: 1 }),
      fc.array(fc.nat(300), { maxLength: 8 }),
      (messages, turns, sizes) => {
        const { cut, uncut } = woven(messages, turns);
        const [{ lineStart, ...told }, { lineStart: _, ...expected }] = [found(cut, sizes), found(uncut)];
        assert.deepEqual(told, expected);
        assert.equal(lineStart, Buffer.byteLength(cut));
      },
    ),
  );
});

test('a command that shows a log shows whole lines', () => {
  const { cut, uncut } = woven([{ text: MESSAGES[0]!, cuts: [9, 90] }], [true]);
  const shown: string[] = [];
  const reader = new LineReader();
  reader.push(Buffer.from(cut), (bytes, start, end) => shown.push(bytes.toString('utf8', start, end)));
  assert.deepEqual(shown, [uncut.trimEnd().replace(stamp(2), stamp(0))]);
});

const first = `${stamp(0)} stderr P [WARNING]  (7) : Server solo/only is DO\n`;
const other = `${stamp(1)} stdout F backend solo has no server available!\n`;
const last = `${stamp(2)} stderr F WN.\n`;

test('no reading ends within a line: what stands between its pieces waits for its end, for a second at most', () => {
  let now = 0;
  const batches = new BatchMaker('0.log', { now: () => now });
  const splitter = new Splitter(0);
  splitter.push(Buffer.from(first + other));
  assert.deepEqual([batches.due(splitter, true), batches.ripe(splitter)], [false, false]);
  now += PIECES_APART_MS - 1;
  assert.equal(batches.due(splitter, true), false);
  splitter.push(Buffer.from(last));
  assert.equal(batches.due(splitter, true), true);
  assert.equal(batches.make(splitter, 'f', 'end').lines.length, 2);

  // (The very same lines once more would be rsyslog's doing: written-again.ts.)
  splitter.push(Buffer.from(first + other.replace('solo', 'duet')));
  assert.equal(batches.due(splitter, true), false);
  now += PIECES_APART_MS;
  assert.equal(batches.due(splitter, true), true);
  const { lines, samples, checkpoint } = batches.make(splitter, 'f', 'end');
  assert.deepEqual([lines.length, samples[0]?.reason], [1, 'a line without its end']);
  assert.equal(checkpoint.offset, Buffer.byteLength(first + other + last + first + other));
});

test('a line whose end was lost does not swallow the next one of its stream', () => {
  const next = `${stamp(PIECES_APART_MS + 1)} stderr F [ALERT]    (7) : backend 'solo' has no server available!\n`;
  const { texts, classes } = found(first + next);
  assert.deepEqual(texts, ["stderr F [ALERT]    (7) : backend 'solo' has no server available!"]);
  assert.deepEqual([classes.lines, classes.other], [2, 1]);
});

test('of a line that is too long in all its pieces nothing is kept', () => {
  const piece = (tag: string) => `${stamp(0)} stdout ${tag} ${'x'.repeat(16_000)}\n`;
  const log = piece('P').repeat(LINE_BYTES_MAX / 16_000 + 2) + piece('F') + other;
  const { texts, classes } = found(log);
  assert.deepEqual([texts.length, classes.oversize, classes.lines], [1, 1, 2]);
});

test('in a log that is no container’s, a line that looks like a piece holds up nothing', () => {
  const piece = `${stamp(0)} stdout P a client’s text\n`;
  const usual = `${stamp(1)} lb haproxy[7]: backend solo has no server available!\n`;
  const splitter = new Splitter(0);
  splitter.push(Buffer.from(piece + usual));
  assert.equal(splitter.inPieces, false);
  assert.equal(splitter.take().lines.length, 1);
  const { classes } = found(`<134>${piece}`.repeat(100));
  assert.deepEqual([classes.lines, classes.other], [100, 100], 'a stamp that is no time is near to none');
});

test('a line that is too long is no piece of another one, however the log is cut', () => {
  const log = `${first}${stamp(1)} stderr F ${'x'.repeat(LINE_BYTES_MAX)}\n${other}`;
  const whole = found(log);
  assert.deepEqual([whole.texts.length, whole.classes.oversize], [1, 1]);
  assert.deepEqual(found(log, [1_000, 40_000]), whole);
});
