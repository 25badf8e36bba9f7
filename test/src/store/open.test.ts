/** Opening the database: how it is made, who may read it, and that it is safe in more than one hand. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { APPLICATION_ID } from '../../../src/store/database-file.js';
import { openDatabase, openStore } from '../../../src/store/open.js';
import { sqliteStore } from '../../../src/store/sqlite.js';
import type { History } from '../../../src/store/store.js';
import { UserError } from '../../../src/user-error.js';
import { dump } from '../../support/dump.js';
import { startChild } from './child.js';
import { commitOf, id, transition } from './examples.js';
import { asNobody } from './nobody.js';
import { tempFolder } from './temp-folder.js';

const always = { since: 0, until: Number.MAX_SAFE_INTEGER };
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

test('a new database and all that belongs to it is readable by its owner and group only', async (t) => {
  const state = join(tempFolder(t), 'lib', 'haplog');
  const umask = process.umask(0);
  const store = openStore(join(state, 'haplog.db'), 'write');
  await store.apply(commitOf({ transitions: [transition()] }));
  process.umask(umask);
  assert.deepEqual([modeOf(join(state, '..')), modeOf(state)], ['750', '750']);
  const modes = readdirSync(state).map((name) => [name, modeOf(join(state, name))]);
  assert.deepEqual(modes, [
    ['haplog.db', '640'],
    ['haplog.db-shm', '640'],
    ['haplog.db-wal', '640'],
  ]);
  await store.end();
});

test('what was stored is there after a restart, and a file that is still empty becomes a database', async (t) => {
  const path = join(tempFolder(t), 'haplog.db');
  writeFileSync(path, '');
  for (const transitions of [[], [transition()]]) {
    const store = openStore(path, 'write');
    assert.deepEqual((await store.history(always)).transitions, transitions);
    await store.apply(commitOf({ transitions: [transition()] }));
    await store.end();
  }
});

test('a commit waits for the disk, and a power cut takes nothing back', (t) => {
  const db = openDatabase(join(tempFolder(t), 'haplog.db'), 'write');
  const pragma = (name: string) => db.pragma(name, { simple: true });
  const settings = ['journal_mode', 'synchronous', 'busy_timeout', 'foreign_keys'].map(pragma);
  assert.deepEqual(settings, ['wal', 2, 5000, 1]);
  db.close();
});

test('a query sees what the daemon has stored, and neither waits for the other', async (t) => {
  const path = join(tempFolder(t), 'haplog.db');
  const daemon = openDatabase(path, 'write');
  const query = openStore(path, 'read');
  const seen = async () => (await query.history(always)).transitions.length;
  await sqliteStore(daemon).apply(commitOf({ transitions: [transition()] }));
  assert.equal(await seen(), 1);
  daemon.exec('BEGIN IMMEDIATE; DELETE FROM transition');
  assert.equal(await seen(), 1, 'what is half-done is not seen');
  daemon.exec('COMMIT');
  assert.equal(await seen(), 0);
  await query.end();
  daemon.close();
});

test('a query changes nothing', async (t) => {
  const path = join(tempFolder(t), 'haplog.db');
  await openStore(path, 'write').end();
  const query = openStore(path, 'read');
  assert.throws(() => query.apply(commitOf({ transitions: [transition()] })), { code: 'SQLITE_READONLY' });
  await query.end();
});

/** A database, its daemon, and what a user sees of it who may only read the file and its folder. */
function readableByAll(t: TestContext) {
  const folder = tempFolder(t);
  chmodSync(folder, 0o755);
  const path = join(folder, 'haplog.db');
  const umask = process.umask(0o022);
  writeFileSync(path, '', { mode: 0o644 });
  const daemon = openStore(path, 'write');
  process.umask(umask);
  const seen = (of = path) =>
    asNobody(() => {
      const query = openStore(of, 'read');
      try {
        return (query.history(always) as History).transitions;
      } finally {
        query.end();
      }
    });
  return { folder, path, daemon, seen };
}

const NOT_ROOT = process.getuid?.() === 0 ? false : 'only root can become another user';

test('who may only read the database can ask while the daemon runs, and when it is stopped', {
  skip: NOT_ROOT,
}, async (t) => {
  const { path, daemon, seen } = readableByAll(t);
  await daemon.apply(commitOf({ transitions: [transition()] }));
  assert.deepEqual(seen(), [transition()]);
  await daemon.end();
  assert.deepEqual(seen(), [transition()]);

  const again = openStore(path, 'write');
  await again.apply(commitOf({ transitions: [transition({ id: id('f1:1') })] }));
  assert.equal(seen().length, 2, 'what is written after a stop is seen');
  await again.end();
  assert.equal(seen().length, 2);
});

test('who may only read the database can ask after the daemon was killed', { skip: NOT_ROOT }, async (t) => {
  const { folder, path, daemon, seen } = readableByAll(t);
  await daemon.apply(commitOf({ transitions: [transition()] }));
  const killed = join(folder, 'killed.db');
  for (const side of ['', '-wal', '-shm']) copyFileSync(`${path}${side}`, `${killed}${side}`);
  assert.deepEqual(seen(killed), [transition()]);
  await daemon.end();
});

test('what is left beside a stopped database belongs to whom the database belongs', { skip: NOT_ROOT }, async (t) => {
  const { path, daemon } = readableByAll(t);
  chmodSync(path, 0o640);
  chownSync(path, 65_534, 65_534);
  await daemon.end();
  for (const side of ['-wal', '-shm']) {
    const { uid, gid, size } = statSync(`${path}${side}`);
    assert.deepEqual([modeOf(`${path}${side}`), uid, gid, size], ['640', 65_534, 65_534, 0]);
  }
});

test('two that make the same database at the same time wait for each other', async (t) => {
  const path = halfMade(tempFolder(t));
  const other = startChild('busy-child.ts', [path], t.signal);
  assert.equal(await other.says(), 'busy');
  await openStore(path, 'write').end();
  assert.equal(await other.says(), 'done');
  await other.ended();
});

test('a database that haplog was killed over while making it is made when haplog starts again', async (t) => {
  const path = halfMade(tempFolder(t));
  assert.throws(() => openStore(path, 'read'), UserError);
  await openStore(path, 'write').end();
  await openStore(path, 'read').end();
  assert.deepEqual(dump(path).transition, []);
});

test('a query inside the daemon does not cost it the locks on its database', async (t) => {
  const path = join(tempFolder(t), 'haplog.db');
  const daemon = openStore(path, 'write');
  const before = locksOn(path);
  if (before.length === 0) t.skip('this system does not show locks');
  await openStore(path, 'read').end();
  assert.deepEqual(locksOn(path), before);
  await daemon.end();
});

test('a store in memory needs no file, to write or to read', async () => {
  for (const mode of ['write', 'read'] as const) {
    const store = openStore(':memory:', mode);
    assert.deepEqual(await store.memory(), []);
    await store.end();
  }
});

/** A database to which nothing has happened but that haplog wrote its name into it. */
function halfMade(folder: string): string {
  const path = join(folder, 'haplog.db');
  const db = new Database(path);
  db.pragma(`application_id = ${APPLICATION_ID}`);
  db.close();
  return path;
}

/** The locks that processes hold on the file, as Linux shows them. */
function locksOn(path: string): string[] {
  const inode = `:${statSync(path).ino} `;
  const locks = existsSync('/proc/locks') ? readFileSync('/proc/locks', 'utf8').split('\n') : [];
  return locks.filter((lock) => lock.includes(inode)).map((lock) => lock.replace(/^\d+: /, ''));
}
