/** `--config` of the commands that ask for the configuration in force. Loads nothing. */
import type { Command } from 'commander';

export function withConfigOption(command: Command): Command {
  return command.option(
    '-c, --config <file>',
    'configuration (default: /etc/haplog/haplog.yaml or ~/.config/haplog/haplog.yaml, where there is one)',
  );
}
