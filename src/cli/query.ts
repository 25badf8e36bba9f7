/** `haplog query`: what happened. This file only takes the options apart; what it does is loaded when it is asked for. */
import { Command, Option } from 'commander';
import { FORMATS, STATES, TIME_FORMS } from './accepted.js';
import { withReadingOptions } from './options.js';
import type { QueryOptions } from './query-action.js';

const HELP = `
A time is one of:
  ${TIME_FORMS.replaceAll('; ', '\n  ')}
One that names no zone is in that of --tz, or of this machine.
The span is [since, until); an outage belongs to it if it was open at some moment of it.
Globs match whole names: k8s-*, {api,web}. States are those a server changed to, no-server of a
backend, and the rules of other incidents (docs/alerts.md), which stand in tables at their beginning. A
server that is down tells so by itself: server_down has a row only where --state names it. Globs and
states may be given several times; states also with commas between.
A line is suspect where a text that a client or another program may have written says what HAProxy
says of servers, and too few other lines say so too.

Examples:
  haplog query --since 1h
  haplog query --until yesterday
  haplog query --since yesterday --until today --state down,no-server
  haplog query --since 7d --state flapping,worker_killed
  haplog query --since 7d --suspect
  haplog query --since 7d --backend 'k8s-*' -o csv > week.csv`;

export function queryCommand(): Command {
  const command = new Command('query')
    .description(
      'what happened: changes of servers, the times in which a backend had no server available, and other trouble',
    )
    .option('--since <time>', 'from this time on (default: 24 hours before --until)')
    .option('--until <time>', 'up to this time (default: now, and what is ahead of our clock)')
    .option('--host <glob>', 'only of these load balancers', collect)
    .option('--backend <glob>', 'only of these backends', collect)
    .option('--server <glob>', 'only changes of these servers', collect)
    .option('--state <state>', `only these, of ${STATES.join(', ')}`, collect)
    .addOption(
      new Option('--suspect', 'lines that may be forged and made no event, instead').conflicts([
        'backend',
        'server',
        'state',
      ]),
    )
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(FORMATS).default('table'));
  return withReadingOptions(command)
    .addHelpText('after', HELP)
    .action(async (options: QueryOptions) => {
      const { query } = await import('./query-action.js');
      await query(options);
    });
}

function collect(value: string, values: string[] = []): string[] {
  return [...values, value];
}
