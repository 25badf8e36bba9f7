/**
 * The files of databases on which this process holds locks. When it opens and closes such a file once more, all its locks on that file are gone
 * (fcntl(2); https://www.sqlite.org/howtocorrupt.html, 2.2), and a second daemon could write beside this one.
 */
import { realpathSync } from 'node:fs';

/** What SQLite (https://www.sqlite.org/tempfiles.html) and src/store/lock.ts put beside a database. */
const BESIDE = ['', '-wal', '-shm', '-journal', '.lock'];

const own = new Set<string>();

/** Takes the path of a database that exists. */
export function noteDatabase(path: string): void {
  const file = realpathSync(path);
  for (const ending of BESIDE) own.add(file + ending);
}

/** Whether the path leads to a file of a database that this process has opened. False if it leads nowhere. */
export function isOwnFile(path: string): boolean {
  try {
    return own.has(realpathSync(path));
  } catch {
    return false;
  }
}
