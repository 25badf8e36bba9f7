/** `haplog replay`: the whole pipeline over logs of the past, in memory; nothing is stored or sent. Here are its options. */
import { type Command, Option } from 'commander';
import { planOption } from './options.js';
import { pastCommand } from './past.js';
import type { ReplayOptions } from './replay-action.js';

const HELP = `
The files are read as if haplog had run all the while, and time passes as their lines tell. What was silenced or taken
on by command is not in them, and counts for nothing here. Behind the last line time goes on until what is held
(hold, keep_firing) then has come to its end; with --as-of until that time, so that reminders come too.
Each "would tell" is one notification: of one incident, for one receiver. What goes together is one message, of
which people get six in any minute at most: how many messages there would have been is told on standard error,
about, for what goes together depends on when haplog looks; and how many lines were not understood.

Examples:
  haplog replay /var/log/haproxy.log*
  zcat haproxy.log.2.gz haproxy.log.1.gz | haplog replay -
  haplog replay --config new.yaml --against /etc/haplog/haplog.yaml /var/log/haproxy.log*`;

export function replayCommand(): Command {
  return pastCommand('replay', '; - alone is standard input')
    .description('what these logs tell, and what would have been sent; nothing is stored or sent')
    .addOption(planOption())
    .option('--against <file>', 'print only what the configuration would send otherwise than this one')
    .addOption(
      new Option('-o, --output <format>', 'text, or one JSON object a line').choices(['text', 'jsonl']).default('text'),
    )
    .addHelpText('after', HELP)
    .action(async (files: string[], options: ReplayOptions) => {
      const { replay } = await import('./replay-action.js');
      await replay(files, options);
    });
}
