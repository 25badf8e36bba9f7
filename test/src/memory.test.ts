import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { recall } from '../../src/memory.js';
import { openDatabase, openStore } from '../../src/store/open.js';
import { incident } from '../support/telling.js';
import { tempFolder } from './store/temp-folder.js';

test('the workers that an older haplog remembered are remembered', () => {
  const worker = { firstAt: 1, lastAt: 2, heir: null, over: false, end: null };
  const { situation } = recall([
    { shelf: 'worker', key: 'lb1', body: { 100: { ...worker, heir: 1305572 }, 1305572: worker } },
    { shelf: 'worker', key: 'lb2', body: [{ ...worker, pid: 7 }] },
  ]);
  const now = { ...worker, startedAt: null };
  assert.deepEqual(situation.board.workers.get('lb1'), [
    { ...now, pid: 100, heir: 1305572 },
    { ...now, pid: 1305572 },
  ]);
  assert.deepEqual(situation.board.workers.get('lb2'), [{ ...now, pid: 7 }]);
});

test('an incident that an older haplog remembered has what was not kept then', () => {
  const { settlesMs, cameBackAt, times, workerBegan, ...older } = incident();
  const { situation } = recall([{ shelf: 'incident', key: 'lb1 outage app', body: older }]);
  const kept = situation.incidents.get('lb1 outage app');
  assert.deepEqual(kept, { ...older, settlesMs: null, cameBackAt: null, times: 1, workerBegan: null });
});

test('what an older haplog remembered under other words is remembered', async (t) => {
  const path = join(tempFolder(t), 'haplog.db');
  const db = openDatabase(path, 'write');
  const older = db.prepare('INSERT INTO memory (shelf, key, body) VALUES (?, ?, ?)');
  older.run('source', 'lb1', JSON.stringify({ stderr: true, pairs: false, announces: true, tags: ['haproxy'] }));
  older.run('held', '1', JSON.stringify({ serial: 1, heir: true }));
  older.run('held', '2', JSON.stringify({ serial: 2, heir: false }));
  for (const later of ['trouble', 'read_at', 'lost', 'lost_at']) db.exec(`ALTER TABLE source DROP COLUMN ${later}`);
  db.exec('DROP INDEX outbox_topic; DROP INDEX outbox_told; ALTER TABLE outbox DROP COLUMN topic');
  db.pragma('user_version = 9');
  db.close();
  const store = openStore(path, 'write');
  const { heard } = recall(await store.memory());
  assert.equal(heard.profiles.get('lb1')?.stderr, true);
  assert.deepEqual([heard.held.get('1'), heard.held.get('2')] as unknown[], [
    { serial: 1, legacy: true },
    { serial: 2, legacy: false },
  ]);
  await store.end();
});
