/** What a follower tells of a log that grows: which lines, how soon, and how far it has come. */
import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { folder, lines, stateLine, Tailing, trafficLine } from './tailing.js';

test('what was written before is not live; what is written under our eyes is', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(stateLine(1)));
  await using tailing = new Tailing(log);
  await tailing.untilText(stateLine(1));
  appendFileSync(log, lines(stateLine(2)));
  await tailing.untilText(stateLine(2));
  assert.deepEqual(
    tailing.batches.map(({ lines: found, live, caughtUp }) => [found.map(({ text }) => text), live, caughtUp]),
    [
      [[stateLine(1)], false, true],
      [[stateLine(2)], true, true],
    ],
  );
  assert.deepEqual(tailing.kinds(), ['following']);
});

test('a long log is caught up with in bounded batches, and only the last one says so', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  const all = Array.from({ length: 2300 }, (_, n) => stateLine(n));
  writeFileSync(log, lines(...all));
  await using tailing = new Tailing(log);
  await tailing.until('caught up', () => tailing.batches.at(-1)?.caughtUp === true);
  assert.deepEqual(tailing.texts, all);
  assert.ok(tailing.batches.every((batch) => batch.lines.length <= 500 && !batch.live));
  assert.deepEqual(tailing.batches.map(({ caughtUp }) => caughtUp).indexOf(true), tailing.batches.length - 1);
});

test('from the end, nothing old is told, but the place is known at once', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(stateLine(1), stateLine(2)) + stateLine('begun'));
  await using tailing = new Tailing(log, { from: 'end' });
  await tailing.until('the place is known', () => tailing.batches.length > 0);
  const [first] = tailing.batches;
  assert.deepEqual(first?.lines, []);
  assert.equal(first?.caughtUp, true);
  assert.equal(first?.checkpoint.offset, lines(stateLine(1), stateLine(2)).length);
  appendFileSync(log, `\n${lines(stateLine(3))}`);
  await tailing.untilText(stateLine(3));
  assert.deepEqual(tailing.texts, [stateLine('begun'), stateLine(3)]);
});

test('a restart goes on at the checkpoint', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(stateLine(1), stateLine(2)));
  const first = new Tailing(log);
  await first.untilText(stateLine(2));
  await first.stop();
  appendFileSync(log, lines(stateLine(3)));
  await using second = new Tailing(log, { from: 'end', resume: first.checkpoint });
  await second.untilText(stateLine(3));
  assert.deepEqual(second.texts, [stateLine(3)]);
  assert.deepEqual(second.kinds(), ['resumed', 'following']);
});

test('a line is told when its newline comes, not before', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(stateLine(1)));
  await using tailing = new Tailing(log);
  await tailing.untilText(stateLine(1));
  for (const piece of stateLine('long').match(/.{1,10}/g)!) appendFileSync(log, piece);
  appendFileSync(log, `\n${lines(stateLine(2))}`);
  await tailing.untilText(stateLine(2));
  assert.deepEqual(tailing.texts, [stateLine(1), stateLine('long'), stateLine(2)]);
});

test('nothing is told of a log before its first line is complete', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, stateLine(1));
  await using tailing = new Tailing(log);
  await tailing.untilNotice('following');
  assert.deepEqual(tailing.batches, []);
  appendFileSync(log, '\n');
  await tailing.untilText(stateLine(1));
});

test('mere traffic moves the checkpoint once in five seconds, not line by line', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  let now = 0;
  writeFileSync(log, lines(stateLine(1)));
  await using tailing = new Tailing(log, { now: () => now });
  await tailing.untilText(stateLine(1));
  for (let n = 0; n < 20; n++) {
    appendFileSync(log, lines(trafficLine(n)));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.equal(tailing.batches.length, 1);
  now = 5_000;
  await tailing.until('progress is told', () => tailing.batches.length === 2);
  assert.equal(tailing.batches[1]?.tally.traffic, 20);
  assert.equal(
    tailing.checkpoint?.offset,
    lines(stateLine(1), ...Array.from({ length: 20 }, (_, n) => trafficLine(n))).length,
  );
});

test('a long stretch of traffic moves the checkpoint on the way', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  const megabyte = lines(...Array.from({ length: 9000 }, (_, n) => trafficLine(n)));
  writeFileSync(log, megabyte.repeat(40));
  await using tailing = new Tailing(log);
  await tailing.until('caught up', () => tailing.batches.at(-1)?.caughtUp === true);
  const bytes = tailing.batches.map(({ tally }) => tally.bytes);
  assert.ok(bytes.length >= 3 && Math.max(...bytes) < 18 * 1024 * 1024, `batches of ${bytes} bytes`);
  assert.equal(
    tailing.batches.reduce((sum, { tally }) => sum + tally.traffic, 0),
    9000 * 40,
  );
});

test('carriage returns, NULs, broken UTF-8 and a line of a megabyte do no harm', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(stateLine(1)));
  await using tailing = new Tailing(log);
  await tailing.untilText(stateLine(1));
  appendFileSync(log, `${stateLine('cr')}\r\n`);
  appendFileSync(log, lines('\0'.repeat(100), stateLine('\0')));
  appendFileSync(log, Buffer.concat([Buffer.from(stateLine('')), Buffer.from([0xff, 0xfe, 0x0a])]));
  appendFileSync(log, lines('x'.repeat(1024 * 1024), stateLine(2)));
  await tailing.untilText(stateLine(2));
  const wanted = [stateLine(1), stateLine('cr'), stateLine('\0'), `${stateLine('')}\ufffd\ufffd`, stateLine(2)];
  assert.deepEqual(tailing.texts, wanted);
  const oversize = tailing.batches.find(({ tally }) => tally.oversize === 1);
  assert.ok(oversize?.samples.some(({ text }) => text === 'x'.repeat(200)));
});

test('a link to a log in another folder is followed as promptly as the log', async () => {
  using files = folder();
  using elsewhere = folder();
  writeFileSync(elsewhere.path('real.log'), lines(stateLine(1)));
  symlinkSync(elsewhere.path('real.log'), files.path('haproxy.log'));
  await using tailing = new Tailing(files.path('haproxy.log'));
  await tailing.untilText(stateLine(1));
  const before = performance.now();
  appendFileSync(elsewhere.path('real.log'), lines(stateLine(2)));
  await tailing.untilText(stateLine(2));
  assert.ok(performance.now() - before < 900, 'it was only the slow look that found the line');
});

test('when it is ended, no file and no watch stays open', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(stateLine(1)));
  const open = () =>
    readdirSync('/proc/self/fd')
      .map((fd) => target(fd))
      .filter((name) => name.startsWith(files.path('')));
  const watches = () => process.getActiveResourcesInfo().filter((name) => name === 'FSEventWrap');
  // A watch that was closed goes at the end of a turn, behind what is to come in it.
  const turn = async () => {
    for (let n = 0; n < 2; n++) await new Promise((resolve) => setImmediate(resolve));
  };
  await turn();
  const tailing = new Tailing(log);
  await tailing.untilText(stateLine(1));
  assert.equal(open().length, 1);
  assert.equal(watches().length, 1);
  await tailing.stop();
  assert.deepEqual(open(), []);
  await turn();
  assert.deepEqual(watches(), []);
});

function target(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
}
