/** Two daemons on one database would send everything twice. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { daemonRuns, lockForDaemon } from '../../../src/store/lock.js';
import { SCHEMA_VERSION, versionOf } from '../../../src/store/migrations.js';
import { openDatabase, openStore } from '../../../src/store/open.js';
import { UserError } from '../../../src/user-error.js';
import { startChild } from './child.js';
import { commitOf, transition } from './examples.js';
import { tempFolder } from './temp-folder.js';

const running = (path: string) =>
  `Another haplog daemon is running on "${path}": stop it first, or name another with --db.`;

test('a second daemon is refused while the first runs, and starts once the first was killed with -9', async (t) => {
  const path = join(tempFolder(t), 'haplog.db');
  const daemon = startChild('lock-child.ts', [path], t.signal);
  assert.equal(await daemon.says(), 'locked');
  assert.throws(() => lockForDaemon(path), new UserError(running(path)));

  await daemon.kill();
  const lock = lockForDaemon(path);
  assert.throws(() => lockForDaemon(path), new UserError(running(path)));
  const third = startChild('lock-child.ts', [path], t.signal);
  assert.equal(await third.says(), running(path));
  await third.ended();
  lock.release();
  lockForDaemon(path).release();
});

test('who asks sees whether a daemon runs, and keeps none from starting', async (t) => {
  const path = join(tempFolder(t), 'haplog.db');
  assert.equal(daemonRuns(path), null, 'there is no database');
  openStore(path, 'write').end();
  assert.equal(daemonRuns(path), false);
  const daemon = startChild('lock-child.ts', [path], t.signal);
  assert.equal(await daemon.says(), 'locked');
  assert.equal(daemonRuns(path), true);
  await daemon.kill();
  assert.equal(daemonRuns(path), false);
  lockForDaemon(path).release();
});

test('tables that a running daemon of another version uses are made new by nobody else', async (t) => {
  const path = join(tempFolder(t), 'haplog.db');
  const db = openDatabase(path, 'write');
  // As it was before the last step, which can be taken twice.
  db.pragma(`user_version = ${SCHEMA_VERSION - 1}`);
  const daemon = startChild('lock-child.ts', [path], t.signal);
  assert.equal(await daemon.says(), 'locked');
  const sentence = `The database "${path}" is in use by a haplog of another version: restart that one first.`;
  assert.throws(() => openStore(path, 'write'), new UserError(sentence));
  assert.equal(versionOf(db), SCHEMA_VERSION - 1);
  await daemon.kill();
  const lock = lockForDaemon(path);
  openStore(path, 'write').end();
  assert.equal(versionOf(db), SCHEMA_VERSION, 'the daemon itself does');
  lock.release();
  db.close();
});

test('a daemon on a link to the database is refused too', (t) => {
  const folder = tempFolder(t);
  mkdirSync(join(folder, 'real'));
  const lock = lockForDaemon(join(folder, 'real', 'haplog.db'));
  symlinkSync('real', join(folder, 'folder-link'));
  symlinkSync('real/haplog.db', join(folder, 'file-link.db'));
  for (const path of [join(folder, 'folder-link', 'haplog.db'), join(folder, 'file-link.db')]) {
    assert.throws(() => lockForDaemon(path), new UserError(running(path)));
  }
  lock.release();
});

test('an import writes, and a query reads, while a daemon runs', async (t) => {
  const path = join(tempFolder(t), 'haplog.db');
  const lock = lockForDaemon(path);
  const [daemon, importer] = [openStore(path, 'write'), openStore(path, 'write')];
  await daemon.apply(commitOf({ checkpoints: [{ path: '/a.log', fingerprint: 'f1', offset: 1 }] }));
  await importer.apply(commitOf({ transitions: [transition()] }));
  const query = openStore(path, 'read');
  assert.deepEqual((await query.history({ since: 0, until: 2_000 })).transitions, [transition()]);
  for (const store of [daemon, importer, query]) await store.end();
  lock.release();
});

test('the lock is an empty file that only the owner and the group may read, and stays one', (t) => {
  const folder = join(tempFolder(t), 'state');
  const lock = lockForDaemon(join(folder, 'haplog.db'));
  assert.deepEqual(readdirSync(folder), ['haplog.db', 'haplog.db.lock']);
  const { mode, size } = statSync(join(folder, 'haplog.db.lock'));
  assert.deepEqual([mode & 0o777 & ~0o640, size], [0, 0]);
  lock.release();
  assert.deepEqual(readdirSync(folder), ['haplog.db', 'haplog.db.lock']);
});

test('databases in memory are never locked', () => {
  const locks = [lockForDaemon(':memory:'), lockForDaemon(':memory:')];
  for (const lock of locks) lock.release();
});
