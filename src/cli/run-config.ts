/** The configuration of `haplog run`: what the file says, and what the options say beside it; read again when asked. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Config } from '../config/config.js';
import { openConfig } from '../config/open.js';
import type { Logger } from '../log.js';
import { defaultDatabase } from '../paths.js';
import { UserError } from '../user-error.js';

export interface ConfigOptions {
  config?: string;
  log?: string[];
  db?: string;
}

interface RunConfig {
  config: Config;
  /** Null: there is none, and every default holds. */
  file: string | null;
  /** Whether it says nothing. */
  empty: boolean;
  database: string;
}

export interface ConfigReader {
  first: RunConfig;
  /** The configuration that is in the file now; null if it cannot be used, which is logged, a line for each mistake. Never rejects. */
  again(): Promise<Config | null>;
}

/** Reads the configuration, and logs what is doubtful in it. A mistake is a `UserError`. */
export async function configReader(options: ConfigOptions, log: Logger): Promise<ConfigReader> {
  const first = await read(options, log);
  const { database } = first;
  let inForce = first;
  return {
    first,
    async again() {
      try {
        const next = await read(options, log, inForce);
        log.info('configuration %s read again', next.file ?? '(defaults)');
        if (next.database !== database)
          log.warn('the database stays %s until haplog is started again, and is not %s', database, next.database);
        inForce = next;
        return next.config;
      } catch (error) {
        // Even after a bug: a daemon that goes on with what it has is worth more than none.
        const said = error instanceof Error ? error.message : String(error);
        for (const line of said.split('\n')) log.error('the configuration stays as it was: %s', line);
        return null;
      }
    },
  };
}

/** @param before the one in force, if there is one: while somebody edits its file, it may be gone or empty for a moment */
async function read(options: ConfigOptions, log: Logger, before: RunConfig | null = null): Promise<RunConfig> {
  const { config, path: file, empty, warnings } = await openConfig(options.config ?? null);
  if (before !== null && before.file !== null && before.file !== file && !existsSync(before.file))
    throw new UserError(`${before.file} is not there any more`);
  if (before !== null && !before.empty && empty) throw new UserError(`${file} says nothing`);
  const withOptions = withLogs(config, options.log);
  for (const warning of warnings) log.warn(warning);
  const database = options.db ?? config.database ?? defaultDatabase(process.env, process.getuid?.() ?? -1);
  return { config: withOptions, file, empty, database: resolve(database) };
}

function withLogs(config: Config, logs: string[] | undefined): Config {
  if (!logs) return config;
  if (logs.includes('')) throw new UserError('--log takes the path of a log, not an empty text.');
  const paths = [...new Set(logs.map((log) => resolve(log)))];
  return {
    ...config,
    sources: paths.map(
      (path) => config.sources.find((source) => source.path === path) ?? { path, tz: null, host: null },
    ),
  };
}
