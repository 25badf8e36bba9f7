/** `haplog replay`: the whole pipeline over logs of the past, in memory; nothing is stored or sent. Here are its options. */
import { type Command, Option } from 'commander';
import { pastCommand } from './past.js';
import type { ReplayOptions } from './replay-action.js';

export function replayCommand(): Command {
  return pastCommand('replay')
    .description('what these logs tell, and what would have been sent; nothing is stored or sent')
    .option('-c, --config <file>', 'configuration whose policy and routes to use (default: the defaults)')
    .option('--against <file>', 'print only what the configuration would send otherwise than this one')
    .addOption(
      new Option('-o, --output <format>', 'text, or one JSON object a line').choices(['text', 'jsonl']).default('text'),
    )
    .action(async (files: string[], options: ReplayOptions) => {
      const { replay } = await import('./replay-action.js');
      await replay(files, options);
    });
}
