/** `haplog explain`: what haplog makes of a line. This file only takes the options apart. */
import { type Command, Option } from 'commander';
import type { ExplainOptions } from './explain-action.js';
import { planOption } from './options.js';
import { lineCommand } from './past.js';

const HELP = `
Lines are heard in their order: what the earlier ones said decides whether a later one is a copy, what it changes,
and whether it is believed. A line alone is believed where the daemon, which has heard all before it, may find it
suspect: haplog query --suspect. Nothing is stored or sent. The receivers are those of --config; without it
haplog's own log.

Examples:
  haplog explain "$(tail -n 1 /var/log/haproxy.log)"
  grep k8s-api-server /var/log/haproxy.log | tail -n 20 | haplog explain --config /etc/haplog/haplog.yaml`;

export function explainCommand(): Command {
  return lineCommand('explain')
    .description(
      'what haplog makes of a line: header, origin, sentence, copy of another, what it changes, whom it tells',
    )
    .argument('[line]', 'a line of the log, in quotes; - is standard input, as when there is none')
    .addOption(planOption())
    .addOption(
      new Option('-o, --output <format>', 'how to print it').choices(['text', 'json', 'jsonl']).default('text'),
    )
    .addHelpText('after', HELP)
    .action(async (line: string | undefined, options: ExplainOptions) => {
      const { explain } = await import('./explain-action.js');
      await explain(line, options);
    });
}
