/**
 * Which file of a log comes next: where a checkpoint's file is by now, whatever it is called, and which one was begun
 * after a given one. Nothing is remembered between two questions: names may have wandered meanwhile.
 */
import { statSync } from 'node:fs';
import type { Checkpoint } from './batch.js';
import { type Generation, generations } from './generations.js';
import { CannotRead, fileIdOf, LogFile } from './log-file.js';

/** A file and the offset at which to go on in it. */
export interface Place {
  file: LogFile;
  offset: number;
}

/**
 * What the path names, seen from a file that was read up to an offset: still that file (`same`), that file but emptied
 * (`truncated`), a younger one (`replaced`), or nothing to go on with yet (`waiting`: missing, empty or unreadable).
 */
export type Sight =
  | { kind: 'same' | 'truncated' | 'replaced' }
  | { kind: 'waiting'; because: 'empty' }
  | { kind: 'waiting'; because: 'missing' | 'unreadable'; detail: string };

/** Looks at the path. While nothing has changed this is asked often; it takes two system calls then. */
export async function look(path: string, { file, offset }: Place): Promise<Sight> {
  if (isAt(path, file)) return { kind: file.truncatedSince(offset) ? 'truncated' : 'same' };
  const next = (await youngerThan(path, file))[0];
  if (next && !next.current) return { kind: 'replaced' };
  if (next?.size === 0) return { kind: 'waiting', because: 'empty' };
  try {
    await (await LogFile.open(path)).close();
    return { kind: 'replaced' };
  } catch (error) {
    if (!(error instanceof CannotRead)) throw error;
    return { kind: 'waiting', because: error.missing ? 'missing' : 'unreadable', detail: error.message };
  }
}

/**
 * Opens the file that was begun after `place`'s; null where it was gone again before it was open. A rotated file that
 * cannot be read is passed over, and told.
 */
export async function openNext(
  path: string,
  place: Place,
  onPassedOver: (why: CannotRead) => void,
): Promise<Place | null> {
  for (const next of await youngerThan(path, place.file)) {
    try {
      const file = await openGeneration(next);
      return file && { file, offset: await offsetAfter(place, file) };
    } catch (error) {
      if (!(error instanceof CannotRead) || error.missing || next.current) return null;
      onPassedOver(error);
    }
  }
  return null;
}

/** A younger file is read from its start, unless it is a copy put in the old one's place, as an editor does. */
async function offsetAfter({ file, offset }: Place, next: LogFile): Promise<number> {
  const fingerprint = await next.fingerprint();
  if (fingerprint === null || fingerprint !== (await file.fingerprint())) return 0;
  return next.lineStartAt(Math.min(offset, next.size));
}

/**
 * Finds the file of a checkpoint among all files of the log, by content. In the current file it goes on at the start of
 * a line even if the file has become shorter, as after a power cut. Null where no file has the fingerprint.
 */
export async function locate(path: string, { fingerprint, offset }: Checkpoint): Promise<Place | null> {
  for (const generation of await generations(path)) {
    const file = await openGeneration(generation).catch(ifUnreadable);
    if (!file) continue;
    if ((await file.fingerprint(!generation.current)) === fingerprint) {
      const inPlace = generation.current && !file.compressed;
      return { file, offset: inPlace ? await file.lineStartAt(Math.min(offset, file.size)) : offset };
    }
    await file.close();
  }
  return null;
}

/** Is this file still what the path names? */
export function isAt(path: string, file: LogFile): boolean {
  try {
    const found = statSync(path, { bigint: true, throwIfNoEntry: false });
    return found !== undefined && fileIdOf(found) === file.id;
  } catch {
    return false;
  }
}

/** The files that were begun after this one, oldest first. */
async function youngerThan(path: string, file: LogFile): Promise<Generation[]> {
  const list = await generations(path);
  let at = list.findIndex(({ id }) => id === file.id);
  if (at < 0 && file.removed) at = await indexOfTwin(list, file);
  // It is nowhere: nothing tells which of the rotated files are younger, and to read one again would be worse.
  if (at < 0) at = list[0]?.current ? 1 : 0;
  return list.slice(0, at).reverse();
}

/** Where the file's content is now, most likely compressed; -1 where it is nowhere. */
async function indexOfTwin(list: Generation[], file: LogFile): Promise<number> {
  const fingerprint = await file.fingerprint(true);
  if (fingerprint === null) return -1;
  for (const [index, generation] of list.entries()) {
    const other = generation.current ? null : await openGeneration(generation).catch(ifUnreadable);
    const same = other && (await other.fingerprint(true)) === fingerprint;
    await other?.close();
    if (same) return index;
  }
  return -1;
}

/** Null where its name belongs to another file by now. */
async function openGeneration({ path, id }: Generation): Promise<LogFile | null> {
  const file = await LogFile.open(path);
  if (file.id === id) return file;
  await file.close();
  return null;
}

function ifUnreadable(error: unknown): null {
  if (error instanceof CannotRead) return null;
  throw error;
}
