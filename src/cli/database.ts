/** Which database a command means. */
import { existsSync } from 'node:fs';
import { configPlaces, configuredDatabase, databaseIn } from '../config/find.js';
import { databaseToRead, defaultDatabase } from '../paths.js';
import { explain } from '../store/explain.js';
import type { Mode } from '../store/open.js';

/** The one that `--db` names, else that of the configuration, else the usual one: for reading, one that is there. */
export async function databaseFor(mode: Mode, named: string | undefined): Promise<string> {
  return named ?? (await configuredDatabase(configPlaces(process.env))) ?? usualDatabase(mode);
}

/** The one in the configuration `file`, which was named, else the usual one. A file that cannot be read is a `UserError`. */
export async function databaseOf(mode: Mode, file: string): Promise<string> {
  return (await databaseIn(file)) ?? usualDatabase(mode);
}

function usualDatabase(mode: Mode): string {
  const { env } = process;
  const uid = process.getuid?.() ?? -1;
  return mode === 'write' ? defaultDatabase(env, uid) : databaseToRead(env, uid, existsSync);
}

/** Does `work` on the database `file`; a full disk or a damaged or locked file is told in one sentence, as a `UserError` of status 1. */
export async function onDatabase<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explain(error, file, 1);
  }
}
