/**
 * Reads logs of the past, given in any order, in the order in which they were written: the files of one log one after the other, and different
 * logs together, line by line, because they may be of one load balancer.
 */
import { basename, dirname } from 'node:path';
import { groupBy } from '../alerts/index.js';
import type { Instant, TimeContext } from '../parsers/index.js';
import { begins } from './line-time.js';
import { type Batch, FULL_PORTION, type Portion } from './tail/batch.js';
import { begunAt } from './tail/begun-at.js';
import { lengthOf } from './tail/chunks.js';
import { CannotRead, LogFile } from './tail/log-file.js';
import { readBatches } from './tail/read-file.js';
import { rotatedNames } from './tail/rotated-names.js';
import { UserError } from './user-error.js';

/**
 * The batches of all files, the oldest first. If a log is given twice (plain and compressed, whole and in part), the longer file is read.
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
  const files = given.length === 1 ? given.map((path) => ({ path, firstAt: 0 })) : await inOrder(given, contextOf);
  yield* byTime(logsOf(files), contextOf, damages);
  if (damages.length > 0) throw new UserError(damages.join('\n'));
}

/** The files of each log, the oldest first. */
function logsOf(files: readonly Dated[]): Dated[][] {
  const paths = files.map(({ path }) => path);
  return [...groupBy(files, ({ path }) => logName(path, paths)).values()];
}

/** The log goes first whose next line about a state is the oldest. A file is opened when its turn comes. */
async function* byTime(
  logs: Dated[][],
  contextOf: (path: string) => TimeContext,
  damages: string[],
): AsyncGenerator<Batch> {
  const portion: Portion = { ...FULL_PORTION };
  const unread = logs.map((files) => ({
    batches: readLog(files, portion, damages),
    context: contextOf(files[0]!.path),
    next: null as Batch | null,
    at: files[0]!.firstAt,
    last: null as Instant | null,
  }));
  try {
    while (unread.length > 0) {
      portion.lines = unread.length > 1 ? 1 : FULL_PORTION.lines;
      const log = unread.reduce((oldest, other) => (other.at < oldest.at ? other : oldest));
      if (log.next !== null) yield log.next;
      const { value, done } = await log.batches.next();
      if (done) {
        unread.splice(unread.indexOf(log), 1);
        continue;
      }
      const at = begins(value, log.context, log.last);
      log.next = value;
      log.at = at ?? Number.NEGATIVE_INFINITY;
      log.last = at ?? log.last;
    }
  } finally {
    for (const { batches } of unread) await batches.return();
  }
}

/** The batches of one log. What is damaged is noted, and read as far as it can be. */
async function* readLog(files: readonly Dated[], portion: Portion, damages: string[]): AsyncGenerator<Batch, void> {
  for (const { path } of files) {
    try {
      yield* readBatches(path, undefined, portion);
    } catch (error) {
      if (!(error instanceof CannotRead)) throw error;
      damages.push(error.message);
    }
  }
}

/** The different files, oldest first: by their first lines, and by their names if they begin at the same instant. */
async function inOrder(paths: readonly string[], contextOf: (path: string) => TimeContext): Promise<File[]> {
  const different: File[] = [];
  for (const path of paths) {
    const file = lookInto(path, contextOf(path));
    const twin = different.findIndex(
      (other) => other.fingerprint === file.fingerprint && holdTheSame(other.path, path),
    );
    if (twin < 0) different.push(file);
    else if ((await unpackedLength(different[twin]!.path)) < (await unpackedLength(path))) different[twin] = file;
  }
  return different.sort((a, b) => a.firstAt - b.firstAt || byName(a.path, b.path, paths));
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
function byName(one: string, other: string, given: readonly string[]): number {
  const log = logName(one, given);
  if (log !== logName(other, given)) return 0;
  const [base, ...names] = [log, one, other].map((path) => basename(path));
  const youngestFirst = [base, ...rotatedNames(base!, names).flat()];
  return youngestFirst.indexOf(names[1]) - youngestFirst.indexOf(names[0]);
}

/**
 * The path that a log's file had before it was rotated: that of another given file, if it is called as a rotated one of that; else what its own name tells. A
 * number before the ending tells nothing by itself: `10.0.0.5.log` may be of a host.
 */
function logName(path: string, given: readonly string[]): string {
  const isRotatedOf = (base: string) =>
    dirname(base) === dirname(path) && rotatedNames(basename(base), [basename(path)]).length > 0;
  return given.find(isRotatedOf) ?? path.replace(/(?:[.-]\d[\d-]*)?(?:\.gz)?$/, '');
}

interface Dated {
  path: string;
  /** The instant of its first dated line, whatever that says; 0 if none of its first lines is dated. */
  firstAt: Instant;
}

interface File extends Dated {
  /** The path if there is no first line: such a file is like no other. */
  fingerprint: string;
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
