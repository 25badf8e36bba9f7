/**
 * Finds the file of a log to go on with: where a checkpoint's file is by now, whatever it is called, and which file was begun after a given
 * one. Nothing is remembered between two questions, because names may have changed meanwhile.
 */
import { statSync } from 'node:fs';
import type { Checkpoint, Fingerprint } from './batch.js';
import { longestOf } from './chunks.js';
import { CannotRead, fileIdOf, LogFile } from './log-file.js';
import { unreadableSaid } from './notice.js';
import { openIfReadable, openVolume, type Volume, volumesOf } from './volumes.js';

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

/** Looks at the path. While nothing changes this is asked often, and takes three system calls. */
export async function look(path: string, { file, offset }: Place): Promise<Sight> {
  if (isAt(path, file)) return { kind: file.truncatedSince(offset) ? 'truncated' : 'same' };
  const next = (await youngerThan(path, file)).find(({ unfit }) => unfit === null)?.volume;
  if (next && !next.current) return { kind: 'replaced' };
  if (next?.size === 0) return { kind: 'waiting', because: 'empty' };
  try {
    LogFile.open(path).close();
    return { kind: 'replaced' };
  } catch (error) {
    if (!(error instanceof CannotRead)) throw error;
    return { kind: 'waiting', because: error.missing ? 'missing' : 'unreadable', detail: error.message };
  }
}

/**
 * Opens the file that was begun after `place`'s; null if it was gone again before it was open, or is the current one and cannot be read. A
 * rotated file that cannot be read, or is a copy of an older one, is passed over, and `onPassedOver` is told why.
 */
export async function openNext(
  path: string,
  place: Place,
  onPassedOver: (unfit: Unfit) => void,
): Promise<Place | null> {
  const younger = await youngerThan(path, place.file);
  const next = younger.findIndex(({ unfit }) => unfit === null);
  const file = next < 0 ? null : openIfReadable(younger[next]!.volume);
  if (file === null) return null;
  for (const { unfit } of younger.slice(0, next)) onPassedOver(unfit!);
  return { file, offset: offsetAfter(place, file) };
}

/** A younger file is read from its start, unless it is a copy put in the old one's place, as an editor does. */
function offsetAfter({ file, offset }: Place, next: LogFile): number {
  const fingerprint = next.fingerprint();
  if (fingerprint === null || fingerprint !== file.fingerprint()) return 0;
  return next.lineStartAt(Math.min(offset, next.size));
}

/**
 * Finds the file of a checkpoint among all files of the log, by content. In the current file it goes on at the start of a line even if the
 * file has become shorter, as after a power cut. Of several rotated files the longest is the log itself, and the others are copies that
 * somebody made of its beginning; of equally long ones the oldest is taken. Null if no file has the fingerprint.
 */
export async function locate(path: string, { fingerprint, offset }: Checkpoint): Promise<Place | null> {
  const found: LogFile[] = [];
  for (const volume of await volumesOf(path)) {
    const file = openIfReadable(volume);
    if (!file) continue;
    if (file.fingerprint(!volume.current) !== fingerprint) {
      file.close();
    } else if (volume.current && !file.compressed) {
      return { file, offset: file.lineStartAt(Math.min(offset, file.size)) };
    } else {
      found.push(file);
    }
  }
  const file = await longestOf(found);
  // A copy made before the file was emptied may lack lines that were read since: beyond its end it would look emptied itself, for ever.
  return file && { file, offset: file.compressed ? offset : Math.min(offset, file.size) };
}

/** Whether the path still names this file. */
function isAt(path: string, file: LogFile): boolean {
  try {
    const found = statSync(path, { bigint: true, throwIfNoEntry: false });
    return found !== undefined && fileIdOf(found) === file.id;
  } catch {
    return false;
  }
}

/** Why a rotated file is not to be read: it cannot be, and its lines are lost; or it is only a copy of an older one. */
interface Unfit {
  kind: 'lost' | 'copy';
  why: string;
}

/** A file that was begun after another one. */
interface Younger {
  volume: Volume;
  unfit: Unfit | null;
}

/** The files that were begun after this one, oldest first. */
async function youngerThan(path: string, file: LogFile): Promise<Younger[]> {
  const list = await volumesOf(path);
  let at = list.findIndex(({ id }) => id === file.id);
  if (at < 0 && file.removed) at = indexOfTwin(list, file);
  // It is nowhere: nothing tells which of the rotated files are younger, and reading one again would be worse than missing it.
  if (at < 0) at = list[0]?.current ? 1 : 0;
  const younger = list.slice(0, at).reverse();
  if (!younger.some(({ current }) => !current)) return younger.map((volume) => ({ volume, unfit: null }));
  return unfitTold(younger, list.slice(at), file.fingerprint(true));
}

/**
 * Tells which files are not to be read. A copy is a rotated file that begins as an older one does, unless it comes right after that one and
 * may have more.
 */
function unfitTold(younger: Volume[], older: Volume[], current: Fingerprint | null): Younger[] {
  const known = new Map<Fingerprint, Volume>();
  for (const volume of older) {
    const { name } = nameOf(volume);
    if (name !== null) known.set(name, volume);
  }
  const told: Younger[] = [];
  let last = current;
  for (const volume of younger) {
    const { name, unfit } = volume.current ? { name: null, unfit: null } : nameOf(volume);
    const original = name === null || name === last ? undefined : known.get(name);
    if (original !== undefined && holdTheSame(volume, original)) {
      const why = `"${volume.path}" begins as "${original.path}" does: passed over as a copy of it`;
      told.push({ volume, unfit: { kind: 'copy', why } });
      continue;
    }
    told.push({ volume, unfit });
    if (name !== null) known.set(name, volume);
    last = name;
  }
  return told;
}

/** If one is gone meanwhile, the first line has to do. */
function holdTheSame(...pair: [Volume, Volume]): boolean {
  const [one = null, other = null] = pair.map(openIfReadable);
  try {
    return one === null || other === null || one.holdsTheSame(other);
  } finally {
    one?.close();
    other?.close();
  }
}

/** The fingerprint of a rotated file, or why it cannot be read; neither if it is gone or empty. */
function nameOf(volume: Volume): { name: Fingerprint | null; unfit: Unfit | null } {
  try {
    const file = openVolume(volume);
    try {
      return { name: file?.fingerprint(true) ?? null, unfit: null };
    } finally {
      file?.close();
    }
  } catch (error) {
    if (!(error instanceof CannotRead)) throw error;
    return { name: null, unfit: error.missing ? null : { kind: 'lost', why: unreadableSaid(error) } };
  }
}

/** The index of the file that has this one's content now, most likely compressed; -1 if there is none. */
function indexOfTwin(list: Volume[], file: LogFile): number {
  const fingerprint = file.fingerprint(true);
  if (fingerprint === null) return -1;
  for (const [index, volume] of list.entries()) {
    if (!volume.current && nameOf(volume).name === fingerprint) return index;
  }
  return -1;
}
