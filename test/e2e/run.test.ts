/** `haplog run` as the operator starts it, on the seed story's own log. Needs nothing but Node. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { caughtUp, marked, ownLine, ownLog, projectRoot, runHaplog, startHaplog } from '../support/haplog.js';
import { serverText, syslogLine } from '../support/lines.js';
import { mailbox } from '../support/mailbox.js';
import { openFolder, type TemporaryFolder } from '../support/stage.js';

const seedLog = join(projectRoot, 'fixtures', 'allyrion', 'haproxy.log');

let folder: TemporaryFolder;
beforeEach(() => {
  folder = openFolder();
});
afterEach(() => folder[Symbol.dispose]());

test('the log of the seed story is told in words, then followed until Ctrl-C ends haplog cleanly', async () => {
  const database = join(folder.path, 'haplog.db');
  await using haplog = await startHaplog(folder.path, ['run', '--log', seedLog, '--from', 'start', '--db', database]);
  await caughtUp(haplog);
  await marked(haplog, 'firing', 'log');
  const said = ownLog(haplog).map(({ msg }) => msg);
  const promised = [
    /server k8s-api-server\/bettley .*Connection refused/,
    /server k8s-api-server\/fenn .*Connection refused/,
    /server k8s-api-server\/gardener .*Connection refused/,
    /backend k8s-api-server has no server available since 2024-02-21 07:03:18/,
    /incident firing: .*k8s-api-server/,
  ];
  for (const words of promised)
    assert.ok(
      said.some((msg) => words.test(msg)),
      `${words} in\n${said.join('\n')}`,
    );
  const askedAt = Date.now();
  assert.deepEqual(await haplog.end('SIGINT'), { code: 0, signal: null });
  assert.ok(Date.now() - askedAt < 2_000, 'Ctrl-C takes no longer than two seconds');
});

test('SIGTERM ends it as cleanly, also while a receiver hangs', async () => {
  // Takes connections and never says a word.
  const mute = createServer(() => {});
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  try {
    const config = mailConfig(portOf(mute));
    await using haplog = await startHaplog(folder.path, ['run', '--config', config]);
    await caughtUp(haplog);
    assert.deepEqual(await haplog.end('SIGTERM', 8_000), { code: 0, signal: null });
  } finally {
    mute.close();
  }
});

test('a mail that could not be sent while the mail server was away arrives once it is back, and once only', async () => {
  await using mail = await mailbox();
  // The way to the mail server: not there at first.
  const way = createServer((socket) => {
    const far = connect(mail.port, '127.0.0.1');
    socket.on('error', () => far.destroy()).pipe(far);
    far.on('error', () => socket.destroy()).pipe(socket);
  });
  await new Promise<void>((resolve) => way.listen(0, '127.0.0.1', resolve));
  const port = portOf(way);
  await new Promise((resolve) => way.close(resolve));

  const args = ['run', '--config', mailConfig(port)];
  try {
    await using haplog = await startHaplog(folder.path, args);
    await haplog.stderr.match((line) => ownLine(line).outcome === 'retry', 10_000);
    await new Promise<void>((resolve) => way.listen(port, '127.0.0.1', resolve));
    await mail.mails.first(1, 15_000);
    await marked(haplog, 'firing', 'oncall');
    await haplog.end('SIGTERM');

    await using again = await startHaplog(folder.path, args);
    await caughtUp(again);
    assert.deepEqual(await again.end('SIGTERM'), { code: 0, signal: null });
    assert.equal(mail.mails.items.length, 1);
  } finally {
    way.close();
  }
});

test('a second run tells nothing twice', async () => {
  const args = ['run', '--log', seedLog, '--db', join(folder.path, 'haplog.db')];
  for (const times of [1, 0]) {
    await using haplog = await startHaplog(folder.path, args);
    await caughtUp(haplog);
    if (times === 1) await marked(haplog, 'firing', 'log');
    await haplog.end('SIGINT');
    assert.equal(ownLog(haplog).filter(({ outcome }) => outcome === 'delivered').length, times);
  }
});

test('a second haplog on the same database is refused, and the first goes on', async () => {
  const args = ['run', '--log', seedLog, '--db', join(folder.path, 'haplog.db')];
  await using first = await startHaplog(folder.path, args);
  await caughtUp(first);
  const second = await runHaplog(folder.path, args);
  assert.equal(second.code, 2);
  assert.match(second.stderr, /^haplog: Another haplog daemon is running on .*\n?$/m);
  assert.deepEqual(await first.end('SIGINT'), { code: 0, signal: null });
});

test('a lost file is looked for beside the database, and the database stays locked', async () => {
  const [database, log] = [join(folder.path, 'haplog.db'), join(folder.path, 'haproxy.log')];
  const args = ['run', '--log', log, '--db', database];
  for (const first of [true, false]) {
    rmSync(log, { force: true });
    writeFileSync(log, readFileSync(seedLog, 'utf8').slice(first ? 0 : 5));
    await using haplog = await startHaplog(folder.path, args);
    await caughtUp(haplog);
    const lost = ownLog(haplog).filter(({ msg }) => msg.includes(': lost: '));
    assert.equal(lost.length, first ? 0 : 1);
    const second = await runHaplog(folder.path, args);
    assert.deepEqual([second.code, /Another haplog daemon is running/.test(second.stderr)], [2, true]);
    await haplog.end('SIGTERM');
  }
});

test('a log that is a directory is named, and followed as soon as a log stands there', async () => {
  const log = join(folder.path, 'haproxy.log');
  mkdirSync(log);
  await using haplog = await startHaplog(folder.path, ['run', '--log', log, '--db', join(folder.path, 'haplog.db')]);
  const { level, msg } = ownLine(await haplog.stderr.match((line) => line.includes('it is a directory'), 10_000));
  assert.equal(level, 'warn', msg);
  rmdirSync(log);
  copyFileSync(seedLog, log);
  await marked(haplog, 'firing', 'log');
  assert.deepEqual(await haplog.end('SIGINT'), { code: 0, signal: null });
});

test('a log that is not there yet is waited for', async () => {
  const log = join(folder.path, 'haproxy.log');
  await using haplog = await startHaplog(folder.path, ['run', '--log', log, '--db', join(folder.path, 'haplog.db')]);
  await haplog.stderr.match((line) => /there is no such file; waiting for it/.test(line), 10_000);
  copyFileSync(seedLog, log);
  await marked(haplog, 'firing', 'log');
  assert.deepEqual(await haplog.end('SIGINT'), { code: 0, signal: null });
});

test('an empty log that was never read counts as read to its end', async () => {
  const log = join(folder.path, 'haproxy.log');
  writeFileSync(log, '');
  await using haplog = await startHaplog(folder.path, ['run', '--log', log, '--db', join(folder.path, 'haplog.db')]);
  await caughtUp(haplog);
});

for (const [old, rotate] of [
  ['was renamed', (log: string) => renameSync(log, `${log}.1`)],
  ['is gone', rmSync],
] as const) {
  test(`an empty log where the old one ${old} counts as read to its end, so that time passes for what is open`, async () => {
    const log = join(folder.path, 'haproxy.log');
    const at = Date.now();
    const line = syslogLine(at, serverText({ at, backend: 'app', server: 'a', to: 'DOWN', left: 0 }));
    writeFileSync(log, `${line}\n`.repeat(2));
    const startWithHold = (hold: string) => {
      const config = join(folder.path, 'haplog.yaml');
      const database = join(folder.path, 'haplog.db');
      writeFileSync(config, `{ sources: [{ path: ${log} }], database: ${database}, policy: { hold: ${hold} } }`);
      return startHaplog(folder.path, ['run', '--config', config]);
    };
    await using before = await startWithHold('1h');
    await caughtUp(before);
    await before.end('SIGINT');
    rotate(log);
    writeFileSync(log, '');

    // Mostly it is still to pass when haplog has caught up.
    await using haplog = await startWithHold(`${Math.ceil((Date.now() - at) / 1_000) + 3}s`);
    await caughtUp(haplog);
    await marked(haplog, 'firing', 'log');
    assert.deepEqual(await haplog.end('SIGINT'), { code: 0, signal: null });
  });
}

/** A configuration that reads the seed story's log and mails to this port of loopback. */
function mailConfig(port: number): string {
  const path = join(folder.path, 'haplog.yaml');
  writeFileSync(
    path,
    `sources: [{ path: ${seedLog} }]
database: ${join(folder.path, 'haplog.db')}
receivers:
  - name: oncall
    email: { to: [ops@example.org], from: haplog@example.org, smtp: { host: 127.0.0.1, port: ${port} } }
`,
  );
  return path;
}

function portOf(server: ReturnType<typeof createServer>): number {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('a TCP server has a port');
  return bound.port;
}
