/**
 * Tells whether a log that was never read under its path is one that was read under another: somebody moved the file, or its folder, and
 * changed the configuration. Read from its start it would tell old news once more, an end that is long past among it.
 */
import type { Checkpoint } from './batch.js';
import { isOf } from './stray.js';
import { locate } from './succession.js';

/** The one of the checkpoints of other paths that is of the log at this path, whatever its files are called by now; null if none is. */
export async function inheritedFrom(path: string, others: readonly Checkpoint[]): Promise<Checkpoint | null> {
  // Of two that begin with the same line and were left at the start of one of its lines, the one that was read further.
  for (const other of others.toSorted((a, b) => b.offset - a.offset)) {
    const place = other.offset === 0 ? null : await locate(path, other);
    if (place === null) continue;
    try {
      if (place.offset === other.offset && (await isOf(place.file, other))) return other;
    } finally {
      place.file.close();
    }
  }
  return null;
}
