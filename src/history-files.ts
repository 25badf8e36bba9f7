/** Logs of the past, given in any order, read in the order in which they were written. */
import type { Instant, TimeContext } from '../parsers/index.js';
import type { Batch } from './tail/batch.js';
import { begunAt } from './tail/begun-at.js';
import { LogFile } from './tail/log-file.js';
import { readBatches } from './tail/read-file.js';

/**
 * The batches of all files, oldest file first. Of a log that is there twice (plain and compressed, whole and in part) the
 * longer file is read.
 * @param context how stamps without zone and year are to be read
 * @throws UserError for a file that cannot be read
 */
export async function* readHistory(paths: readonly string[], context: TimeContext): AsyncGenerator<Batch> {
  const longest = new Map<string, File>();
  for (const path of new Set(paths)) {
    const file = await lookInto(path, context);
    const other = file && longest.get(file.fingerprint);
    if (file && !(other && (await lengthOf(other.path)) >= (await lengthOf(path)))) longest.set(file.fingerprint, file);
  }
  const files = [...longest.values()].sort((a, b) => a.firstAt - b.firstAt);
  for (const { path } of files) yield* readBatches(path);
}

interface File {
  path: string;
  fingerprint: string;
  /** The instant of its first dated line, whatever that says; 0 where none of its first lines is dated. */
  firstAt: Instant;
}

async function lookInto(path: string, context: TimeContext): Promise<File | null> {
  const file = await LogFile.open(path);
  try {
    const fingerprint = await file.fingerprint(true);
    if (fingerprint === null) return null; // an empty file
    return { path, fingerprint, firstAt: (await begunAt(file, context)) ?? 0 };
  } finally {
    await file.close();
  }
}

/** In bytes as unpacked. */
async function lengthOf(path: string): Promise<number> {
  let bytes = 0;
  for await (const batch of readBatches(path)) bytes += batch.tally.bytes;
  return bytes;
}
