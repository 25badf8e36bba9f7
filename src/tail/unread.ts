/** How much of a log is unread after its checkpoint, as seen from outside the daemon. */
import type { Instant } from '../../parsers/index.js';
import type { Checkpoint, Fingerprint } from './batch.js';
import { isIllegible } from './legible.js';
import { CannotRead, LogFile } from './log-file.js';

/** What stands at the path of a log, and may be read. */
interface Standing {
  bytes: number;
  /** Whether a complete line is among them. */
  hasLine: boolean;
  /** When it was written last. */
  writtenAt: Instant;
  /** Nothing is understood of what was read of it last (legible.ts). */
  isIllegible: boolean;
}

/**
 * `unread`: bytes that are there and not yet read. `other`: another file than the one that was read last stands there,
 * as after a rotation. `missing`, `unreadable`: there is nothing to compare.
 */
export type Unread = ({ kind: 'unread' | 'other' } & Standing) | { kind: 'missing' | 'unreadable' };

/** In place of a fingerprint, where nothing was read of a log yet. */
export const NOTHING_READ: Fingerprint = '';

/** Looks at the file that the checkpoint's path names now. A file that we may not read is not missing: the daemon may read it. */
export function unreadOf({ path, fingerprint, offset }: Checkpoint): Unread {
  let file: LogFile;
  try {
    file = LogFile.open(path);
  } catch (error) {
    return { kind: error instanceof CannotRead && error.missing ? 'missing' : 'unreadable' };
  }
  try {
    const { size, writtenAt } = file;
    const isNew = fingerprint === NOTHING_READ;
    const isSame = isNew || (file.fingerprint() === fingerprint && (file.compressed || size >= offset));
    // Nobody appends to a packed file, and its offsets are those of what it holds.
    const from = isNew || !isSame ? 0 : file.compressed ? size : offset;
    return {
      kind: isSame ? 'unread' : 'other',
      bytes: size - from,
      hasLine: file.lineStartAt(size) > from,
      writtenAt,
      // A long dump may stand at the end of a log that is understood.
      isIllegible:
        isSame && !file.compressed && isIllegible(file.linesBefore(offset)) && isIllegible(file.linesAtStart()),
    };
  } finally {
    file.close();
  }
}

/** Whether a log begins as haplog does not know it. False of one that cannot be read: that is told otherwise. */
export function beginsIllegibly(path: string): boolean {
  try {
    const file = LogFile.open(path);
    try {
      return isIllegible(file.linesAtStart());
    } finally {
      file.close();
    }
  } catch (error) {
    if (error instanceof CannotRead) return false;
    throw error;
  }
}
