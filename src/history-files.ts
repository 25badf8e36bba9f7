/** Logs of the past, given in any order, read in the order in which they were written. */
import { basename } from 'node:path';
import type { Instant, TimeContext } from '../parsers/index.js';
import type { Batch } from './tail/batch.js';
import { begunAt } from './tail/begun-at.js';
import { lengthOf } from './tail/chunks.js';
import { rotatedNames } from './tail/generations.js';
import { CannotRead, LogFile } from './tail/log-file.js';
import { readBatches } from './tail/read-file.js';
import { UserError } from './user-error.js';

/**
 * The batches of all files, oldest file first. Of a log that is there twice (plain and compressed, whole and in part) the
 * longer file is read.
 * @param context how stamps without zone and year are to be read
 * @throws UserError where files are damaged or cannot be opened, after all that can be read was given; of several, one that cannot be
 *   opened is told at once
 */
export async function* readHistory(paths: readonly string[], context: TimeContext): AsyncGenerator<Batch> {
  const given = [...new Set(paths)];
  const damages: string[] = [];
  for (const path of given.length === 1 ? given : await inOrder(given, context)) {
    try {
      yield* readBatches(path);
    } catch (error) {
      if (!(error instanceof CannotRead)) throw error;
      damages.push(error.message);
    }
  }
  if (damages.length > 0) throw new UserError(damages.join('\n'));
}

/** The paths of different logs, the oldest log first: by their first lines, and of those that begin at once by their names. */
async function inOrder(paths: readonly string[], context: TimeContext): Promise<string[]> {
  const different: File[] = [];
  for (const path of paths) {
    const file = lookInto(path, context);
    const twin = different.findIndex(
      (other) => other.fingerprint === file.fingerprint && holdTheSame(other.path, path),
    );
    if (twin < 0) different.push(file);
    else if ((await unpackedLength(different[twin]!.path)) < (await unpackedLength(path))) different[twin] = file;
  }
  return different.sort((a, b) => a.firstAt - b.firstAt || byName(a.path, b.path)).map(({ path }) => path);
}

function holdTheSame(...paths: [string, string]): boolean {
  const [one, other] = paths.map((path) => LogFile.open(path)) as [LogFile, LogFile];
  try {
    return one.holdsTheSame(other);
  } finally {
    one.close();
    other.close();
  }
}

/** Of two files of one log, as their names tell, the older one first. */
function byName(one: string, other: string): number {
  const [log, same] = [one, other].map((path) => path.replace(/(?:[.-]\d[\d-]*)?(?:\.gz)?$/, ''));
  if (log === undefined || log !== same) return 0;
  const [base, ...names] = [log, one, other].map((path) => basename(path));
  const youngestFirst = [base, ...rotatedNames(base!, names).flat()];
  return youngestFirst.indexOf(names[1]) - youngestFirst.indexOf(names[0]);
}

interface File {
  path: string;
  /** Of what has no first line the path: it is like no other. */
  fingerprint: string;
  /** The instant of its first dated line, whatever that says; 0 where none of its first lines is dated. */
  firstAt: Instant;
}

function lookInto(path: string, context: TimeContext): File {
  const file = LogFile.open(path);
  try {
    const fingerprint = file.fingerprint(true) ?? path;
    return { path, fingerprint, firstAt: begunAt(file, context) ?? 0 };
  } finally {
    file.close();
  }
}

async function unpackedLength(path: string): Promise<number> {
  const file = LogFile.open(path);
  try {
    return await lengthOf(file);
  } finally {
    file.close();
  }
}
