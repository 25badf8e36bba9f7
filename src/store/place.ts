/**
 * Watches whether the database is still where its path says. If somebody moves it away under the daemon (`mv haplog.db elsewhere`), nobody
 * would notice: the daemon holds the file open and goes on writing into it, and everybody else finds nothing.
 */
import { statSync } from 'node:fs';
import { UserError } from '../user-error.js';

const LOOK_MS = 60_000;

export interface Place {
  /** Rejects with a `UserError` (status 1) once the path names another file or none; never resolves. */
  lost: Promise<never>;
  /** Stops looking. */
  stop(): void;
}

/** Looks once a minute whether the open database `file` is still there; for `:memory:` there is nothing to look at. */
export function watchPlace(file: string, everyMs = LOOK_MS): Place {
  const opened = inodeAt(file);
  let timer: NodeJS.Timeout | undefined;
  const lost = new Promise<never>((_, reject) => {
    if (file === ':memory:') return;
    timer = setInterval(() => {
      try {
        if (inodeAt(file) !== opened) reject(moved(file));
      } catch {
        // A folder that may not be looked into tells nothing about the file.
      }
    }, everyMs);
  });
  lost.catch(() => {});
  return { lost, stop: () => clearInterval(timer) };
}

function inodeAt(file: string): string | null {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found ? `${found.dev}:${found.ino}` : null;
}

function moved(file: string): UserError {
  return new UserError(
    `The database "${file}" was moved, removed or replaced while haplog was writing it: ` +
      'move it back (its "-wal" file belongs to it), or start haplog again without it.',
    { exitCode: 1 },
  );
}
