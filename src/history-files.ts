/** Reads logs of the past, given in any order, in the order in which they were written. */
import { basename } from 'node:path';
import type { Instant, TimeContext } from '../parsers/index.js';
import type { Batch } from './tail/batch.js';
import { begunAt } from './tail/begun-at.js';
import { lengthOf } from './tail/chunks.js';
import { CannotRead, LogFile } from './tail/log-file.js';
import { readBatches } from './tail/read-file.js';
import { rotatedNames } from './tail/rotated-names.js';
import { UserError } from './user-error.js';

/**
 * The batches of all files, oldest file first. If a log is given twice (plain and compressed, whole and in part), the longer file is read.
 * @param contextOf how to read stamps without zone and year in the file at a path
 * @throws UserError if files are damaged or cannot be opened, after everything readable was given; with several files, one that cannot be
 *   opened throws at once
 */
export async function* readHistory(
  paths: readonly string[],
  contextOf: (path: string) => TimeContext,
): AsyncGenerator<Batch> {
  const given = [...new Set(paths)];
  const damages: string[] = [];
  for (const path of given.length === 1 ? given : await inOrder(given, contextOf)) {
    try {
      yield* readBatches(path);
    } catch (error) {
      if (!(error instanceof CannotRead)) throw error;
      damages.push(error.message);
    }
  }
  if (damages.length > 0) throw new UserError(damages.join('\n'));
}

/** The paths of the different logs, oldest first: by their first lines, and by their names if they begin at the same instant. */
async function inOrder(paths: readonly string[], contextOf: (path: string) => TimeContext): Promise<string[]> {
  const different: File[] = [];
  for (const path of paths) {
    const file = lookInto(path, contextOf(path));
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

/** Compares two files of one log by their names: the older one first. 0 if the names are not of one log. */
function byName(one: string, other: string): number {
  const [log, same] = [one, other].map((path) => path.replace(/(?:[.-]\d[\d-]*)?(?:\.gz)?$/, ''));
  if (log === undefined || log !== same) return 0;
  const [base, ...names] = [log, one, other].map((path) => basename(path));
  const youngestFirst = [base, ...rotatedNames(base!, names).flat()];
  return youngestFirst.indexOf(names[1]) - youngestFirst.indexOf(names[0]);
}

interface File {
  path: string;
  /** The path if there is no first line: such a file is like no other. */
  fingerprint: string;
  /** The instant of its first dated line, whatever that says; 0 if none of its first lines is dated. */
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
