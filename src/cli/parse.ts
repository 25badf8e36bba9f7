/** `haplog parse`: a log as records, line by line. This file only takes the options apart. */
import { type Command, Option } from 'commander';
import { collectWords } from './options.js';
import type { ParseOptions } from './parse-action.js';
import { lineCommand } from './past.js';

const HELP = `
A record has a kind: that of HAProxy's sentence, such as server or backend.exhausted; other where the header
is good and the rest no known sentence; rejected where there is no header; oversize for a line over 64 KiB;
traffic. What the lines of all kinds were is summed up on standard error.

Examples:
  haplog parse /var/log/haproxy.log --kind server -o jsonl | jq -r .says.server.server
  haplog parse /var/log/haproxy.log --kind traffic -o jsonl | jq -r 'select(.says.status == 503).says.request'
  zcat /var/log/haproxy.log.*.gz | haplog parse --unknown`;

export function parseCommand(): Command {
  return lineCommand('parse')
    .description('what stands in these logs, as one record for each line; nothing is folded, judged or stored')
    .argument('[file...]', 'logs, plain or .gz; - is standard input, as when there is none')
    .option(
      '--kind <kind>',
      'only these: server, or worker for all that begin with worker. (with commas, or again)',
      collectWords,
    )
    .addOption(new Option('--unknown', 'only what was not understood').conflicts(['kind', 'traffic']))
    .option('--traffic', 'also the lines that the daemon passes over as traffic, field by field')
    .addOption(
      new Option('-o, --output <format>', 'how to print it (default: table on a terminal, else jsonl)').choices([
        'table',
        'jsonl',
      ]),
    )
    .addHelpText('after', HELP)
    .action(async (files: string[], options: ParseOptions) => {
      const { parse } = await import('./parse-action.js');
      await parse(files, options);
    });
}
