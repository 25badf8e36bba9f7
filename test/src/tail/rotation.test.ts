/** What logrotate does to a log, and what a follower makes of it, running or stopped meanwhile. */
import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  readFileSync,
  renameSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import Tail from 'tail-file';
import { rotatedNames } from '../../../src/tail/rotated-names.js';
import { checkpointOf, folder, lines, stateLine, Tailing, trafficLine } from './tailing.js';

test('a line written after the rename is read before the new file, even without its newline', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(stateLine(1)));
  await using tailing = new Tailing(log);
  await tailing.untilText(stateLine(1));
  renameSync(log, `${log}.1`);
  writeFileSync(log, '');
  appendFileSync(`${log}.1`, lines(stateLine(2)) + stateLine(3));
  appendFileSync(log, lines(stateLine(4)));
  await tailing.untilText(stateLine(4));
  assert.deepEqual(tailing.texts, [stateLine(1), stateLine(2), stateLine(3), stateLine(4)]);
  assert.deepEqual(tailing.kinds(), ['following', 'rotated']);
  assert.ok(tailing.batches.slice(1).every(({ live }) => live));
});

test('a line that a second writer adds to the old file after the new one was seen is not lost', async (t) => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(stateLine(1)));
  await using tailing = new Tailing(log);
  await tailing.untilText(stateLine(1));
  const stop = Tail.prototype._stop;
  t.mock.method(Tail.prototype, '_stop', function (this: Tail) {
    stop.call(this);
    setTimeout(() => appendFileSync(`${log}.1`, lines(stateLine(2))), 50);
  });
  renameSync(log, `${log}.1`);
  writeFileSync(log, lines(stateLine(3)));
  await tailing.untilText(stateLine(3));
  t.mock.restoreAll();
  assert.deepEqual(tailing.texts, [1, 2, 3].map(stateLine));
});

test('while the new file is empty, the old one is still listened to', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(stateLine(1)));
  await using tailing = new Tailing(log);
  await tailing.untilText(stateLine(1));
  renameSync(log, `${log}.1`);
  writeFileSync(log, '');
  appendFileSync(`${log}.1`, lines(stateLine(2)));
  await tailing.untilText(stateLine(2));
  appendFileSync(`${log}.1`, lines(stateLine(3)));
  await tailing.untilText(stateLine(3));
});

test('files rotated and compressed while haplog was away are read in their order, each by its own name', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(stateLine(1)));
  const resume = await checkpointOf(log);
  writeFileSync(`${log}.2.gz`, gzipSync(lines(stateLine(1), trafficLine(1), stateLine(2))));
  writeFileSync(`${log}.1`, lines(stateLine(3)));
  writeFileSync(log, lines(stateLine(4)));
  await using tailing = new Tailing(log, { from: 'end', resume });
  await tailing.untilText(stateLine(4));
  assert.deepEqual(tailing.texts, [stateLine(2), stateLine(3), stateLine(4)]);
  assert.deepEqual(tailing.kinds(), ['resumed', 'rotated', 'rotated', 'following']);
  const fingerprints = tailing.batches.map(({ checkpoint }) => checkpoint.fingerprint);
  assert.equal(fingerprints[0], resume.fingerprint);
  assert.equal(new Set(fingerprints).size, 3);
  assert.ok(tailing.batches.every(({ checkpoint }) => checkpoint.path === log));
  assert.deepEqual(
    tailing.batches.map(({ caughtUp, live }) => [caughtUp, live]),
    [
      [false, false],
      [false, false],
      [true, false],
    ],
  );
});

test('logs with a date in their names are read in their order as well', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(stateLine(1)));
  const resume = await checkpointOf(log);
  renameSync(log, `${log}-20260301`);
  appendFileSync(`${log}-20260301`, lines(stateLine(2)));
  writeFileSync(`${log}-20260302.gz`, gzipSync(lines(stateLine(3))));
  writeFileSync(`${log}-20260303`, lines(stateLine(4)));
  writeFileSync(log, lines(stateLine(5)));
  await using tailing = new Tailing(log, { resume });
  await tailing.untilText(stateLine(5));
  assert.deepEqual(tailing.texts, [2, 3, 4, 5].map(stateLine));
});

test('names of rotated files are put in order of age, and other names are left alone', () => {
  const names = [
    'h.log',
    'h.log.1',
    'h.log.2.gz',
    'h.log.10.gz',
    'h.log.1.gz',
    'h.log-20260102',
    'h.log-20260103-1767400000.gz',
  ];
  assert.deepEqual(rotatedNames('h.log', [...names, 'h.log.bak', 'h.log.1.swp', 'g.log.1', 'h.log.3.xz']), [
    ['h.log.1', 'h.log.2.gz', 'h.log.3.xz', 'h.log.10.gz'],
    ['h.log-20260103-1767400000.gz', 'h.log-20260102'],
  ]);
});

