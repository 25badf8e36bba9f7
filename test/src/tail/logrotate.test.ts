/** What the real logrotate calls the files that it makes, by its options: haplog was away, and must find the rest of the old one. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { programPath, runProgram } from '../../support/program.js';
import { checkpointOf, folder, lines, stateLine, Tailing } from './tailing.js';

const logrotate = programPath('logrotate');
const skip = logrotate === null ? 'logrotate is not installed' : false;

type Folder = ReturnType<typeof folder>;

/** Rotates haproxy.log by the real logrotate, with these lines in its configuration. */
async function rotate(files: Folder, options: string): Promise<void> {
  const config = files.path('logrotate.conf');
  writeFileSync(config, `${files.path('haproxy.log')} {\nrotate 9\n${options}\n}\n`, { mode: 0o644 });
  const { code, stderr } = await runProgram(logrotate!, ['-f', '-s', files.path('state'), config]);
  assert.equal(code, 0, stderr);
}

/** What logrotate has made of the log, without what belongs to logrotate itself. */
const rotatedIn = (files: Folder) =>
  readdirSync(files.path('.')).filter((name) => !['haproxy.log', 'logrotate.conf', 'state'].includes(name));

/** Haplog reads line 1; while it is away line 2 is written, the log rotated, and line 3 begins the new file. */
async function awayOverRotation(files: Folder, options: string): Promise<Tailing> {
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(stateLine(1)));
  const resume = await checkpointOf(log);
  appendFileSync(log, lines(stateLine(2)));
  await rotate(files, options);
  writeFileSync(log, lines(stateLine(3)));
  const tailing = new Tailing(log, { resume });
  await tailing.untilText(stateLine(3));
  return tailing;
}

for (const [options, called] of [
  ['nodateext', /^haproxy\.log\.1$/],
  ['dateext', /^haproxy\.log-\d{8}$/],
  ['nodateext\nextension .log', /^haproxy\.1\.log$/],
  ['nodateext\nextension .log\ncompress', /^haproxy\.1\.log\.gz$/],
  ['dateext\nextension .log', /^haproxy-\d{8}\.log$/],
  ['dateext\nextension .log\ncompress', /^haproxy-\d{8}\.log\.gz$/],
  ['dateext\nextension .log\ndateformat .%Y-%m-%d', /^haproxy\.\d{4}-\d\d-\d\d\.log$/],
  ['dateext\nextension .log\ndateformat -%s', /^haproxy-\d{10}\.log$/],
  ['dateext\ndateformat -%Y%m%d-%s\ncompress', /^haproxy\.log-\d{8}-\d{10}\.gz$/],
  // Names of which haplog knows nothing: the file is found by its first line.
  ['dateext\ndateformat _at_%Y%m%d', /^haproxy\.log_at_\d{8}$/],
  ['dateext\ndateformat _at_%Y%m%d\ncompress', /^haproxy\.log_at_\d{8}\.gz$/],
] as const) {
  test(`what was written before a rotation is read, by \`${options.replaceAll('\n', '; ')}\``, { skip }, async () => {
    using files = folder();
    await using tailing = await awayOverRotation(files, options);
    assert.equal(rotatedIn(files).length, 1);
    assert.match(rotatedIn(files)[0]!, called);
    assert.deepEqual(tailing.texts, [2, 3].map(stateLine));
    assert.ok(!tailing.kinds().includes('lost'));
  });
}

test('two rotations with `extension .log` while haplog was away are read in their order', { skip }, async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(stateLine(1)));
  const resume = await checkpointOf(log);
  for (const n of [2, 3]) {
    appendFileSync(log, lines(stateLine(n)));
    await rotate(files, 'nodateext\nextension .log\ncompress\ndelaycompress');
  }
  writeFileSync(log, lines(stateLine(4)));
  assert.deepEqual(rotatedIn(files).sort(), ['haproxy.1.log', 'haproxy.2.log.gz']);
  await using tailing = new Tailing(log, { resume });
  await tailing.untilText(stateLine(4));
  assert.deepEqual(tailing.texts, [2, 3, 4].map(stateLine));
});

const PACKERS = [
  ['xz', '.xz'],
  ['bzip2', '.bz2'],
  ['zstd', '.zst'],
] as const;
for (const [packer, ending] of PACKERS) {
  const options = `dateext\ncompress\ncompresscmd ${programPath(packer)}\ncompressext ${ending}`;
  // zstd keeps what it packed unless it is told otherwise.
  const how = packer === 'zstd' ? `${options}\ncompressoptions -q --rm` : options;
  const missing = programPath(packer) === null && `${packer} is not installed`;
  test(`a file that was packed by ${packer} is named as lost, with what to do`, { skip: skip || missing }, async () => {
    using files = folder();
    await using tailing = await awayOverRotation(files, how);
    const name = rotatedIn(files)[0]!;
    assert.ok(name.endsWith(ending), name);
    assert.deepEqual(
      tailing.notices.filter(({ kind }) => kind === 'lost').map(({ detail }) => detail),
      [
        'the file that was read before was not found; reading the present one from its start; perhaps it is this one: ' +
          `Cannot read "${files.path(name)}": it is packed by ${packer}; unpack it first, and haplog import adds it to the history; ` +
          'from now on let logrotate use gzip or `delaycompress`',
      ],
    );
    assert.deepEqual(tailing.texts, [stateLine(3)]);
  });
}

test('a packed file between two that can be read is named, once, and the others are read', async () => {
  using files = folder();
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(stateLine(1)));
  const resume = await checkpointOf(log);
  writeFileSync(`${log}.2.gz`, gzipSync(lines(stateLine(1), stateLine(2))));
  writeFileSync(`${log}.1.xz`, Buffer.from('fd377a585a0000', 'hex'));
  renameSync(log, files.path('gone'));
  await using tailing = new Tailing(log, { resume });
  // No new file is there yet: what was written is read, and time does not stand still.
  await tailing.until('caught up', () => tailing.batches.at(-1)?.caughtUp === true);
  writeFileSync(log, lines(stateLine(3)));
  await tailing.untilText(stateLine(3));
  assert.deepEqual(tailing.texts, [2, 3].map(stateLine));
  const told = tailing.notices.filter(({ kind }) => kind === 'lost').map(({ detail }) => detail);
  assert.equal(told.length, 1);
  assert.match(
    told[0]!,
    /haproxy\.log\.1\.xz": it is packed by xz; unpack it first.* let logrotate use gzip or `delaycompress`$/,
  );
});

test('with `olddir` what was written before a rotation is lost if haplog was away, and that is told', {
  skip,
}, async () => {
  using files = folder();
  mkdirSync(files.path('old'));
  await using tailing = await awayOverRotation(files, 'olddir old');
  assert.deepEqual(tailing.texts, [stateLine(3)]);
  assert.equal(tailing.kinds()[0], 'lost');
});

test('with `olddir` nothing is lost while haplog runs', { skip }, async () => {
  using files = folder();
  mkdirSync(files.path('old'));
  const log = files.path('haproxy.log');
  writeFileSync(log, lines(stateLine(1)));
  await using tailing = new Tailing(log);
  await tailing.untilText(stateLine(1));
  appendFileSync(log, lines(stateLine(2)));
  await rotate(files, 'olddir old');
  writeFileSync(log, lines(stateLine(3)));
  await tailing.untilText(stateLine(3));
  assert.deepEqual(tailing.texts, [1, 2, 3].map(stateLine));
});
