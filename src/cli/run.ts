/** `haplog run`: the daemon, in the foreground, as a service manager wants it. Here are its options. */
import { Command, Option } from 'commander';
import { aPath, withConfigOption } from './options.js';
import type { RunOptions } from './run-action.js';

const HELP = `
SIGHUP has the configuration read again: logs, receivers, routes, policy, rules, maintenance, and the secrets that it
points to. One with a mistake is told and changes nothing, nor does a file that is gone or empty just then. The database
stays until haplog is started again. When haplog was started from a terminal, SIGHUP says that the terminal was closed,
and ends it.

Examples:
  haplog run
  haplog run --log fixtures/allyrion/haproxy.log --db /tmp/haplog.db`;

export function runCommand(): Command {
  return withConfigOption(new Command('run'))
    .description('follow the log, keep the history, tell the receivers; until Ctrl-C or SIGTERM')
    .option('--log <file...>', 'logs to follow, instead of those in the configuration (default: /var/log/haproxy.log)')
    .addOption(
      new Option(
        '--from <where>',
        'where to begin in a log that was never read; later runs go on where the last one ended',
      )
        .choices(['start', 'end'])
        .default('start'),
    )
    .option(
      '--db <file>',
      'database (default: the one of the configuration, else in $STATE_DIRECTORY, /var/lib/haplog or ~/.local/state/haplog)',
      aPath,
    )
    .option('--log-level <level>', "haplog's own log: trace, debug, info, warn, error, fatal or silent", 'info')
    .addHelpText('after', HELP)
    .action(async (options: RunOptions) => {
      const { run } = await import('./run-action.js');
      await run(options);
    });
}