test('names with the number or date before the ending are put in order of age, beside those that have it behind', () => {
  const names = [
    'h.1.log',
    'h.10.log.gz',
    'h.2.log.gz',
    'h-20260102.log',
    'h-20260103.log.gz',
    'h.log.1',
    'h.log.2.gz',
  ];
  assert.deepEqual(rotatedNames('h.log', names), [
    ['h.log.1', 'h.log.2.gz'],
    ['h.1.log', 'h.2.log.gz', 'h.10.log.gz'],
    ['h-20260103.log.gz', 'h-20260102.log'],
  ]);
  assert.deepEqual(rotatedNames('h', ['h.1', 'h.1.log', 'h-20260102.log', 'h.20260102T000000.bz2']), [
    ['h.1'],
    ['h.20260102T000000.bz2'],
  ]);
});

test("a log of its own whose name has a number is nobody's rotated file", () => {
  const own = [
    'lb-1.log',
    'lb-2.log',
    'lb2.log',
    'lb-01.log.1',
    'lb-2026.log',
    'lb-10-0-12-15.log',
    'lb-10.0.12.15.log',
  ];
  assert.deepEqual(rotatedNames('lb.log', own), []);
  assert.deepEqual(rotatedNames('lb-1.log', own), []);
});

test('of a file that is there in several packings, that is taken which can be read', () => {
  for (const [names, taken] of [
    [['h.log.1.xz', 'h.log.1.gz', 'h.log.1.bz2'], 'h.log.1.gz'],
    [['h.log.1.xz', 'h.log.1.gz', 'h.log.1'], 'h.log.1'],
  ] as const)
    assert.deepEqual(rotatedNames('h.log', names), [[taken]]);
});

/** Rotated files that were numbered upwards: `.1` is the oldest. Each begins with a line of its own minute. */
function ascending(log: string, count: number): void {
  for (let n = 1; n <= count; n++) {
    writeFileSync(`${log}.${n}`, lines(datedLine(n)));
    utimesSync(`${log}.${n}`, 1_700_000_000 + n * 60, 1_700_000_000 + n * 60);
  }
}

function datedLine(n: number): string {
  return stateLine(n).replace('07:03:16', `07:${String(n).padStart(2, '0')}:16`);
}

test('where a tool numbers rotated files upwards, none is read again and none left out', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  ascending(log, 9);
  writeFileSync(log, lines(datedLine(10)));
  await using tailing = new Tailing(log);
  await tailing.untilText(datedLine(10));
  renameSync(log, `${log}.10`);
  appendFileSync(`${log}.10`, lines(datedLine(11)));
  writeFileSync(log, lines(datedLine(12)));
  await tailing.untilText(datedLine(12));
  await tailing.stop();
  assert.deepEqual(tailing.texts, [10, 11, 12].map(datedLine));

  // Twice more while haplog is away.
  renameSync(log, `${log}.11`);
  writeFileSync(`${log}.12`, lines(datedLine(13)));
  writeFileSync(log, lines(datedLine(14)));
  await using again = new Tailing(log, { resume: tailing.checkpoint });
  await again.untilText(datedLine(14));
  assert.deepEqual(again.texts, [13, 14].map(datedLine));
});

test('a folder whose times were lost, as by a copy, is still read in the order of its numbers', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(datedLine(1)));
  const resume = await checkpointOf(log);
  for (const [n, name] of ['.2', '.1', ''].entries()) writeFileSync(log + name, lines(datedLine(n + 1)));
  utimesSync(`${log}.1`, 1_700_000_000, 1_700_000_000);
  await using tailing = new Tailing(log, { resume });
  await tailing.untilText(datedLine(3));
  assert.deepEqual(tailing.texts, [2, 3].map(datedLine));
});

test('of a log that was copied upwards and truncated, older copies are not read again', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  ascending(log, 3);
  writeFileSync(log, lines(datedLine(4)));
  await using tailing = new Tailing(log);
  await tailing.untilText(datedLine(4));
  appendFileSync(log, lines(datedLine(5)));
  copyFileSync(log, `${log}.4`);
  truncateSync(log, 0);
  appendFileSync(log, lines(datedLine(6)));
  await tailing.untilText(datedLine(6));
  assert.deepEqual(tailing.texts, [4, 5, 6].map(datedLine));
});

