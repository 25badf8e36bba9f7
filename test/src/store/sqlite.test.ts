/** The store in SQLite: the promises of every store, and what is SQLite's own. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Database } from 'better-sqlite3';
import type { NotificationKind, Transition } from '../../../alerts/index.js';
import { DUE } from '../../../src/store/due.js';
import { historySql } from '../../../src/store/history.js';
import { migrate } from '../../../src/store/migrations.js';
import { openDatabase, openStore } from '../../../src/store/open.js';
import { sqliteStore } from '../../../src/store/sqlite.js';
import { dumpOf } from '../../support/dump.js';
import { keepsTheFacts } from './conformance.js';
import { keepsWithinBounds } from './conformance-bounds.js';
import { keepsTheOutbox } from './conformance-outbox.js';
import { tellsItsProgress } from './conformance-progress.js';
import { heedsWishes } from './conformance-wishes.js';
import { commitOf, id, incident, notification, outage, transition } from './examples.js';
import { tempFolder } from './temp-folder.js';

for (const keeps of [keepsTheFacts, keepsTheOutbox, tellsItsProgress, keepsWithinBounds, heedsWishes]) {
  keeps('in memory', () => openStore(':memory:', 'write'));
  keeps('in a file', (t) => openStore(join(tempFolder(t), 'haplog.db'), 'write'));
}

test('a disk that is full stops a commit as a whole; once there is room, the same commit is stored', async (t) => {
  const db = openDatabase(join(tempFolder(t), 'haplog.db'), 'write');
  const store = sqliteStore(db);
  await store.apply(commitOf({ checkpoints: [{ path: '/a.log', fingerprint: 'f1', offset: 1 }] }));
  const before = dumpOf(db);
  db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true })) + 2}`);
  const large = commitOf({
    checkpoints: [{ path: '/a.log', fingerprint: 'f1', offset: 2 }],
    transitions: manyTransitions(1_000),
    notifications: [notification('firing')],
  });
  assert.throws(() => store.apply(large), { code: 'SQLITE_FULL' });
  assert.deepEqual(dumpOf(db), before);

  db.pragma('max_page_count = 1000000');
  await store.apply(large);
  assert.equal(dumpOf(db).transition?.length, 1_000);
  assert.equal((await store.checkpoint('/a.log'))?.offset, 2);
  await store.end();
});

test('a database that another program keeps locked stops a commit as a whole', async (t) => {
  const path = join(tempFolder(t), 'haplog.db');
  const [db, other] = [openDatabase(path, 'write'), openDatabase(path, 'write')];
  db.pragma('busy_timeout = 20');
  const store = sqliteStore(db);
  other.exec('BEGIN IMMEDIATE');
  assert.throws(() => store.apply(commitOf({ transitions: [transition()] })), { code: 'SQLITE_BUSY' });
  other.exec('COMMIT');
  assert.deepEqual(dumpOf(db).transition, []);
  await store.apply(commitOf({ transitions: [transition()] }));
  assert.equal(dumpOf(db).transition?.length, 1);
  other.close();
  await store.end();
});

test('a commit that cannot be stored in one part is not stored in any', () => {
  const db = openDatabase(':memory:', 'write');
  const before = dumpOf(db);
  const broken = { ...transition(), at: 'yesterday' as unknown as number };
  const commit = commitOf({
    checkpoints: [{ path: '/a.log', fingerprint: 'f1', offset: 1 }],
    outages: [outage()],
    transitions: [transition({ id: id('f1:1') }), broken],
  });
  assert.throws(() => sqliteStore(db).apply(commit), { code: 'SQLITE_CONSTRAINT_DATATYPE' });
  assert.deepEqual(dumpOf(db), before);
});

test('a row that an older haplog wrote into tables that are new already is understood', async () => {
  const db = openDatabase(':memory:', 'write');
  const store = sqliteStore(db);
  await store.apply(commitOf({ notifications: [notification('firing')] }));
  const { times, settlesMs, workerBegan, ...older } = notification('firing').incident;
  db.prepare('UPDATE outbox SET facts = ?').run(JSON.stringify(older));
  const all = { states: ['due'] as const, receiver: null, seqs: null, limit: 10 };
  for (const [row] of [await store.due(1e12, 10), await store.outbox(all)])
    assert.deepEqual(row?.notification, notification('firing'));
});

test('what an older haplog wrote gets its topic, so that it is told in order', async () => {
  const db = openDatabase(':memory:', 'write');
  const store = sqliteStore(db);
  const of = (event: NotificationKind, n: string) => notification(event, n, 'oncall', 'app');
  await store.apply(commitOf({ notifications: [of('firing', 'a'), of('firing', 'z')] }));
  await store.postpone([1, 2], 50_000, '503');
  db.exec('DROP INDEX outbox_topic; DROP INDEX outbox_told; ALTER TABLE outbox DROP COLUMN topic');
  db.prepare('UPDATE outbox SET facts = ? WHERE seq = 2').run(JSON.stringify(of('firing', 'z').incident));
  db.pragma('user_version = 14');
  migrate(db);
  await store.apply(commitOf({ notifications: [of('firing', 'b')] }));
  assert.deepEqual(
    (await store.due(1, 9)).map((row) => row.notification.incident.id),
    ['a', 'z', 'b'],
  );
});

test('what goes up and down in the database of an older haplog can be taken on', async () => {
  const db = openDatabase(':memory:', 'write');
  const store = sqliteStore(db);
  const [flaps, over] = [
    incident({ resolvedAt: 5_000 }),
    incident({ id: id('f1:7'), phase: 'resolved', resolvedAt: 5_000 }),
  ];
  await store.apply(commitOf({ incidents: [flaps, over] }));
  db.exec(`DROP INDEX incident_open_until; ALTER TABLE incident DROP COLUMN open_until;
    ALTER TABLE incident ADD COLUMN open_until INTEGER NOT NULL AS (max(opened_at + 1, ifnull(resolved_at, 9007199254740991)));
    CREATE INDEX incident_open_until ON incident (open_until)`);
  db.pragma('user_version = 15');
  migrate(db);
  assert.deepEqual(await sqliteStore(db).openIncidents(), [flaps]);
});

test('what is due is looked up by indexes, however much waits', () => {
  const db = openDatabase(':memory:', 'write');
  const plan = planOf(db, DUE, { now: 0, limit: 1, except: '[]' });
  assert.deepEqual(
    plan.filter((step) => /^(SCAN|SEARCH) (?!json_each)/.test(step)),
    [
      'SEARCH outbox USING INDEX outbox_next (due_at<?)',
      'SEARCH older USING INDEX outbox_thread (incident=? AND receiver=? AND seq<?)',
      'SCAN outbox USING INDEX outbox_due',
      'SEARCH newest USING AUTOMATIC COVERING INDEX (hearer=? AND about=?) LEFT-JOIN',
      'SEARCH first USING INDEX outbox_thread (incident=? AND receiver=?)',
    ],
  );
});

test('what a receiver refuses is passed on quickly, however much its fallback was told since', async () => {
  const store = openStore(':memory:', 'write');
  const many = (event: NotificationKind, receiver: string, count: number) =>
    Array.from({ length: count }, (_, i) => notification(event, `${receiver}-${i}`, receiver));
  await store.apply(commitOf({ notifications: many('firing', 'oncall', 4_000) }));
  const refused = (await store.due(1e12, 4_000)).map(({ seq }) => seq);
  await store.apply(commitOf({ notifications: many('firing', 'chat', 8_000) }));
  const told = (await store.due(1e12, 8_000, ['oncall'])).map(({ seq }) => seq);
  await store.delivered(told, 2_000, 'ok');
  const began = performance.now();
  await store.close(refused, 'expired', 3_000, 'it did not answer', 'chat');
  const tookMs = performance.now() - began;
  assert.equal((await store.due(1e12, 9_000)).length, 4_000);
  assert.ok(tookMs < 2_000, `it took ${Math.round(tookMs)} ms`);
});

test('the outbox keeps what became of each notification, and why', async () => {
  const db = openDatabase(':memory:', 'write');
  const store = sqliteStore(db);
  const write = (...notifications: ReturnType<typeof notification>[]) => store.apply(commitOf({ notifications }));
  await write(notification('firing', 'a'), notification('firing', 'b'), notification('resolved', 'b'));
  await write(notification('firing', 'a'));
  await store.postpone(1, 5_000, '450 busy');
  await store.delivered(1, 6_000, '250 queued as 7');
  await store.close(2, 'rejected', 7_000, '550 no such user');
  await store.postpone(1, 8_000, 'too late');
  await store.delivered(2, 8_000, 'too late');
  await write(notification('reminder', 'a'), notification('firing', 'c'));
  const rows = dumpOf(db).outbox?.map((row) => [
    row.seq,
    row.dedup_key,
    row.state,
    row.attempts,
    row.closed_at,
    row.answer,
  ]);
  assert.deepEqual(rows, [
    [1, 'a:firing:oncall', 'delivered', 2, 6_000, '250 queued as 7'],
    [2, 'b:firing:oncall', 'rejected', 1, 7_000, '550 no such user'],
    [3, 'b:resolved:oncall', 'muted', 0, 7_000, 'nothing of it was ever told'],
    [4, 'a:reminder-1:oncall', 'due', 0, null, null],
    [5, 'c:firing:oncall', 'due', 0, null, null],
  ]);
});

test('asking for the last hour looks at the last hour only, however long the history is', () => {
  const db = openDatabase(':memory:', 'write');
  const plan = (sql: string) => planOf(db, sql, { since: 0, until: 1 });
  assert.deepEqual(plan(historySql.transitions), ['SEARCH transition USING INDEX transition_at (at>? AND at<?)']);
  assert.deepEqual(plan(historySql.behind), ['SEARCH transition USING INDEX transition_at (at>?)']);
  const sorted = 'USE TEMP B-TREE FOR ORDER BY';
  assert.deepEqual(plan(historySql.outages), ['SEARCH outage USING INDEX outage_open_until (open_until>?)', sorted]);
  assert.deepEqual(plan(historySql.incidents), [
    'SEARCH incident USING INDEX incident_open_until (open_until>?)',
    sorted,
  ]);
});

function manyTransitions(count: number): Transition[] {
  return Array.from({ length: count }, (_, n) => transition({ id: id(`f1:${n}`), at: n }));
}

function planOf(db: Database, sql: string, values: object): string[] {
  return db
    .prepare<[object], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
    .all(values)
    .map(({ detail }) => detail);
}
