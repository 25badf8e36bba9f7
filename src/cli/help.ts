/** `haplog help`: what a command does, and its options. */
import { Command } from 'commander';
import { nearest } from '../config/mistake.js';

/** The help of `group` and its commands, for each group to have. */
export function helpCommand(group: Command): Command {
  return new Command('help')
    .description('what a command does, and its options')
    .argument('[command...]', 'its name')
    .action((names: string[]) => {
      names.reduce(commandIn, group).help();
    });
}

function commandIn(group: Command, name: string): Command {
  const found = group.commands.find((command) => command.name() === name);
  if (found) return found;
  const known = group.commands.map((command) => command.name());
  if (known.length === 0) return group.error(`error: '${group.name()}' has no commands of its own`);
  const hint = nearest(name, known);
  return group.error(`error: unknown command '${name}'${hint === null ? '' : `; ${hint}`}`);
}
