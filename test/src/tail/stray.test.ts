/** A file whose name tells nobody that it is the log's: haplog was away, and finds it by its content or says that it does not. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { checkpointOf, folder, lines, stateLine, Tailing } from './tailing.js';

type Folder = ReturnType<typeof folder>;

const NOT_FOUND = 'the file that was read before was not found; reading the present one from its start';

/** Haplog reads lines 1 and 2 and is away; line 3 follows, `meanwhile` happens to the file, and line 4 begins a new one. */
async function away(files: Folder, meanwhile: (log: string) => void): Promise<Tailing> {
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(stateLine(1), stateLine(2)));
  const resume = await checkpointOf(log);
  appendFileSync(log, lines(stateLine(3)));
  meanwhile(log);
  writeFileSync(log, lines(stateLine(4)));
  const tailing = new Tailing(log, { resume });
  await tailing.untilText(stateLine(4));
  await tailing.untilNotice('following');
  return tailing;
}

/** Moves the log where haplog does not look. */
function moveAway(files: Folder, log: string): void {
  mkdirSync(files.path('old'));
  renameSync(log, files.path('old/haproxy.log'));
}

function lossesOf(tailing: Tailing): string[] {
  return tailing.notices.filter(({ kind }) => kind === 'lost').map(({ detail }) => detail);
}

for (const name of ['haproxy.log.old', 'before-the-move']) {
  test(`a log that somebody moved to ${name} is read to its end`, async () => {
    using files = folder();
    await using tailing = await away(files, (log) => renameSync(log, files.path(name)));
    assert.deepEqual(tailing.texts, [3, 4].map(stateLine));
    assert.deepEqual(tailing.kinds(), ['resumed', 'rotated', 'following']);
  });
}

test('among thousands of other files it is found if its name begins as that of the log', async () => {
  using files = folder();
  for (let n = 0; n < 2_000; n++) writeFileSync(files.path(`another-${n}.log`), lines(stateLine(`other-${n}`)));
  await using tailing = await away(files, (log) => renameSync(log, files.path('haproxy.yesterday')));
  assert.deepEqual(tailing.texts, [3, 4].map(stateLine));
});

test('a copy of its beginning, as somebody saves it, does not pass for the log', async () => {
  using files = folder();
  await using tailing = await away(files, (log) => {
    writeFileSync(files.path('saved'), lines(stateLine(1)));
    moveAway(files, log);
  });
  assert.deepEqual(tailing.texts, [stateLine(4)]);
  assert.deepEqual(lossesOf(tailing), [NOT_FOUND]);
});

for (const packed of [false, true]) {
  test(`another log that begins with the same line does not pass for it, ${packed ? 'packed' : 'plain'}`, async () => {
    using files = folder();
    await using tailing = await away(files, (log) => {
      const syslog = lines(stateLine(1), 'Nov 30 10:00:00 lb cron[1]: done', stateLine(2), stateLine(3));
      writeFileSync(files.path('syslog.1'), packed ? gzipSync(syslog) : syslog);
      moveAway(files, log);
    });
    assert.deepEqual(tailing.texts, [stateLine(4)]);
    assert.deepEqual(lossesOf(tailing), [NOT_FOUND]);
  });
}

test('that a younger file of a name like its own is passed over is told', async () => {
  using files = folder();
  const [older, younger] = [files.path('haproxy_at_1'), files.path('haproxy_at_2')];
  await using tailing = await away(files, (log) => {
    renameSync(log, older);
    utimesSync(older, 1_700_000_000, 1_700_000_000);
    writeFileSync(younger, lines(stateLine('between')));
  });
  assert.deepEqual(tailing.texts, [3, 4].map(stateLine));
  assert.deepEqual(lossesOf(tailing), [
    `"${older}" was found by its content, but haplog does not know such names: "${younger}" is younger, and passed over`,
  ]);
});
