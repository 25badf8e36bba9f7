/** A disk that is full, by the database's own limit: SQLite gives the same error for both. */
import assert from 'node:assert/strict';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type Database from 'better-sqlite3';
import { DEFAULTS } from '../../src/config/defaults.js';
import { runDaemon } from '../../src/daemon.js';
import { createLogger } from '../../src/log.js';
import { patient } from '../../src/patience.js';
import { openDatabase } from '../../src/store/open.js';
import { sqliteStore } from '../../src/store/sqlite.js';
import { hook } from '../support/hook.js';
import { serverText, syslogLine } from '../support/lines.js';
import { toEverybody } from '../support/plan.js';
import { hookAt } from '../support/telling.js';
import { until } from '../support/until.js';
import { commitOf, notification, transition } from './store/examples.js';
import { tempFolder } from './store/temp-folder.js';

const LIMIT = { timeout: 30_000 };
const AGAIN = 20;

function fill(db: Database.Database): void {
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.pragma(`max_page_count = ${db.pragma('page_count', { simple: true })}`);
}

function makeRoom(db: Database.Database): void {
  db.pragma('max_page_count = 1000000');
}

/** A store on a disk that can be filled, and what is told of it. */
function world(t: TestContext) {
  const db = openDatabase(join(tempFolder(t), 'haplog.db'), 'write');
  const told: string[] = [];
  const ending = new AbortController();
  t.after(() => {
    ending.abort();
    db.close();
  });
  const store = patient(sqliteStore(db), {
    signal: ending.signal,
    onTrouble: (error) => told.push(String((error as { code?: string }).code)),
    onRelief: () => told.push('relief'),
    againMs: AGAIN,
  });
  return { db, store, told, ending };
}

const large = commitOf({ transitions: Array.from({ length: 500 }, (_, n) => transition({ id: `f:${n}` as never })) });

test('a full disk is told once, and what was to be stored is stored when there is room', LIMIT, async (t) => {
  const { db, store, told } = world(t);
  fill(db);
  const both = Promise.all([store.apply(large), store.apply(commitOf({ notifications: [notification('firing')] }))]);
  await new Promise((resolve) => setTimeout(resolve, 10 * AGAIN));
  assert.deepEqual(told, ['SQLITE_FULL']);
  makeRoom(db);
  await both;
  assert.deepEqual(told, ['SQLITE_FULL', 'relief']);
  assert.equal((await store.history({ since: 0, until: 2_000 })).transitions.length, 500);
  assert.equal((await store.due(1, 10)).length, 1);
});

test('asked to end while the disk is full, what waits gives up with its error', LIMIT, async (t) => {
  const { db, store, ending } = world(t);
  fill(db);
  const waiting = store.apply(large);
  setTimeout(() => ending.abort(), 3 * AGAIN);
  await assert.rejects(Promise.resolve(waiting), { code: 'SQLITE_FULL' });
});

test('what no room can cure is thrown at once', LIMIT, async (t) => {
  const { db, store, told } = world(t);
  db.pragma('query_only = ON');
  await assert.rejects(Promise.resolve(store.apply(large)), { code: 'SQLITE_READONLY' });
  assert.deepEqual(told, []);
});

test(
  'the daemon lives through a full disk: an outage of that time is told when there is room, and once',
  LIMIT,
  async (t) => {
    const { db, store, told, ending } = world(t);
    await using far = await hook();
    const log = join(tempFolder(t), 'haproxy.log');
    writeFileSync(log, '');
    const config = {
      ...DEFAULTS,
      sources: [{ path: log, tz: 'UTC', host: null }],
      receivers: [hookAt(far.url)],
      routes: [toEverybody('chat')],
    };
    const silent = createLogger({ level: 'silent' });
    const daemon = runDaemon({ config, store, log: silent, from: 'start', signal: ending.signal });
    fill(db);
    const at = Date.now();
    const lines = Array.from({ length: 400 }, (_, n) => {
      const line = syslogLine(at, serverText({ at, backend: 'app', server: `s${n}`, to: 'DOWN', left: 399 - n }));
      return `${line}\n${line}\n`;
    });
    appendFileSync(log, lines.join(''));
    await until(
      () => told.includes('SQLITE_FULL'),
      () => 'the full disk was not noticed',
    );
    assert.equal(far.posts.items.length, 0);
    makeRoom(db);
    const [post] = await far.posts.first(1, 10_000);
    assert.equal(JSON.parse(post?.body ?? '').type, 'incident.opened');
    await until(
      async () => (await store.nextDueAt()) === null,
      () => 'it was not marked',
    );
    ending.abort();
    await daemon;
    assert.equal(far.posts.items.length, 1);
    assert.deepEqual(told, ['SQLITE_FULL', 'relief']);
  },
);
