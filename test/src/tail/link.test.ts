/** A log whose path is a link, as to the log file of a container that begins another one at each start. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { checkpointOf, folder, lines, stateLine, Tailing } from './tailing.js';

/** A container's folder, and the operator's link beside it. */
function container() {
  const files = folder();
  mkdirSync(files.path('haproxy'));
  const link = files.path('haproxy.log');
  return {
    link,
    /** A file in the container's folder. */
    log: (name: string) => join(files.path('haproxy'), name),
    /** Puts the link on that file, in one step. */
    renewLink: (name: string) => {
      symlinkSync(isAbsolute(name) ? name : join('haproxy', name), files.path('new'));
      renameSync(files.path('new'), link);
    },
    [Symbol.dispose]: () => files[Symbol.dispose](),
  };
}

for (const name of ['0.log.20261130-205313', '0.log.20261130-205313.gz']) {
  test(`what was written before kubelet rotated the container's log to ${name} is read, if haplog was away`, async () => {
    using pod = container();
    writeFileSync(pod.log('0.log'), lines(stateLine(1)));
    pod.renewLink('0.log');
    const resume = await checkpointOf(pod.link);
    const whole = lines(stateLine(1), stateLine(2));
    writeFileSync(pod.log(name), name.endsWith('.gz') ? gzipSync(whole) : whole);
    unlinkSync(pod.log('0.log'));
    writeFileSync(pod.log('0.log'), lines(stateLine(3)));
    await using tailing = new Tailing(pod.link, { resume });
    await tailing.untilText(stateLine(3));
    assert.deepEqual(tailing.texts, [2, 3].map(stateLine));
    assert.deepEqual(tailing.kinds().slice(0, 2), ['resumed', 'rotated']);
    assert.ok(tailing.batches.every(({ checkpoint }) => checkpoint.path === pod.link));
  });
}

test('what a container wrote before it was started again is read to its end, if haplog was away and the link is renewed', async () => {
  using pod = container();
  writeFileSync(pod.log('0.log'), lines(stateLine(1)));
  pod.renewLink('0.log');
  const resume = await checkpointOf(pod.link);
  appendFileSync(pod.log('0.log'), lines(stateLine(2)));
  writeFileSync(pod.log('1.log'), lines(stateLine(3)));
  pod.renewLink('1.log');
  await using tailing = new Tailing(pod.link, { resume });
  await tailing.untilText(stateLine(3));
  assert.deepEqual(tailing.texts, [2, 3].map(stateLine));
  assert.ok(!tailing.kinds().includes('lost'));
});

test('of a container that was started ten times while haplog was away, all that is left is read in its order', async () => {
  using pod = container();
  writeFileSync(pod.log('8.log'), lines(stateLine(1)));
  writeFileSync(pod.log('7.log'), lines(stateLine(0)));
  pod.renewLink('8.log');
  const resume = await checkpointOf(pod.link);
  writeFileSync(pod.log('8.log.20261130-205922.gz'), gzipSync(lines(stateLine(1), stateLine(2))));
  writeFileSync(pod.log('8.log.20261130-210004'), lines(stateLine(3)));
  writeFileSync(pod.log('8.log'), lines(stateLine(4)));
  writeFileSync(pod.log('9.log'), lines(stateLine(5)));
  writeFileSync(pod.log('10.log.20261130-210011'), lines(stateLine(6)));
  writeFileSync(pod.log('10.log'), lines(stateLine(7)));
  // To this one the link is not renewed yet.
  writeFileSync(pod.log('11.log'), lines(stateLine(8)));
  pod.renewLink('10.log');
  await using tailing = new Tailing(pod.link, { resume });
  await tailing.untilText(stateLine(7));
  assert.deepEqual(tailing.texts, [2, 3, 4, 5, 6, 7].map(stateLine));
  pod.renewLink('11.log');
  await tailing.untilText(stateLine(8));
});

test('a file that was begun and rotated between two looks is read', async () => {
  using pod = container();
  writeFileSync(pod.log('0.log'), lines(stateLine(1)));
  pod.renewLink('0.log');
  await using tailing = new Tailing(pod.link);
  await tailing.untilText(stateLine(1));
  writeFileSync(pod.log('1.log.20261130-210011'), lines(stateLine(2)));
  writeFileSync(pod.log('1.log'), lines(stateLine(3)));
  pod.renewLink('1.log');
  await tailing.untilText(stateLine(3));
  assert.deepEqual(tailing.texts, [1, 2, 3].map(stateLine));
});

test('while the link points to a file that is not there yet, the old one is waited on', async () => {
  using pod = container();
  writeFileSync(pod.log('0.log'), lines(stateLine(1)));
  pod.renewLink('0.log');
  const resume = await checkpointOf(pod.link);
  pod.renewLink('1.log');
  await using tailing = new Tailing(pod.link, { resume });
  await tailing.until('caught up', () => tailing.batches.at(-1)?.caughtUp === true);
  appendFileSync(pod.log('0.log'), lines(stateLine(2)));
  await tailing.untilText(stateLine(2));
  writeFileSync(pod.log('1.log'), lines(stateLine(3)));
  await tailing.untilText(stateLine(3));
  assert.deepEqual(tailing.texts, [2, 3].map(stateLine));
});

test('a link that leads to another folder begins another log, and nobody is told that the old file is gone', async () => {
  using pod = container();
  using other = container();
  writeFileSync(pod.log('0.log'), lines(stateLine(1)));
  pod.renewLink('0.log');
  const resume = await checkpointOf(pod.link);
  writeFileSync(other.log('0.log'), lines(stateLine(2)));
  pod.renewLink(other.log('0.log'));
  await using tailing = new Tailing(pod.link, { resume });
  await tailing.untilText(stateLine(2));
  const { kind, detail } = tailing.notices[0]!;
  assert.equal(kind, 'lost');
  assert.equal(detail, 'the file that was read before was not found; reading the present one from its start');
});
