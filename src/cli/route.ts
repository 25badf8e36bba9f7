/** `haplog route`: whom an outage would be told to, and why. This file only takes the options apart. */
import { Command } from 'commander';
import { textOrJson, withConfigOption } from './options.js';
import type { RouteOptions } from './route-action.js';

const HELP = `
Example:
  haplog route --backend k8s-api-server --host lb1`;

export function routeCommand(): Command {
  return withConfigOption(new Command('route'))
    .description('whom an outage of a backend would be told to, and by which routes')
    .requiredOption('--backend <name>', 'the backend without a server')
    .requiredOption('--host <name>', 'the load balancer, as its log names it')
    .addOption(textOrJson())
    .addHelpText('after', HELP)
    .action(async (options: RouteOptions) => {
      const { route } = await import('./route-action.js');
      await route(options);
    });
}
