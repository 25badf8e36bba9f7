/** The configuration of `haplog run`: what stands in the file, and what the options say beside it; read again when asked. */
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

export interface RunConfig {
  config: Config;
  /** Where it is from, for people. */
  path: string;
  database: string;
}

/** Tells what is doubtful in it. A mistake is a `UserError`. */
export async function readRunConfig(options: ConfigOptions, log: Logger): Promise<RunConfig> {
  const { config, path, warnings } = await openConfig(options.config ?? null);
  const withOptions = withLogs(config, options.log);
  for (const warning of warnings) log.warn(warning);
  const database = options.db ?? config.database ?? defaultDatabase(process.env, process.getuid?.() ?? -1);
  return { config: withOptions, path: path ?? '(defaults)', database: resolve(database) };
}

/**
 * The configuration that stands in the file now, for a daemon that runs on `database`; null where it has a mistake, which is
 * told, a line for each.
 */
export async function readRunConfigAgain(
  options: ConfigOptions,
  database: string,
  log: Logger,
): Promise<Config | null> {
  try {
    const next = await readRunConfig(options, log);
    log.info('configuration %s read again', next.path);
    if (next.database !== database)
      log.warn('the database stays %s until haplog is started again, and is not %s', database, next.database);
    return next.config;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    for (const line of error.message.split('\n')) log.error('the configuration stays as it was: %s', line);
    return null;
  }
}

function withLogs(config: Config, logs: string[] | undefined): Config {
  if (!logs) return config;
  const zoneOf = (path: string) => config.sources.find((source) => source.path === path)?.tz ?? null;
  if (logs.includes('')) throw new UserError('--log takes the path of a log, not an empty text.');
  const paths = [...new Set(logs.map((log) => resolve(log)))];
  return { ...config, sources: paths.map((path) => ({ path, tz: zoneOf(path) })) };
}
