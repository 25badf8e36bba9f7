/** `haplog import`: history into the store. Nobody is told, and the same file twice changes nothing. Here are its options. */
import type { Command } from 'commander';
import type { ImportOptions } from './import-action.js';
import { withDatabaseOption } from './options.js';
import { pastCommand } from './past.js';

const HELP = `
Give the files as logrotate left them: a line is known by its log and its place in it, so that what is cut out of logs or put
together of them counts once more.

What is open at the end of these logs ends in the newer ones: give both together, now or later. A daemon may run on the
database meanwhile, if it is of this version: incidents begin and end by the policy that haplog run would go by without
--config, and none is over that may still come back.

What lines leave out is the \`tz\` and \`host\` that this configuration gives the log, known by its name, also of rotated files. For
a log under another name give those of its source as --tz and --host: what is stored keeps its host and time, but what is new would
be another host's, or of another time.

Examples:
  haplog import /var/log/haproxy.log*
  haplog import --tz Europe/Berlin --as-of 2025-01-01 old/haproxy.log.*.gz`;

export function importCommand(): Command {
  return withDatabaseOption(pastCommand('import'), 'write')
    .description('read logs of the past into the history; tells nobody, and may be repeated')
    .addHelpText('after', HELP)
    .action(async (files: string[], options: ImportOptions) => {
      const { importFiles } = await import('./import-action.js');
      await importFiles(files, options);
    });
}
