/** What the commands have in common that read a database: which one, and the zone of the times that they print. */
import { type Command, Option } from 'commander';

export interface ReadingOptions {
  tz?: string;
  utc?: boolean;
  db?: string;
}

export function withReadingOptions(command: Command): Command {
  return command
    .option('--tz <zone>', "zone of the times, such as Europe/Berlin (default: this machine's)")
    .addOption(new Option('--utc', 'times in UTC').conflicts('tz'))
    .option('--db <file>', 'database (default: the one of the configuration, else where haplog run keeps it)');
}
