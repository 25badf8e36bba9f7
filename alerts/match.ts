/** Which incidents a route, a silence or a time of maintenance means. */
import picomatch from 'picomatch';
import { backendOf, type Incident, serverOf } from './incident.js';
import type { Match } from './policy.js';

/** The parts of an incident that are looked at. */
export type Matched = Pick<Incident, 'host' | 'rule' | 'subject' | 'severity'>;

/**
 * Whether an incident is meant. Globs match the whole name (`k8s-*`, `{api,web}`). An incident about a whole HAProxy has no backend, and
 * matches no glob for one.
 */
export function matches({ backend, server, host, rules, severities }: Match, about: Matched): boolean {
  if (rules !== null && !rules.includes(about.rule)) return false;
  if (severities !== null && !severities.includes(about.severity)) return false;
  return named(host, about.host) && named(backend, backendOf(about)) && named(server, serverOf(about));
}

function named(glob: string | null, name: string | null): boolean {
  return glob === null || (name !== null && matcherOf(glob)(name));
}

/** The globs of the configuration and of silences: a few, asked for every open incident. */
const matchers = new Map<string, (name: string) => boolean>();

function matcherOf(glob: string): (name: string) => boolean {
  const known = matchers.get(glob) ?? picomatch(glob, { dot: true });
  matchers.set(glob, known);
  return known;
}