test('a copy that somebody made of the log under a rotated name hides no file, and is not read again', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(datedLine(1)));
  const resume = await checkpointOf(log);
  const whole = lines(datedLine(1), datedLine(2), datedLine(3));
  for (const packed of [false, true]) {
    writeFileSync(`${log}.4${packed ? '.gz' : ''}`, packed ? gzipSync(whole) : whole);
    if (packed) unlinkSync(`${log}.4`);
    writeFileSync(`${log}.3`, lines(datedLine(4)));
    writeFileSync(`${log}.2`, lines(datedLine(5)));
    writeFileSync(`${log}.1`, lines(datedLine(1), datedLine(2)));
    writeFileSync(log, lines(datedLine(6)));
    await using tailing = new Tailing(log, { resume });
    await tailing.untilNotice('following');
    assert.deepEqual(tailing.texts, [2, 3, 4, 5, 6].map(datedLine));
    const told = tailing.notices.filter(({ kind }) => kind === 'copy').map(({ detail }) => detail);
    assert.ok(!tailing.notices.some(({ kind }) => kind === 'lost'));
    const of = `${log}.4${packed ? '.gz' : ''}`;
    assert.deepEqual(told, [`"${log}.1" begins as "${of}" does: passed over as a copy of it`]);
  }
});

test('two rotated files that only begin alike are both read', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(datedLine(1)));
  const resume = await checkpointOf(log);
  writeFileSync(`${log}.3`, lines(datedLine(1), datedLine(2)));
  writeFileSync(`${log}.2`, lines(datedLine(3)));
  writeFileSync(`${log}.1`, lines(datedLine(1), datedLine(4)));
  writeFileSync(log, lines(datedLine(5)));
  await using tailing = new Tailing(log, { resume });
  await tailing.untilText(datedLine(5));
  assert.deepEqual(tailing.texts, [2, 3, 1, 4, 5].map(datedLine));
});

test('of two copies under rotated names, the longer one is read, and then what the next one has more', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(datedLine(1)));
  const resume = await checkpointOf(log);
  writeFileSync(`${log}.2`, lines(datedLine(1), datedLine(2)));
  writeFileSync(`${log}.1`, lines(datedLine(1), datedLine(2), datedLine(3)));
  writeFileSync(log, lines(datedLine(4)));
  await using tailing = new Tailing(log, { resume });
  await tailing.untilText(datedLine(4));
  assert.deepEqual(tailing.texts, [2, 3, 4].map(datedLine));
});

test('started between the rename and the new file, it waits on the old one', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(stateLine(1)));
  const resume = await checkpointOf(log);
  renameSync(log, `${log}.1`);
  await using tailing = new Tailing(log, { resume });
  await tailing.until('caught up', () => tailing.batches.at(-1)?.caughtUp === true);
  appendFileSync(`${log}.1`, lines(stateLine(2)));
  await tailing.untilText(stateLine(2));
  writeFileSync(log, lines(stateLine(3)));
  await tailing.untilText(stateLine(3));
  assert.deepEqual(tailing.texts, [stateLine(2), stateLine(3)]);
});

test('a copy put in the place of the log, as an editor does, repeats nothing', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(stateLine(1), stateLine(2)));
  await using tailing = new Tailing(log);
  await tailing.untilText(stateLine(2));
  writeFileSync(files.path('new'), readFileSync(log));
  renameSync(files.path('new'), log);
  appendFileSync(log, lines(stateLine(3)));
  await tailing.untilText(stateLine(3));
  assert.deepEqual(tailing.texts, [1, 2, 3].map(stateLine));
});

test('where the file of the checkpoint is gone for good, the present one is read whole, and that is told', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(stateLine(1)));
  const resume = await checkpointOf(log);
  unlinkSync(log);
  writeFileSync(log, lines(stateLine(2)));
  await using tailing = new Tailing(log, { from: 'end', resume });
  await tailing.untilText(stateLine(2));
  assert.deepEqual(tailing.kinds(), ['lost', 'following']);
});

test('of a rotated file that is damaged, what can be unpacked is read, and the loss is told', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(stateLine(1)));
  const resume = await checkpointOf(log);
  const packed = gzipSync(lines(stateLine(1), stateLine(2), trafficLine(1)));
  writeFileSync(`${log}.1.gz`, packed.subarray(0, packed.length - 12));
  utimesSync(`${log}.1.gz`, 1, 1);
  writeFileSync(log, lines(stateLine(3)));
  await using tailing = new Tailing(log, { resume });
  await tailing.untilText(stateLine(3));
  assert.deepEqual(tailing.texts, [stateLine(2), stateLine(3)]);
  assert.match(tailing.notices.find(({ kind }) => kind === 'lost')!.detail, /the compressed data end in the middle/);
});
