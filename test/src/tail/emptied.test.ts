/** What a follower makes of a log that is emptied in place, as by logrotate's copytruncate or `: > log`, or that has become shorter. */
import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { checkpointOf, folder, lines, stateLine, Tailing } from './tailing.js';

test('of a log that was copied and truncated, the rest is read from the copy', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(stateLine(1)));
  await using tailing = new Tailing(log);
  await tailing.untilText(stateLine(1));
  appendFileSync(log, lines(stateLine(2)));
  copyFileSync(log, `${log}.1`);
  truncateSync(log, 0);
  appendFileSync(log, lines(stateLine(3)));
  await tailing.untilText(stateLine(3));
  assert.deepEqual(tailing.texts, [stateLine(1), stateLine(2), stateLine(3)]);
  assert.ok(tailing.kinds().includes('truncated'));
});

test('a line that was read between the copying of a log and its emptying is read once', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(stateLine(1)));
  await using tailing = new Tailing(log);
  await tailing.untilText(stateLine(1));
  copyFileSync(log, `${log}.1`);
  appendFileSync(log, lines(stateLine(2)));
  await tailing.untilText(stateLine(2));
  truncateSync(log, 0);
  await tailing.untilNotice('truncated');
  appendFileSync(log, lines(stateLine(3)));
  await tailing.untilText(stateLine(3));
  assert.deepEqual(tailing.texts, [1, 2, 3].map(stateLine));
  assert.equal(tailing.kinds().filter((kind) => kind === 'truncated').length, 1);
});

test('a rotated file that has become shorter than it was read, as after a power cut, holds nothing up', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(stateLine(1), stateLine(2)));
  const resume = await checkpointOf(log);
  truncateSync(log, resume.offset - 10);
  renameSync(log, `${log}.1`);
  writeFileSync(log, lines(stateLine(3)));
  await using tailing = new Tailing(log, { resume });
  await tailing.untilText(stateLine(3));
  assert.deepEqual(tailing.texts, [stateLine(3)]);
});

test('a log that was emptied and has grown beyond its old size is read from its start', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  const grown = Array.from({ length: 2000 }, (_, n) => stateLine(`${n}-new`));
  writeFileSync(log, lines(stateLine(1)));
  await using tailing = new Tailing(log);
  await tailing.untilText(stateLine(1));
  // Until it has nothing left to do but to wait.
  await new Promise((resolve) => setTimeout(resolve, 30));
  truncateSync(log, 0);
  appendFileSync(log, lines(...grown));
  await tailing.untilText(grown.at(-1)!);
  assert.deepEqual(tailing.texts, [stateLine(1), ...grown]);
});

test('a log that has become shorter, as after a power cut, repeats nothing', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(stateLine(1), stateLine(2), stateLine(3)));
  const resume = await checkpointOf(log);
  truncateSync(log, lines(stateLine(1), stateLine(2)).length);
  await using tailing = new Tailing(log, { resume });
  await tailing.untilNotice('following');
  appendFileSync(log, lines(stateLine(4)));
  await tailing.untilText(stateLine(4));
  assert.deepEqual(tailing.texts, [stateLine(4)]);
});
