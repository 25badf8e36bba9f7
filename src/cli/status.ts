/** `haplog status`: how things stand, and how far haplog has come. This file only takes the options apart. */
import { Command } from 'commander';
import { textOrJson, withReadingOptions } from './options.js';
import type { StatusOptions } from './status-action.js';

const HELP = `
Exit status, fit for a monitoring plugin: 0 all is well; 1 a backend has no server available, or an incident
fires (planned work is no trouble), or haplog itself is blind or mute: it does not run or never did on this
database, a log that it follows is missing, cannot be read or is not understood, lines wait or were lost within a day,
messages wait or failed;
2 bad usage, or a database that cannot be read.

Examples:
  haplog status
  haplog status --all
  haplog status -o json | jq .lines.near_misses`;

export function statusCommand(): Command {
  const command = new Command('status')
    .description('how things stand: backends without a server, incidents, the outbox, how far the logs were read')
    .option('--samples <n>', 'how many of the last lines that were not understood to show, 0 to 100', '5')
    .option('--all', 'also the backends and servers that are up, as far as the logs ever spoke of them')
    .addOption(textOrJson());
  return withReadingOptions(command)
    .addHelpText('after', HELP)
    .action(async (options: StatusOptions) => {
      const { status } = await import('./status-action.js');
      await status(options);
    });
}
