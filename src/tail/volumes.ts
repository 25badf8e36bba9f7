/**
 * The volumes of one log, which are its files: the one its path names, those that logrotate made of earlier ones (rotated-names.ts) and, where
 * the path is a link, those beside the file that it names; youngest first.
 */
import type { BigIntStats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Instant, latestStamp } from '../../parsers/index.js';
import { isOwnFile } from '../own-files.js';
import { begunAt } from './begun-at.js';
import { CannotRead, type FileId, fileIdOf, LogFile } from './log-file.js';
import { earlierStarts, type LogPlace, placesOf } from './log-places.js';
import { partsOf, rotatedNames } from './rotated-names.js';

/** One file of a log. (A generation is what one worker said.) */
export interface Volume {
  path: string;
  id: FileId;
  /** The one that the log's own path names. */
  current: boolean;
  /** In bytes as they lie on the disk. */
  size: number;
  /** Last written, in nanoseconds since 1970. */
  writtenAt: bigint;
}

const SNAPSHOTS_MAX = 10;
const BESIDE_MAX = 200;

/**
 * Lists the files of the log at `path`, youngest first; the first one is current unless the path names nothing. Names change while
 * logrotate works (`.1` becomes `.2`, a new `.1` appears), so a listing counts only if the next one is equal, or after ten attempts. Files
 * that cannot be looked at are left out.
 */
export async function volumesOf(path: string): Promise<Volume[]> {
  let list = await snapshot(path);
  for (let tries = 0; tries < SNAPSHOTS_MAX; tries++) {
    const again = await snapshot(path);
    if (namesOf(again) === namesOf(list)) return again;
    list = again;
  }
  return list;
}

async function snapshot(path: string): Promise<Volume[]> {
  const { own, target } = await placesOf(path);
  const behind = target === null ? [] : await behindLink(target);
  const current = await volume(path, true);
  return [...(current ? [current] : []), ...behind, ...(await rotated(own, await namesIn(own)))];
}

/** Beside the file that a link names: what was rotated of it, and what the link named before, youngest first. */
async function behindLink(target: LogPlace): Promise<Volume[]> {
  const names = await namesIn(target);
  const list = await rotated(target, names);
  for (const base of earlierStarts(target.base, names)) {
    const earlier = await volume(join(target.folder, base), false);
    if (earlier) list.push(earlier);
    list.push(...(await rotated({ ...target, base }, names)));
  }
  return list;
}

function namesIn({ folder }: LogPlace): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

async function rotated({ folder, base }: LogPlace, names: readonly string[]): Promise<Volume[]> {
  const lists = rotatedNames(base, names).map((group) =>
    Promise.all(group.map((name) => volume(join(folder, name), false))),
  );
  const groups = (await Promise.all(lists)).map((group) => group.filter((found) => found !== null));
  for (const group of groups) if (isOldestFirst(group)) group.reverse();
  groups.sort((a, b) => Number((b[0]?.writtenAt ?? 0n) - (a[0]?.writtenAt ?? 0n)));
  return groups.flat();
}

/**
 * Whether the order of the names is the wrong one, as where numbers rise with time: `.1` is the oldest then. If the times at which the files
 * were written say so, their own first stamps must agree, because the times of copied or restored files tell nothing.
 */
function isOldestFirst(group: readonly Volume[]): boolean {
  const [front, back] = [group[0], group.at(-1)];
  if (!front || !back || front.writtenAt >= back.writtenAt) return false;
  const [first, last] = [firstStampOf(front), firstStampOf(back)];
  return first !== null && last !== null && first < last;
}

function firstStampOf({ path, writtenAt }: Volume): Instant | null {
  let file: LogFile | null = null;
  try {
    file = LogFile.open(path);
    return begunAt(file, { tz: 'UTC', asOf: latestStamp(Number(writtenAt / 1_000_000n)) });
  } catch {
    return null;
  } finally {
    file?.close();
  }
}

function namesOf(list: Volume[]): string {
  return list.map(({ path, id }) => `${path} ${id}`).join('\n');
}

async function volume(path: string, current: boolean): Promise<Volume | null> {
  const found: BigIntStats | null = await stat(path, { bigint: true }).catch(() => null);
  if (!found?.isFile()) return null;
  return { path, id: fileIdOf(found), current, size: Number(found.size), writtenAt: found.mtimeNs };
}

/**
 * Other regular files in the log's folders, whatever they are called: at most 200 of each, first those whose names begin as the log's does.
 * haplog's own database is not among them: it must not be opened like a log.
 */
export async function filesBeside(path: string): Promise<Volume[]> {
  const { own, target } = await placesOf(path);
  const lists = [own, ...(target === null ? [] : [target])].map(async (place) => {
    const { stem } = partsOf(place.base);
    const names = (await namesIn(place)).sort((a, b) => Number(b.startsWith(stem)) - Number(a.startsWith(stem)));
    const paths = names.map((name) => join(place.folder, name));
    return Promise.all(paths.slice(0, BESIDE_MAX).map((found) => (isOwnFile(found) ? null : volume(found, false))));
  });
  return (await Promise.all(lists)).flat().filter((found) => found !== null);
}

/** Throws `CannotRead`. Null if its name belongs to another file by now. */
export function openVolume({ path, id }: Volume): LogFile | null {
  const file = LogFile.open(path);
  if (file.id === id) return file;
  file.close();
  return null;
}

/** As `openVolume`, and null also if it cannot be read. */
export function openIfReadable(volume: Volume): LogFile | null {
  try {
    return openVolume(volume);
  } catch (error) {
    if (error instanceof CannotRead) return null;
    throw error;
  }
}
