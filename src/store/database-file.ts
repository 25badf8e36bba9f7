/** The database's file, before SQLite opens it: made with modes of our own, and refused untouched if it is not haplog's. */
import { accessSync, closeSync, constants, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../user-error.js';

/** "hapl", by which SQLite's header names the program a database belongs to. */
export const APPLICATION_ID = 0x6861706c;

/** The header of a database: https://www.sqlite.org/fileformat2.html#the_database_header */
const HEADER_BYTES = 100;
const MAGIC = Buffer.from('SQLite format 3\0');
const APPLICATION_ID_OFFSET = 68;

/**
 * Makes the file, empty, and the folders above it, unless they exist. The umask may take from the modes. Throws the system's error (for
 * ENOENT a `UserError`) if that is not possible, or if an existing file may not be written, which SQLite would report only at the first
 * commit.
 */
export function makeFile(file: string): void {
  try {
    makeFolder(dirname(file));
    makeEmpty(file);
  } catch (error) {
    // ENOENT does not mean that something is missing: in /proc nothing can be made, and a link may lead nowhere.
    if (codeOf(error) !== 'ENOENT') throw error;
    throw new UserError(`The database "${file}" cannot be made there: name another with --db.`, { cause: error });
  }
}

function makeEmpty(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o640));
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    accessSync(file, constants.R_OK | constants.W_OK);
  }
}

/** Makes folders level by level: Node's own `recursive` loops for ever if an existing folder takes no new one (seen with 20.20, in /proc). */
function makeFolder(folder: string): void {
  if (isFolder(folder)) return;
  const above = dirname(folder);
  if (above !== folder) makeFolder(above);
  try {
    mkdirSync(folder, 0o750);
  } catch (error) {
    // Another haplog may have been quicker.
    if (codeOf(error) !== 'EEXIST' || !isFolder(folder)) throw error;
  }
}

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

/**
 * Throws a `UserError` unless the file is empty or a database of haplog's. Leaves no trace, unlike a look through SQLite: that makes files
 * beside a database in WAL mode, and finishes what its program left half-done.
 */
export function refuseForeign(file: string): void {
  const stat = statSync(file, { bigint: true });
  if (stat.isDirectory())
    throw new UserError(`"${file}" is a folder: name a file in it, such as "${join(file, 'haplog.db')}".`);
  if (!stat.isFile()) throw new UserError(`"${file}" is not a file: name another database with --db.`);
  // An inode's number is used again for another file; together with its time of birth it names one file.
  const inode = `${stat.dev}:${stat.ino}:${stat.birthtimeNs}`;
  if (ours.has(inode)) return;
  if (stat.size > 0n) refuseHeader(readHeader(file), file);
  ours.add(inode);
}

/**
 * The files that this process has let pass. None is looked into again: closing a file drops every lock that the process
 * holds on it, SQLite's too (https://www.sqlite.org/howtocorrupt.html, 2.2).
 */
const ours = new Set<string>();

/** The mistake of naming a database that belongs to another program. */
export function foreign(file: string): UserError {
  return new UserError(`"${file}" is a database of another program: name another with --db.`);
}

function refuseHeader(header: Buffer, file: string): void {
  if (header.length < HEADER_BYTES || !header.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new UserError(`"${file}" is not a database: name another with --db, or move the file away.`);
  }
  if (header.readInt32BE(APPLICATION_ID_OFFSET) !== APPLICATION_ID) throw foreign(file);
}

function readHeader(file: string): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  const fd = openSync(file, 'r');
  try {
    return header.subarray(0, readSync(fd, header, 0, HEADER_BYTES, 0));
  } finally {
    closeSync(fd);
  }
}
