/**
 * One daemon for one database. The lock is SQLite's own, on an empty file beside the database: the system releases it when the process
 * ends, however it ends. It keeps out other daemons only; an import writes beside a running daemon.
 */
import { existsSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import Database from 'better-sqlite3';
import { noteDatabase } from '../own-files.js';
import { UserError } from '../user-error.js';
import { makeFile, refuseForeign } from './database-file.js';
import { explain } from './explain.js';

export interface DaemonLock {
  release(): void;
}

/** How long a daemon waits for a process that only looks whether the lock is held. */
const GLANCE_MS = 250;

/** Keeps every locked connection referenced: one that the garbage collector takes would drop its lock. */
const held = new Map<Database.Database, string>();

/**
 * Takes the lock for the database `path`, making its file and folder if they are missing; for `:memory:` there is nothing to lock. Throws a
 * `UserError` if another daemon holds it, and for the same troubles as `openStore`.
 */
export function lockForDaemon(path: string): DaemonLock {
  if (path === ':memory:') return { release: () => {} };
  const file = resolve(path);
  try {
    makeFile(file);
    refuseForeign(file);
    noteDatabase(file);
    return lock(`${realpathSync(file)}.lock`, file);
  } catch (error) {
    throw explain(error, file);
  }
}

/** Whether a daemon in another process holds the lock of the database `path`. */
export function runsElsewhere(path: string): boolean {
  return daemonRuns(path) === true && ![...held.values()].includes(`${realpathSync(path)}.lock`);
}

/**
 * Whether a daemon holds the lock of the database `path`; null if the lock may not be looked at. Looking takes a shared lock for less than
 * a millisecond.
 */
export function daemonRuns(path: string): boolean | null {
  try {
    const beside = `${realpathSync(path)}.lock`;
    if (!existsSync(beside)) return false;
    const db = new Database(beside, { readonly: true, timeout: 0 });
    try {
      db.pragma('schema_version');
      return false;
    } finally {
      db.close();
    }
  } catch (error) {
    return (error as { code?: string }).code === 'SQLITE_BUSY' ? true : null;
  }
}

function lock(beside: string, file: string): DaemonLock {
  makeFile(beside);
  const db = new Database(beside, { timeout: GLANCE_MS, fileMustExist: true });
  try {
    db.pragma('journal_mode = MEMORY');
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error;
    throw new UserError(`Another haplog daemon is running on "${file}": stop it first, or name another with --db.`);
  }
  held.set(db, beside);
  return {
    release() {
      held.delete(db);
      db.close();
    },
  };
}
