/** `haplog silence`: who wants to hear nothing of something for a while. This file only takes the options apart. */
import { Command } from 'commander';
import { COMING_TIME_FORMS } from './accepted.js';
import { textOrJson, withDatabaseOption, withReadingOptions } from './options.js';
import type { SilenceAddOptions, SilenceListOptions } from './silence-action.js';

const HELP = `
While a silence lasts, nothing begins to be told of what it matches, and nobody is reminded of it; whoever was told
the beginning is told the end. What still lasts when the silence is over is told then. A running haplog heeds it
within two seconds. A time is one of:
  ${COMING_TIME_FORMS.replaceAll('; ', '\n  ')}
A bare time of day as the end is the first one after the beginning; as the beginning it may have passed today, if the
silence then still lasts.

Examples:
  haplog silence add --backend 'k8s-*' --for 2h --reason 'upgrade of the cluster'
  haplog silence add --host lb2 --from 'tomorrow 22:00' --until 02:00 --reason 'new kernel'
  haplog silence list
  haplog silence expire 3`;

export function silenceCommand(): Command {
  const add = withReadingOptions(new Command('add'))
    .description('begin a silence; prints its number')
    .option('--backend <glob>', 'backends, such as k8s-*')
    .option('--server <glob>', 'servers, by their own names')
    .option('--host <glob>', 'load balancers')
    .option('--rule <name>', 'a rule, as `rules` in the configuration names it')
    .option('--severity <word>', 'critical, warning or info')
    .option('--everything', 'whatever it is')
    .option('--for <duration>', 'how long, such as 2h')
    .option('--until <time>', 'when it ends')
    .option('--from <time>', 'when it begins (default: now)')
    .requiredOption('--reason <text>', 'why')
    .option('--by <name>', 'who says so (default: who is logged in)')
    .addOption(textOrJson())
    .action(async (options: SilenceAddOptions) => {
      const { addSilence } = await import('./silence-action.js');
      await addSilence(options);
    });
  const list = withReadingOptions(new Command('list'))
    .description('silences that last or are to come')
    .option('--all', 'those that are over as well')
    .addOption(textOrJson())
    .action(async (options: SilenceListOptions) => {
      const { listSilences } = await import('./silence-action.js');
      await listSilences(options);
    });
  const expire = withDatabaseOption(new Command('expire'))
    .description('end silences now')
    .argument('<id...>', 'their numbers')
    .action(async (ids: string[], options: { db?: string }) => {
      const { expireSilences } = await import('./silence-action.js');
      await expireSilences(ids, options);
    });
  return new Command('silence')
    .description('hear nothing of something for a while')
    .addHelpText('after', HELP)
    .addCommand(add)
    .addCommand(list)
    .addCommand(expire);
}
