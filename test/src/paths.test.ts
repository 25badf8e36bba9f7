import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { test } from 'node:test';
import { databaseToRead, defaultDatabase } from '../../src/paths.js';

const SYSTEM = '/var/lib/haplog/haplog.db';
const OWN = '/home/ann/.local/state/haplog/haplog.db';
const ann = { HOME: '/home/ann' };

test('a daemon writes where its service manager, its rights or its home say', () => {
  assert.equal(
    defaultDatabase({ ...ann, STATE_DIRECTORY: '/var/lib/private/haplog:/x' }, 1000),
    '/var/lib/private/haplog/haplog.db',
  );
  assert.equal(defaultDatabase(ann, 0), SYSTEM);
  assert.equal(defaultDatabase(ann, 1000), OWN);
  assert.equal(defaultDatabase({ ...ann, XDG_STATE_HOME: '/state' }, 1000), '/state/haplog/haplog.db');
  assert.equal(defaultDatabase({ ...ann, XDG_STATE_HOME: 'state', STATE_DIRECTORY: '' }, 1000), OWN);
  assert.equal(defaultDatabase({}, 1000), `${homedir()}/.local/state/haplog/haplog.db`);
});

test('a query reads the own history if there is one, else that of the system', () => {
  const among = (...files: string[]) => databaseToRead(ann, 1000, (path) => files.includes(path));
  assert.equal(among(OWN, SYSTEM), OWN);
  assert.equal(among(SYSTEM), SYSTEM);
  assert.equal(among(OWN), OWN);
  assert.equal(among(), OWN);
  assert.equal(
    databaseToRead(ann, 0, () => false),
    SYSTEM,
  );
});

test('where the service manager names a folder for the state, no other history is taken for its own', () => {
  const unit = { ...ann, STATE_DIRECTORY: '/var/lib/haplog-edge' };
  for (const uid of [0, 1000])
    assert.equal(
      databaseToRead(unit, uid, (path) => path === SYSTEM),
      '/var/lib/haplog-edge/haplog.db',
    );
});
