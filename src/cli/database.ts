/** Which database a command means. */
import { existsSync } from 'node:fs';
import { configPlaces, configuredDatabase } from '../config/find.js';
import { databaseToRead, defaultDatabase } from '../paths.js';
import { explain } from '../store/explain.js';

/** The one of `--db`, else that of the configuration, else the usual one: to read, one that is there. */
export async function databaseFor(mode: 'read' | 'write', named: string | undefined): Promise<string> {
  if (named !== undefined) return named;
  const { env } = process;
  const uid = process.getuid?.() ?? -1;
  const configured = await configuredDatabase(configPlaces(env));
  return configured ?? (mode === 'write' ? defaultDatabase(env, uid) : databaseToRead(env, uid, existsSync));
}

/** Does `work` on the database `file`; a full disk, a damaged or locked file is told in one sentence, as a `UserError` of status 1. */
export async function onDatabase<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explain(error, file, 1);
  }
}
