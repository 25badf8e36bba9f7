/** What `haplog route` does. */
import { type Route, receiversFor, takesRoute } from '../../alerts/index.js';
import { printableJson } from '../printable.js';
import { configInForce } from './config-in-force.js';
import { say } from './say.js';

export interface RouteOptions {
  backend: string;
  host: string;
  config?: string;
  output: 'text' | 'json';
}

/** Prints each route with whether it is taken, and who is told at last. A mistake in the configuration is a `UserError`. */
export async function route({ backend, host, config: path, output }: RouteOptions): Promise<void> {
  const config = await configInForce(path);
  const about = { host, subject: backend };
  const routes = config.routes.map((each) => ({ ...each, taken: takesRoute(about, each) }));
  const told = receiversFor(about, config.routes);
  if (output === 'json') return say(printableJson({ backend, host, routes, told }));
  for (const [i, each] of routes.entries()) {
    say(`${each.taken ? 'taken  ' : 'passed '}  routes[${i}] ${matchInWords(each)} -> ${each.receivers.join(', ')}`);
  }
  say(told.length === 0 ? 'Nobody is told.' : `Told: ${told.join(', ')}`);
}

function matchInWords({ match: { backend, host } }: Route): string {
  const parts = [...(backend === null ? [] : [`backend ${backend}`]), ...(host === null ? [] : [`host ${host}`])];
  return parts.length === 0 ? 'everything' : parts.join(', ');
}
