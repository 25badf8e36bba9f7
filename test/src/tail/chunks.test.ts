/** What reading a file by chunks promises: each is what stands in the file, whoever else is read meanwhile. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { chunksOf } from '../../../src/tail/chunks.js';
import { LogFile } from '../../../src/tail/log-file.js';
import { folder, lines, trafficLine } from './tailing.js';

const MEGABYTE = 1024 * 1024;

/** A log of about so many bytes, of which each part is another one. */
function log(bytes: number, name: string): Buffer {
  const told: string[] = [];
  for (let n = 0, size = 0; size < bytes; size += told[n++]!.length)
    told.push(trafficLine(n).replace('allyrion', name));
  return Buffer.from(lines(...told));
}

test('a chunk stays as it is until the next one of its log is asked for, whatever other logs are read meanwhile', async () => {
  using files = folder();
  const logs = [log(3.5 * MEGABYTE, 'lb1'), log(4.5 * MEGABYTE, 'lb2'), log(0.5 * MEGABYTE, 'lb3')];
  const readings = logs.map((bytes, n) => {
    writeFileSync(files.path(`${n}.log`), bytes);
    const file = LogFile.open(files.path(`${n}.log`));
    const none: Buffer[] = [];
    return { file, chunks: chunksOf(file, 0), held: Buffer.alloc(0) as Buffer, read: none };
  });
  const unfinished = new Set(readings);
  while (unfinished.size > 0) {
    for (const reading of unfinished) {
      reading.read.push(Buffer.from(reading.held));
      const { value, done } = await reading.chunks.next();
      if (done) unfinished.delete(reading);
      else reading.held = value;
    }
  }
  for (const [n, { file, read }] of readings.entries()) {
    assert.ok(Buffer.concat(read).equals(logs[n]!), `log ${n}`);
    file.close();
  }
});

test('who stops reading a long log leaves its place to the next', async () => {
  using files = folder();
  const bytes = log(2.5 * MEGABYTE, 'lb1');
  writeFileSync(files.path('0.log'), bytes);
  const file = LogFile.open(files.path('0.log'));
  const places = new Set<ArrayBufferLike>();
  for (let n = 0; n < 3; n++) {
    for await (const chunk of chunksOf(file, 0)) {
      places.add(chunk.buffer);
      break;
    }
  }
  assert.equal(places.size, 1);
  file.close();
});

test('a chunk holds whole lines; only one of more than 64 KiB is cut', async () => {
  using files = folder();
  const lengths = [100, 65_000, 200, 65_536, 70_000, 3, 0, 300_000, 1_200_000, 50, 2_400_000, 65_535, 7];
  const all = lengths.map((length, n) => String.fromCharCode(97 + n).repeat(length));
  for (const [name, text] of [
    ['small', lines(...all.slice(0, 7), ...all.slice(0, 7))],
    ['long', lines(...all, ...all)],
    ['unfinished', `${lines(...all)}${trafficLine(1)}`],
  ] as const) {
    const bytes = Buffer.from(text);
    writeFileSync(files.path(name), bytes);
    const file = LogFile.open(files.path(name));
    for (const offset of [0, 1, 70_001, 140_000]) {
      const read: Buffer[] = [];
      for await (const chunk of chunksOf(file, offset)) read.push(Buffer.from(chunk));
      assert.ok(Buffer.concat(read).equals(bytes.subarray(offset)), `${name} from ${offset}`);
      let end = offset;
      for (const chunk of read.slice(0, -1)) {
        end += chunk.length;
        const start = bytes.lastIndexOf(10, end - 1) + 1;
        assert.ok(end === start || bytes.indexOf(10, end) - start > 65_536, `${name} is cut at ${end}`);
      }
    }
    file.close();
  }
});
