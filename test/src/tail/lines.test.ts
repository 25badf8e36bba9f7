/** Every line of a log, whatever it holds and however it is cut. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LineReader } from '../../../src/tail/lines.js';
import { LINE_BYTES_MAX } from '../../../src/tail/splitter.js';

interface Given {
  number: number;
  offset: number;
  text: string;
  whole: boolean;
}

function read(bytes: Buffer, sizes: readonly number[] = []): Given[] {
  const reader = new LineReader();
  const given: Given[] = [];
  const take = (from: Buffer, start: number, end: number, whole: boolean) => {
    given.push({ number: reader.number, offset: reader.offset, text: from.toString('latin1', start, end), whole });
  };
  let at = 0;
  for (const size of [...sizes, bytes.length]) {
    // The chunk is overwritten once it was read, as a reused buffer is.
    const chunk = Buffer.from(bytes.subarray(at, at + size));
    reader.push(chunk, take);
    chunk.fill('x');
    at += size;
  }
  reader.finish(take);
  return given;
}

const piece = fc.oneof(
  fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom('\n', '\r\n', '\n\n').map((text) => Buffer.from(text)),
  fc.constantFrom(LINE_BYTES_MAX - 1, LINE_BYTES_MAX, LINE_BYTES_MAX + 1).map((length) => Buffer.alloc(length, 'y')),
);
const log = fc.array(piece, { maxLength: 8 }).map((pieces) => Buffer.concat(pieces));

test('every line is given once, with its number and its offset', () => {
  fc.assert(
    fc.property(log, (bytes) => {
      const ended = bytes.length === 0 || bytes.at(-1) === 0x0a;
      const texts = bytes
        .toString('latin1')
        .split('\n')
        .slice(0, ended ? -1 : undefined);
      let offset = 0;
      const expected = texts.map((text, i): Given => {
        const whole = text.length <= LINE_BYTES_MAX;
        const line = { number: i + 1, offset, text: whole ? text.replace(/\r$/, '') : text.slice(0, 1024), whole };
        offset += text.length + 1;
        return line;
      });
      assert.deepEqual(read(bytes), expected);
    }),
  );
});

test('however the log is cut into chunks, the same lines are given', () => {
  fc.assert(
    fc.property(log, fc.array(fc.oneof(fc.nat(40), fc.nat(2 * LINE_BYTES_MAX)), { maxLength: 12 }), (bytes, sizes) =>
      assert.deepEqual(read(bytes, sizes), read(bytes)),
    ),
  );
});

test('a line of a hundred megabytes is given by its beginning, and what follows stands where it stands', () => {
  const reader = new LineReader();
  const given: [number, boolean][] = [];
  const take = (_bytes: Buffer, start: number, end: number, whole: boolean) => given.push([end - start, whole]);
  const chunk = Buffer.alloc(1024 * 1024, 'x');
  const before = process.memoryUsage().rss;
  for (let n = 0; n < 100; n++) reader.push(chunk, take);
  assert.ok(process.memoryUsage().rss - before < 16 * 1024 * 1024);
  reader.push(Buffer.from('\nabc\n'), take);
  assert.deepEqual(given, [
    [1024, false],
    [3, true],
  ]);
  assert.equal(reader.offset, 100 * chunk.length + 1);
});
