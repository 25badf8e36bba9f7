/** Which receivers hear of which incident. */
import type { Instant } from '../parsers/index.js';
import type { Incident } from './incident.js';
import { type Matched, matches } from './match.js';
import type { Route } from './policy.js';
import { openUntil } from './times.js';

/**
 * The receivers of an incident: those of every route that it takes, each once, in the order of the config.
 * @param now our clock, for routes that are taken at some hours only
 */
export function receiversFor(incident: Matched, routes: readonly Route[], now: Instant): string[] {
  return [...new Set(routes.filter((route) => takesRoute(incident, route, now)).flatMap(({ receivers }) => receivers))];
}

/** Whether an incident takes this route now. */
export function takesRoute(incident: Matched, { match, during }: Route, now: Instant): boolean {
  return matches(match, incident) && (during === null || openUntil(during, now) !== null);
}

/** Who is to be told since nobody has taken the incident on: when, by the clock of its host, and who. */
export interface Escalation {
  at: Instant;
  receivers: string[];
}

/** The escalations that are still to come of an incident that was told, the next one first. */
export function escalationsOf(incident: Incident, routes: readonly Route[]): Escalation[] {
  const { toldAt, ack, receivers: told } = incident;
  if (toldAt === null || ack !== null) return [];
  return routes
    .flatMap(({ match, escalation }) => {
      if (escalation === null || !matches(match, incident)) return [];
      const receivers = escalation.receivers.filter((name) => !told.includes(name));
      return receivers.length === 0 ? [] : [{ at: toldAt + escalation.afterMs, receivers }];
    })
    .sort((a, b) => a.at - b.at);
}
