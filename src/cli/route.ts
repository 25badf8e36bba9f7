/** `haplog route`: whom an outage would be told to, and why. This file only takes the options apart. */
import { Command } from 'commander';
import { textOrJson, withConfigOption, withZoneOptions } from './options.js';
import type { RouteOptions } from './route-action.js';

const HELP = `
Routes, their hours and maintenance are those of the configuration; silences are not looked at, haplog silence list
shows them.

Examples:
  haplog route --backend k8s-api-server --host lb1
  haplog route --rule server_down --backend api --server web1 --host lb1 --at 03:00`;

export function routeCommand(): Command {
  return withConfigOption(withZoneOptions(new Command('route')))
    .description('whom an incident would be told to, when, and by which routes')
    .option('--backend <name>', 'the backend that it is about')
    .option('--server <name>', 'the server that it is about')
    .requiredOption('--host <name>', 'the load balancer, as its log names it')
    .option('--rule <name>', 'the rule, as `rules` in the configuration names it', 'outage')
    .option('--severity <word>', 'how bad it is: critical, warning or info (default: as the rule says)')
    .option('--at <time>', 'when it is to be told (default: now)')
    .addOption(textOrJson())
    .addHelpText('after', HELP)
    .action(async (options: RouteOptions) => {
      const { route } = await import('./route-action.js');
      await route(options);
    });
}
