/** Which receivers hear of which incident. */
import picomatch from 'picomatch';
import type { Incident } from './incident.js';
import type { Route } from './policy.js';

/**
 * The receivers of an incident: those of every route that matches, each once, in the order of the config.
 * Globs match the whole name (`k8s-*`, `{api,web}`); an absent glob matches everything.
 */
export function receiversFor(incident: Pick<Incident, 'host' | 'subject'>, routes: readonly Route[]): string[] {
  const receivers = routes
    .filter(({ match }) => matches(match.backend, incident.subject) && matches(match.host, incident.host))
    .flatMap((route) => route.receivers);
  return [...new Set(receivers)];
}

function matches(glob: string | null, name: string): boolean {
  return glob === null || picomatch.isMatch(name, glob, { dot: true });
}
