/** What `import`, `replay`, `parse` and `explain` have in common: lines of the past, and what these leave out. */
import { Command, InvalidArgumentError } from 'commander';
import { isHostName } from '../host-name.js';

export interface PastOptions {
  tz?: string;
  asOf?: string;
  host?: string;
}

/** A command that takes FILE..., and what their lines leave out. */
export function pastCommand(name: string, more = ''): Command {
  return lineCommand(name).argument('<file...>', `logs in any order, plain or .gz${more}`);
}

/** A command whose options say what lines leave out, wherever they come from. */
export function lineCommand(name: string): Command {
  return new Command(name)
    .option('--tz <zone>', "IANA zone of stamps that bear none, such as Europe/Berlin (default: this machine's)")
    .option(
      '--as-of <time>',
      'the latest instant that a stamp without a year can mean, but for a day at New Year (default: a day from now)',
    )
    .option(
      '--host <name>',
      'host of lines that name none, as in the log files of containers (default: localhost)',
      aHost,
    );
}

function aHost(value: string): string {
  if (!isHostName(value)) throw new InvalidArgumentError('It is no name or address of a host.');
  return value;
}
