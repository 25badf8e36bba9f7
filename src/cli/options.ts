/** Options that several commands have, so that they are called and explained alike. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Mode } from '../store/open.js';

/** For commands that read a database: which one, and the zone of the times that they print. */
export interface ReadingOptions {
  tz?: string;
  utc?: boolean;
  db?: string;
}

export function withReadingOptions(command: Command): Command {
  return withDatabaseOption(withZoneOptions(command));
}

/** For commands that take or print wall-clock times. */
export function withZoneOptions(command: Command): Command {
  return command
    .option('--tz <zone>', "zone of the times, such as Europe/Berlin (default: this machine's)")
    .addOption(new Option('--utc', 'times in UTC').conflicts('tz'));
}

/** For commands that take a database, named by `--db` or by the configuration. What they do sees only `db`. */
export function withDatabaseOption(command: Command, mode: Mode = 'read'): Command {
  return withConfigOption(command)
    .option('--db <file>', 'database (default: the one of the configuration, else where haplog run keeps it)', aPath)
    .hook('preAction', async (_, called) => {
      const { db, config } = called.opts<{ db?: string; config?: string }>();
      if (db !== undefined || config === undefined) return;
      const { databaseOf } = await import('./database.js');
      called.setOptionValue('db', await databaseOf(mode, config));
    });
}

/** Refuses an empty path, which is what a shell makes of a variable that is not set. */
export function aPath(value: string): string {
  if (value === '') throw new InvalidArgumentError('It is empty.');
  return value;
}

/** For commands that ask for the configuration in force. */
export function withConfigOption(command: Command): Command {
  return command.option(
    '-c, --config <file>',
    'configuration (default: /etc/haplog/haplog.yaml or ~/.config/haplog/haplog.yaml, where there is one)',
  );
}

/** For commands that go by a configuration only if it is named: what a log says must not depend on the machine. */
export function planOption(): Option {
  return new Option(
    '-c, --config <file>',
    'configuration to tell by: its receivers, routes, policy, rules and maintenance (default: the defaults)',
  );
}

export function textOrJson(): Option {
  return new Option('-o, --output <format>', 'how to print it').choices(['text', 'json']).default('text');
}

/** For an option that takes words with commas between, and may be given again. */
export function collectWords(value: string, values: string[] = []): string[] {
  return [...values, ...value.split(',')];
}
