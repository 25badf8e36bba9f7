/** Whole files as batches: the same lines, names and offsets whether plain or compressed. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Batch } from '../../../src/tail/batch.js';
import { readBatches } from '../../../src/tail/read-file.js';
import { UserError } from '../../../src/user-error.js';
import { folder, lines, stateLine, trafficLine } from './tailing.js';

const clock = { now: () => 42 };

async function read(path: string): Promise<{ batches: Batch[]; error: unknown }> {
  const batches: Batch[] = [];
  try {
    for await (const batch of readBatches(path, clock)) batches.push(batch);
  } catch (error) {
    return { batches, error };
  }
  return { batches, error: null };
}

const texts = (batches: Batch[]) => batches.flatMap((batch) => batch.lines.map(({ text }) => text));
const ids = (batches: Batch[]) =>
  batches.flatMap(({ checkpoint, lines }) => lines.map(({ start }) => `${checkpoint.fingerprint}:${start}`));

test('a log is read whole, and its last line counts without a newline', async () => {
  using files = folder();
  const path = files.path('haproxy.log');
  writeFileSync(path, lines(stateLine(1), trafficLine(1)) + stateLine(2));
  const { batches, error } = await read(path);
  assert.equal(error, null);
  assert.deepEqual(texts(batches), [stateLine(1), stateLine(2)]);
  const { checkpoint, lines: _, ...rest } = batches[0]!;
  assert.deepEqual(rest, {
    tally: { lines: 3, bytes: checkpoint.offset, traffic: 1, candidates: 2, other: 0, oversize: 0, displaced: 0 },
    samples: [],
    readAt: 42,
    caughtUp: true,
    requests: [],
    strangers: [],
    blocked: false,
    live: false,
  });
});

test('compressed, in one member or in several, the lines keep their names', async () => {
  using files = folder();
  const [first, second] = [lines(stateLine(1), trafficLine(1)), lines(stateLine(2))];
  writeFileSync(files.path('plain'), first + second);
  writeFileSync(files.path('one.gz'), gzipSync(first + second));
  writeFileSync(files.path('two.gz'), Buffer.concat([gzipSync(first), gzipSync(second)]));
  writeFileSync(files.path('no-such-ending'), gzipSync(first + second));
  const plain = await read(files.path('plain'));
  assert.equal(new Set(ids(plain.batches)).size, 2);
  for (const name of ['one.gz', 'two.gz', 'no-such-ending']) {
    const packed = await read(files.path(name));
    assert.equal(packed.error, null);
    assert.deepEqual(ids(packed.batches), ids(plain.batches), name);
  }
});

test('a long log comes in bounded batches, plain or compressed', async () => {
  using files = folder();
  const all = Array.from({ length: 3000 }, (_, n) => stateLine(n));
  writeFileSync(files.path('plain'), lines(...all));
  writeFileSync(files.path('packed.gz'), gzipSync(lines(...all)));
  for (const name of ['plain', 'packed.gz']) {
    const { batches } = await read(files.path(name));
    assert.deepEqual(texts(batches), all);
    assert.ok(batches.every((batch) => batch.lines.length <= 500));
    assert.deepEqual(batches.map(({ caughtUp }) => caughtUp).indexOf(true), batches.length - 1);
  }
});

test('of a cut off .gz, what can be unpacked is given, and then a clear error', async () => {
  using files = folder();
  const all = Array.from({ length: 20_000 }, (_, n) => stateLine(`${n}-${Math.sin(n)}`));
  const packed = gzipSync(lines(...all));
  const path = files.path('haproxy.log.2.gz');
  writeFileSync(path, packed.subarray(0, packed.length - 1000));
  const { batches, error } = await read(path);
  const found = texts(batches);
  assert.ok(found.length > 19_000, `${found.length} lines`);
  assert.deepEqual(found, all.slice(0, found.length));
  assert.ok(error instanceof UserError);
  assert.equal(error.message, `Cannot read "${path}": the compressed data end in the middle`);
});

test('of a damaged .gz, a clear error is given', async () => {
  using files = folder();
  const packed = gzipSync(lines(stateLine(1)));
  packed.fill(0xff, 20, 40);
  writeFileSync(files.path('x.gz'), packed);
  const { error } = await read(files.path('x.gz'));
  assert.match((error as Error).message, /^Cannot read ".*x\.gz": damaged data \(/);
});

const junk = Buffer.from('junk');
for (const [what, least, damage] of [
  [
    'a byte in its middle is wrong',
    9_000,
    (packed: Buffer) => packed.fill(0xff, packed.length >> 1, (packed.length >> 1) + 1),
  ],
  ['something else stands behind it', 20_000, (packed: Buffer) => Buffer.concat([packed, junk])],
  [
    'padding and something else stand behind it',
    20_000,
    (packed: Buffer) => Buffer.concat([packed, Buffer.alloc(99), junk]),
  ],
] as const) {
  test(`of a .gz in which ${what}, what can be unpacked is given, and then a clear error`, async () => {
    using files = folder();
    const all = Array.from({ length: 20_000 }, (_, n) => stateLine(`${n}-${Math.sin(n)}`));
    const path = files.path('haproxy.log.2.gz');
    writeFileSync(path, damage(gzipSync(lines(...all))));
    const { batches, error } = await read(path);
    const found = texts(batches);
    assert.ok(found.length >= least, `${found.length} lines`);
    assert.deepEqual(found.slice(0, least), all.slice(0, least));
    assert.match((error as Error).message, /^Cannot read ".*haproxy\.log\.2\.gz": damaged data \(/);
  });
}

test('padding behind a .gz, as tapes leave it, is no damage', async () => {
  using files = folder();
  writeFileSync(files.path('x.gz'), Buffer.concat([gzipSync(lines(stateLine(1))), Buffer.alloc(50_000)]));
  const { batches, error } = await read(files.path('x.gz'));
  assert.equal(error, null);
  assert.deepEqual(texts(batches), [stateLine(1)]);
});

test('logs packed by other programs are refused by name', async () => {
  using files = folder();
  for (const [name, magic] of [
    ['xz', 'fd377a585a0000'],
    ['zstd', '28b52ffd2400'],
    ['bzip2', '425a68393141592653590000'],
  ] as const) {
    writeFileSync(files.path(name), Buffer.from(magic, 'hex'));
    const { error } = await read(files.path(name));
    assert.equal(
      (error as Error).message,
      `Cannot read "${files.path(name)}": it is packed by ${name}; unpack it first`,
    );
  }
});

test('an empty log yields nothing', async () => {
  using files = folder();
  writeFileSync(files.path('empty'), '');
  writeFileSync(files.path('empty.gz'), gzipSync(''));
  for (const name of ['empty', 'empty.gz'])
    assert.deepEqual(await read(files.path(name)), { batches: [], error: null });
});

test('a folder and a file that is not there are refused in one sentence', async () => {
  using files = folder();
  mkdirSync(files.path('folder'));
  for (const [name, reason] of [
    ['folder', 'it is a directory'],
    ['absent', 'there is no such file'],
  ]) {
    const { error } = await read(files.path(name!));
    assert.ok(error instanceof UserError);
    assert.equal(error.message, `Cannot read "${files.path(name!)}": ${reason}`);
  }
});

test('noise without a newline is one line that is too long, not a crash', async () => {
  using files = folder();
  writeFileSync(files.path('noise'), Buffer.alloc(3 * 1024 * 1024, 0));
  const { batches, error } = await read(files.path('noise'));
  assert.equal(error, null);
  assert.deepEqual(
    batches.map(({ tally }) => tally.oversize),
    [1],
  );
});
