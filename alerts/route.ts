/** Which receivers hear of which incident. */
import picomatch from 'picomatch';
import type { Incident } from './incident.js';
import type { Route } from './policy.js';

/**
 * The receivers of an incident: those of every route that matches, each once, in the order of the config.
 * Globs match the whole name (`k8s-*`, `{api,web}`); an absent glob matches everything.
 */
export function receiversFor(incident: Pick<Incident, 'host' | 'subject'>, routes: readonly Route[]): string[] {
  const receivers = routes.filter((route) => takesRoute(incident, route)).flatMap((route) => route.receivers);
  return [...new Set(receivers)];
}

/** Whether an incident takes this route. */
export function takesRoute({ host, subject }: Pick<Incident, 'host' | 'subject'>, { match }: Route): boolean {
  return matches(match.backend, subject) && matches(match.host, host);
}

function matches(glob: string | null, name: string): boolean {
  return glob === null || picomatch.isMatch(name, glob, { dot: true });
}
