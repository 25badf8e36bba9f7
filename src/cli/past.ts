/** What `import`, `replay`, `parse` and `explain` have in common: lines of the past, and how to read their stamps. */
import { Command } from 'commander';

export interface PastOptions {
  tz?: string;
  asOf?: string;
}

/** A command that takes FILE... and says how to date their lines. */
export function pastCommand(name: string, more = ''): Command {
  return datingCommand(name).argument('<file...>', `logs in any order, plain or .gz${more}`);
}

/** A command whose options say how to date lines, wherever they come from. */
export function datingCommand(name: string): Command {
  return new Command(name)
    .option('--tz <zone>', "IANA zone of stamps that bear none, such as Europe/Berlin (default: this machine's)")
    .option(
      '--as-of <time>',
      'the latest instant that a stamp without a year can mean, but for a day at New Year (default: a day from now)',
    );
}
