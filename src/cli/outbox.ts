/** `haplog outbox`: what is to be told, and what became of it. This file only takes the options apart. */
import { Command } from 'commander';
import { OUTBOX_STATES } from './accepted.js';
import { collectWords, textOrJson, withDatabaseOption, withReadingOptions } from './options.js';
import type { OutboxListOptions, OutboxOptions, OutboxShowOptions } from './outbox-action.js';

const HELP = `
Each message to one receiver is a row with a number. due: it waits for its first or its next attempt; rejected:
the receiver refused it; expired: it could not be handed over for three days; muted: nobody was told the
beginning, so nobody is told the end, or the receiver has left the configuration; dropped: somebody gave it up,
or the receiver or address has heard newer things; delivered. Of what was dropped a later reminder is told all the
same. A row of "oncall <ops@example.org>" is for one address of oncall, which refused what the others accepted.

list begins with a line for each receiver for which something waits: since when, when the next attempt is, and
what the last one came to. It says so where no haplog run is there to send it.

Examples:
  haplog outbox list
  haplog outbox show 12
  haplog outbox retry 12 13`;

export function outboxCommand(): Command {
  const list = withReadingOptions(new Command('list'))
    .description('for whom messages wait, and why; then the newest rows, of those that were not delivered')
    .option('--state <state>', `only these, or all: ${OUTBOX_STATES.join(', ')} (with commas, or again)`, collectWords)
    .option('--receiver <name>', 'only of this receiver')
    .option('-n, --limit <n>', 'how many at most, 1 to 10000', '50')
    .addOption(textOrJson())
    .action(async (options: OutboxListOptions) => {
      const { listOutbox } = await import('./outbox-action.js');
      await listOutbox(options);
    });
  const show = withReadingOptions(new Command('show'))
    .description('one row, and the message as it would be sent now')
    .argument('<seq>', 'its number')
    .addOption(textOrJson())
    .action(async (seq: string, options: OutboxShowOptions) => {
      const { showOutbox } = await import('./outbox-action.js');
      await showOutbox(seq, options);
    });
  return new Command('outbox')
    .description('what is to be told to whom, what became of it, and another chance for what failed')
    .addHelpText('after', HELP)
    .addCommand(list)
    .addCommand(show)
    .addCommand(
      changing(
        'retry',
        'rows that were not delivered are due at once, and the end behind them; haplog run sends them within a minute',
      ),
    )
    .addCommand(changing('drop', 'rows that wait are given up'));
}

function changing(name: 'retry' | 'drop', description: string): Command {
  return withDatabaseOption(new Command(name))
    .description(description)
    .argument('<seq...>', 'their numbers')
    .action(async (seqs: string[], options: OutboxOptions) => {
      const { changeOutbox } = await import('./outbox-action.js');
      await changeOutbox(name, seqs, options);
    });
}
