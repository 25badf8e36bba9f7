/**
 * The two files beside a database with a write-ahead log. SQLite removes them when the last writer ends, and then a user who may not make
 * them anew cannot read the database (https://www.sqlite.org/wal.html#read_only_databases). So empty ones are left behind, like those of a
 * database to which nothing was written yet: a user who may only read it can always read it.
 */
import { closeSync, fchmodSync, fchownSync, openSync, realpathSync, statSync } from 'node:fs';

/** Leaves them beside the database at `path`, with its modes and owner. If that fails, only others' reading suffers. */
export function leaveSideFiles(path: string): void {
  try {
    const file = realpathSync(path);
    const { mode, uid, gid } = statSync(file);
    for (const side of [`${file}-wal`, `${file}-shm`]) {
      // Only if there is none: another program may have the database open.
      const made = openSync(side, 'wx', 0o600);
      try {
        if (process.getuid?.() === 0) fchownSync(made, uid, gid);
        fchmodSync(made, mode & 0o666);
      } finally {
        closeSync(made);
      }
    }
  } catch {
    // In use by another program, the disk is full, or the database is gone.
  }
}
