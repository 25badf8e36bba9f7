/** Which receivers hear of which incident. */
import type { Instant } from '../parsers/index.js';
import type { Incident } from './incident.js';
import { type Matched, matches } from './match.js';
import type { Match, Route } from './policy.js';
import { SUBJECT_OF } from './rules.js';
import { opensAt, openUntil } from './times.js';

/**
 * The receivers of an incident: those of every route that it takes, each once, in the order of the config.
 * @param now our clock, for routes that are taken at some hours only
 */
export function receiversFor(incident: Matched, routes: readonly Route[], now: Instant): string[] {
  return [...new Set(routes.filter((route) => takesRoute(incident, route, now)).flatMap(({ receivers }) => receivers))];
}

/** Whether an incident takes this route now. */
export function takesRoute(incident: Matched, { match, during }: Route, now: Instant): boolean {
  return concerns(match, incident) && (during === null || openUntil(during, now) !== null);
}

/** Whether a route is for an incident. What befalls a whole HAProxy concerns every receiver that is told of any of its backends and servers. */
function concerns(match: Match, incident: Matched): boolean {
  const isWhole = SUBJECT_OF[incident.rule] === 'haproxy';
  return matches(isWhole ? { ...match, backend: null, server: null } : match, incident);
}

/** When the hours of a route that is for the incident, and has receivers that were not told, next begin after `now`, our clock; Infinity if there is none. */
export function nextOpening(incident: Incident, routes: readonly Route[], now: Instant): Instant {
  const begins = routes.flatMap(({ match, during, receivers }) => {
    const isFor = concerns(match, incident) && receivers.some((name) => !incident.receivers.includes(name));
    return during !== null && isFor ? [opensAt(during, now)] : [];
  });
  return Math.min(Number.POSITIVE_INFINITY, ...begins);
}

/** Receivers to tell because nobody has taken the incident on, and when, by the clock of its host. */
export interface Escalation {
  at: Instant;
  receivers: string[];
}

/** The escalations still to come for an incident that was told, the next one first. */
export function escalationsOf(incident: Incident, routes: readonly Route[]): Escalation[] {
  const { toldAt, ack, receivers: told } = incident;
  if (toldAt === null || ack !== null) return [];
  return routes
    .flatMap((route) => {
      const { escalation } = route;
      const receivers = escalation?.receivers.filter((name) => !told.includes(name)) ?? [];
      if (escalation === null || receivers.length === 0 || !takesRoute(incident, route, toldAt)) return [];
      return [{ at: toldAt + escalation.afterMs, receivers }];
    })
    .sort((a, b) => a.at - b.at);
}
