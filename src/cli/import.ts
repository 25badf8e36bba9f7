/** `haplog import`: history into the store. Nobody is told, and the same file twice changes nothing. Here are its options. */
import type { Command } from 'commander';
import type { ImportOptions } from './import-action.js';
import { withDatabaseOption } from './options.js';
import { pastCommand } from './past.js';

export function importCommand(): Command {
  return withDatabaseOption(pastCommand('import'), 'write')
    .description('read logs of the past into the history; tells nobody, and may be repeated')
    .action(async (files: string[], options: ImportOptions) => {
      const { importFiles } = await import('./import-action.js');
      await importFiles(files, options);
    });
}
