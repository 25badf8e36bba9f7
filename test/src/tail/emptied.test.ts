/** What a follower makes of a log that is emptied in place, as by logrotate's copytruncate or `: > log`, or that has become shorter. */
import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { follow } from '../../../src/tail/follow.js';
import type { Notice } from '../../../src/tail/notice.js';
import { checkpointOf, folder, lines, stateLine, Tailing, trafficLine } from './tailing.js';

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

const TIME_LIMIT_MS = 10_000;

/** Until a follower that has read all has nothing left to do but to wait. */
const restful = () => new Promise((resolve) => setTimeout(resolve, 30));

/** Lines that make as many bytes as `bytes`; the first one is `text`. */
function filledUp(text: string, bytes: number): string {
  return `${text}\n${'.'.repeat(bytes - text.length - 2)}\n`;
}

for (const [size, more] of [
  ['the same size', 0],
  ['a greater size', 5000],
] as const) {
  test(`a log that was emptied and filled again up to ${size} is read from its start, after the rest of its copy`, async () => {
    using files = folder();
    const log = files.path('haproxy.log');
    writeFileSync(log, lines(stateLine(1), trafficLine(1)));
    await using tailing = new Tailing(log);
    await tailing.untilNotice('following');
    await restful();
    const read = readFileSync(log).length;
    appendFileSync(log, lines(stateLine(2)));
    copyFileSync(log, `${log}.1`);
    truncateSync(log, 0);
    appendFileSync(log, filledUp(stateLine(3), read + more));
    await tailing.untilText(stateLine(3));
    assert.deepEqual(tailing.texts, [1, 2, 3].map(stateLine));
  });

  test(`the same while haplog was away, up to ${size}`, async () => {
    using files = folder();
    const log = files.path('haproxy.log');
    writeFileSync(log, lines(stateLine(1), trafficLine(1)));
    const resume = await checkpointOf(log);
    appendFileSync(log, lines(stateLine(2)));
    copyFileSync(log, `${log}.1`);
    truncateSync(log, 0);
    appendFileSync(log, filledUp(stateLine(3), resume.offset + more));
    await using tailing = new Tailing(log, { resume });
    await tailing.untilText(stateLine(3));
    assert.deepEqual(tailing.texts, [2, 3].map(stateLine));
  });

  test(`a log that was emptied within its first line and filled again up to ${size} is read from its start`, async () => {
    using files = folder();
    const log = files.path('haproxy.log');
    const begun = `${stateLine(1)} And more`;
    writeFileSync(log, begun);
    await using tailing = new Tailing(log);
    await tailing.untilNotice('following');
    await restful();
    truncateSync(log, 0);
    appendFileSync(log, filledUp(stateLine(2), begun.length + more));
    await tailing.untilText(stateLine(2));
    assert.deepEqual(tailing.texts, [stateLine(2)]);
  });
}

test('a log that is emptied again before anything of it was stored is read from its start', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(stateLine(1)));
  await using tailing = new Tailing(log);
  await tailing.untilText(stateLine(1));
  truncateSync(log, 0);
  await tailing.untilNotice('truncated');
  const passed = lines(trafficLine(1), trafficLine(2));
  appendFileSync(log, passed);
  await restful();
  truncateSync(log, 0);
  appendFileSync(log, filledUp(stateLine(2), passed.length));
  await tailing.untilText(stateLine(2));
  assert.deepEqual(tailing.texts, [1, 2].map(stateLine));
});

test('a log that is emptied and filled again while what was found waits to be stored loses and repeats nothing', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  // More than is read at once.
  const old = Array.from({ length: 6000 }, (_, n) => stateLine(n));
  const young = old.map((_, n) => stateLine(`${n}-new`));
  writeFileSync(log, lines(...old));
  const abort = new AbortController();
  const { signal } = abort;
  const tooLong = setTimeout(() => abort.abort(), TIME_LIMIT_MS);
  const clock = { now: Date.now };
  const texts: string[] = [];
  for await (const batch of follow({ path: log, from: 'start', resume: null, clock, signal, onNotice() {} })) {
    if (texts.length === 0) {
      copyFileSync(log, `${log}.1`);
      truncateSync(log, 0);
      appendFileSync(log, lines(...young));
    }
    texts.push(...batch.lines.map(({ text }) => text));
    if (batch.caughtUp) abort.abort();
  }
  clearTimeout(tooLong);
  assert.deepEqual(texts, [...old, ...young]);
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

test('that all is read is told also where the log was emptied for good in the middle of many lines', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(stateLine('before')));
  const abort = new AbortController();
  const { signal } = abort;
  const tooLong = setTimeout(() => abort.abort(), TIME_LIMIT_MS);
  const clock = { now: Date.now };
  const told: string[] = [];
  const onNotice = ({ kind }: Notice) => {
    told.push(kind);
    if (told.includes('truncated') && kind === 'following') abort.abort();
    else if (kind === 'following') appendFileSync(log, lines(...Array.from({ length: 700 }, (_, n) => stateLine(n))));
  };
  let behind = false;
  for await (const batch of follow({ path: log, from: 'start', resume: null, clock, signal, onNotice })) {
    behind = !batch.caughtUp;
    if (behind) truncateSync(log, 0);
  }
  clearTimeout(tooLong);
  assert.deepEqual([behind, told], [true, ['following', 'truncated', 'following']]);
});
