/** `haplog help`: what a command does, and its options. */
import { Command } from 'commander';

/** The command `help` for `group` and its commands. */
export function helpCommand(group: Command): Command {
  return new Command('help')
    .description('what a command does, and its options')
    .argument('[command...]', 'its name')
    .action(async (names: string[]) => {
      let command = group;
      for (const name of names) command = await commandIn(command, name);
      command.help();
    });
}

async function commandIn(group: Command, name: string): Promise<Command> {
  const found = group.commands.find((command) => command.name() === name);
  if (found) return found;
  const known = group.commands.map((command) => command.name());
  if (known.length === 0) return group.error(`error: '${group.name()}' has no commands of its own`);
  const { nearest } = await import('../config/mistake.js');
  const hint = nearest(name, known);
  return group.error(`error: unknown command '${name}'${hint === null ? '' : `; ${hint}`}`);
}
