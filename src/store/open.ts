/**
 * Opens the database: the only place that does. Writers keep a write-ahead log, so that the command line reads while the daemon writes, and
 * wait for the disk at every commit: a power cut loses nothing that was reported as stored.
 */
import { resolve } from 'node:path';
import Database from 'better-sqlite3';
import { noteDatabase } from '../own-files.js';
import { UserError } from '../user-error.js';
import { APPLICATION_ID, foreign, makeFile, refuseForeign } from './database-file.js';
import { explain } from './explain.js';
import { runsElsewhere } from './lock.js';
import { migrate, SCHEMA_VERSION, versionOf } from './migrations.js';
import { leaveSideFiles } from './side-files.js';
import { sqliteStore } from './sqlite.js';
import type { Store } from './store.js';

export type Mode = 'write' | 'read';

/** How long a statement waits for another process's lock. The process does nothing else meanwhile. */
const BUSY_MS = 5000;

/**
 * Opens the store in the file `path`, or in memory for `:memory:`. `write` makes the file (0640) and its folders (0750) if they are
 * missing, and brings older tables up to date; `read` changes nothing. Throws a `UserError` if the file is missing, forbidden, damaged,
 * newer than this haplog, or not haplog's; also if it is older and a daemon runs on it, which would go on writing as before.
 */
export function openStore(path: string, mode: Mode): Store {
  const store = open(path, mode, sqliteStore);
  if (mode === 'read' || path === ':memory:') return store;
  return {
    ...store,
    end() {
      store.end();
      leaveSideFiles(path);
    },
  };
}

/** As `openStore`, but the bare database: for the files of this folder and their tests. */
export function openDatabase(path: string, mode: Mode): Database.Database {
  return open(path, mode, (db) => db);
}

function open<T>(path: string, mode: Mode, use: (db: Database.Database) => T): T {
  const file = path === ':memory:' ? path : resolve(path);
  try {
    const db = connect(file, mode);
    try {
      if (!db.memory) noteDatabase(file);
      if (mode === 'write' || db.memory) makeTables(db, file);
      else findTables(db, file);
      return use(db);
    } catch (error) {
      db.close();
      throw error;
    }
  } catch (error) {
    throw explain(error, file);
  }
}

function connect(file: string, mode: Mode): Database.Database {
  if (file === ':memory:') return new Database(file);
  if (mode === 'write') makeFile(file);
  refuseForeign(file);
  return new Database(file, { readonly: mode === 'read', fileMustExist: true, timeout: BUSY_MS });
}

function makeTables(db: Database.Database, file: string): void {
  refuseNewer(db, file);
  refuseOlderInUse(db, file);
  claim(db, file);
  keepWriteAheadLog(db);
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
  // better-sqlite3 keeps 16 MB of pages; with 4 MB an import of nothing but states takes no longer.
  db.pragma('cache_size = -4000');
  migrate(db);
}

function findTables(db: Database.Database, file: string): void {
  refuseNewer(db, file);
  if (versionOf(db) === SCHEMA_VERSION) return;
  throw new UserError(`The database "${file}" is not ready for this haplog: start "haplog run" once, then ask again.`);
}

function refuseNewer(db: Database.Database, file: string): void {
  const version = versionOf(db);
  if (version <= SCHEMA_VERSION) return;
  throw new UserError(
    `The database "${file}" was written by a newer haplog (its tables are version ${version}, this one knows ${SCHEMA_VERSION}): ` +
      'upgrade haplog, or name another with --db.',
  );
}

function refuseOlderInUse(db: Database.Database, file: string): void {
  const version = versionOf(db);
  if (db.memory || version === 0 || version === SCHEMA_VERSION || !runsElsewhere(file)) return;
  throw new UserError(`The database "${file}" is in use by a haplog of another version: restart that one first.`);
}

/** Writes our name into an empty database, before the write-ahead log exists, so that the file itself bears it from the start. */
function claim(db: Database.Database, file: string): void {
  const owner = db.pragma('application_id', { simple: true });
  if (owner === APPLICATION_ID) return;
  if (db.pragma('page_count', { simple: true }) !== 0) throw foreign(file);
  db.pragma(`application_id = ${APPLICATION_ID}`);
}

/** Turns a new database to a write-ahead log. For that we must be alone with it, and SQLite does not wait until we are. */
function keepWriteAheadLog(db: Database.Database): void {
  const patience = Date.now() + BUSY_MS;
  for (;;) {
    try {
      db.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== 'SQLITE_BUSY' || Date.now() > patience) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}
