/** `haplog ack`: somebody takes an incident on. This file only takes the options apart. */
import { Command } from 'commander';
import type { AckOptions } from './ack-action.js';
import { textOrJson, withReadingOptions } from './options.js';

const HELP = `
Of an incident that somebody has taken on nobody is reminded, and it is not escalated; whoever was told of it hears
that, and its end. What began together with it (behind one tracked server, by one server, at one host) and was told to a
receiver that was told of it, too, is taken on with it. A running haplog heeds it within two seconds. Without an id: the
incidents that are open.

Examples:
  haplog ack
  haplog ack 4711 --note 'looking into it'`;

export function ackCommand(): Command {
  return withReadingOptions(new Command('ack'))
    .description('take an incident on: no reminders, no escalation')
    .argument('[id]', 'the id of the incident, what stands in it behind the colon, or the beginning of either')
    .option('--note <text>', 'for the others')
    .option('--by <name>', 'who takes it on (default: who is logged in)')
    .option('--only', 'nothing that began together with it')
    .addOption(textOrJson())
    .addHelpText('after', HELP)
    .action(async (id: string | undefined, options: AckOptions) => {
      const { acknowledge } = await import('./ack-action.js');
      await acknowledge(id, options);
    });
}
