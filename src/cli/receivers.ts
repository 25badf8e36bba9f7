/** `haplog receivers`: who can be told, and whether it arrives. This file only takes the options apart. */
import { Command } from 'commander';
import { textOrJson, withConfigOption } from './options.js';
import type { ReceiversOptions } from './receivers-action.js';

const HELP = `
test sends each of them a message that says it is a test, once, and waits for the answer; of a mail receiver of
several addresses it names those that were refused. Exit status: 0 all accepted it; 1 somebody, or one of
several addresses, did not; 2 bad usage.

Examples:
  haplog receivers list
  haplog receivers test oncall chat`;

export function receiversCommand(): Command {
  const list = withConfigOption(new Command('list'))
    .description('the receivers of the configuration, and where each is')
    .addOption(textOrJson())
    .action(async (options: ReceiversOptions) => {
      const { listReceivers } = await import('./receivers-action.js');
      await listReceivers(options);
    });
  const test = withConfigOption(new Command('test'))
    .description('send a test message, wait for the answer and print it')
    .argument('<name...>', 'receivers, as the configuration calls them')
    .addOption(textOrJson())
    .action(async (names: string[], options: ReceiversOptions) => {
      const { testReceivers } = await import('./receivers-action.js');
      await testReceivers(names, options);
    });
  return new Command('receivers')
    .description('who can be told, and whether it arrives')
    .addHelpText('after', HELP)
    .addCommand(list)
    .addCommand(test);
}
