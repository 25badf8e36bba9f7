/** What `haplog run` does: opens what the daemon needs, runs it, and closes everything in good order. */
import { resolve } from 'node:path';
import type { Config } from '../config/config.js';
import { openConfig } from '../config/open.js';
import { runDaemon } from '../daemon.js';
import { createLogger, type Logger } from '../log.js';
import { defaultDatabase } from '../paths.js';
import { isCurable, patient } from '../patience.js';
import { explain } from '../store/explain.js';
import { lockForDaemon } from '../store/lock.js';
import { openStore } from '../store/open.js';
import { watchPlace } from '../store/place.js';
import { UserError } from '../user-error.js';
import { version } from '../version.js';
import { onDatabase } from './database.js';

export interface RunOptions {
  config?: string;
  log?: string[];
  from: 'start' | 'end';
  db?: string;
  logLevel: string;
}

/** Runs until Ctrl-C or SIGTERM. What keeps it from beginning is a `UserError`. */
export async function run(options: RunOptions): Promise<void> {
  const log = createLogger({ level: options.logLevel });
  const loaded = await openConfig(options.config ?? null);
  const config = withLogs(loaded.config, options.log);
  for (const warning of loaded.warnings) log.warn(warning);

  const database = resolve(options.db ?? config.database ?? defaultDatabase(process.env, process.getuid?.() ?? -1));
  await onDatabase(database, async () => {
    const lock = lockForDaemon(database);
    const signal = endSignal();
    try {
      const store = openStore(database, 'write');
      const waiting = patient(store, {
        signal,
        onTrouble: (error) =>
          log.error('%s Until then nothing is stored or told, and nothing is lost.', words(error, database)),
        onRelief: () => log.info('the database takes what it is given again'),
      });
      log.info('haplog %s, configuration %s, database %s', version, loaded.path ?? '(defaults)', database);
      const place = watchPlace(database);
      const deps = { config, store: waiting, log, from: options.from, signal, lost: place.lost };
      await runDaemon(deps)
        .catch(unlessEndedWaiting(signal, log))
        .finally(() => {
          place.stop();
          return store.end();
        });
      log.info('ended');
    } finally {
      lock.release();
    }
  });
}

function words(error: unknown, database: string): string {
  const explained = explain(error, database);
  return explained instanceof Error ? explained.message : String(explained);
}

/** Who is asked to end while the disk is full has lost nothing: what was not stored is read again. */
function unlessEndedWaiting(signal: AbortSignal, log: Logger): (error: unknown) => void {
  return (error) => {
    if (!signal.aborted || !isCurable(error)) throw error;
    log.warn('ended without storing what was read last; the next start reads it again');
  };
}

function withLogs(config: Config, logs: string[] | undefined): Config {
  if (!logs) return config;
  const zoneOf = (path: string) => config.sources.find((source) => source.path === path)?.tz ?? null;
  if (logs.includes('')) throw new UserError('--log takes the path of a log, not an empty text.');
  const paths = [...new Set(logs.map((log) => resolve(log)))];
  return { ...config, sources: paths.map((path) => ({ path, tz: zoneOf(path) })) };
}

/** Aborts at the first Ctrl-C or SIGTERM; the second one ends the process at once. */
function endSignal(): AbortSignal {
  const ending = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => ending.abort());
  return ending.signal;
}
