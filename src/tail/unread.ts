/** How much of a log is unread after its checkpoint, as seen from outside the daemon. */
import type { Checkpoint } from './batch.js';
import { CannotRead, LogFile } from './log-file.js';

/**
 * `unread`: bytes that are there and not yet read. `other`: another file than the one that was read last stands there,
 * as after a rotation. `missing`, `unreadable`: there is nothing to compare.
 */
export type Unread = { kind: 'unread'; bytes: number } | { kind: 'other' | 'missing' | 'unreadable' };

/** Looks at the file that the checkpoint's path names now. A file that we may not read is not missing: the daemon may read it. */
export function unreadOf({ path, fingerprint, offset }: Checkpoint): Unread {
  let file: LogFile;
  try {
    file = LogFile.open(path);
  } catch (error) {
    return { kind: error instanceof CannotRead && error.missing ? 'missing' : 'unreadable' };
  }
  try {
    const bytes = file.size - offset;
    return bytes >= 0 && file.fingerprint() === fingerprint ? { kind: 'unread', bytes } : { kind: 'other' };
  } finally {
    file.close();
  }
}
