/** Which receivers hear of which incident. */
import type { Instant } from '../parsers/index.js';
import type { FirstTold, Incident } from './incident.js';
import { type Matched, matches } from './match.js';
import type { Match, Route } from './policy.js';
import { SUBJECT_OF } from './rules.js';
import { opensAt, openUntil } from './times.js';

/** The instant of what does not come. */
export const NEVER = Number.POSITIVE_INFINITY;

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

/**
 * The receivers that are reminded of an incident: those of every route that it takes now, and whoever it was escalated to by one of these.
 * @param now our clock
 */
export function remindedOf(incident: Incident, routes: readonly Route[], now: Instant): string[] {
  const taken = routes.filter((route) => takesRoute(incident, route, now));
  const later = taken.filter((route) => (escalatesAt(incident, route) ?? NEVER) <= now);
  const escalatedTo = later.flatMap(({ escalation }) => escalation?.receivers ?? []);
  return [
    ...taken.flatMap(({ receivers }) => receivers),
    ...escalatedTo.filter((name) => incident.receivers.includes(name)),
  ];
}

/**
 * When the hours of a route that is for the incident next begin after `now`, our clock; Infinity if there is none.
 * @param isWanted whether a route with these receivers counts
 */
export function nextOpening(
  incident: Incident,
  routes: readonly Route[],
  now: Instant,
  isWanted: (receivers: readonly string[]) => boolean,
): Instant {
  const begins = routes.flatMap(({ match, during, receivers }) =>
    during !== null && concerns(match, incident) && isWanted(receivers) ? [opensAt(during, now)] : [],
  );
  return Math.min(NEVER, ...begins);
}

/** Receivers to tell because nobody has taken the incident on, and when, by our clock. */
export interface Escalation {
  at: Instant;
  receivers: string[];
}

/** The escalations still to come for an incident that was told, the next one first. */
export function escalationsOf(incident: Incident, routes: readonly Route[]): Escalation[] {
  if (incident.ack !== null) return [];
  return routes
    .flatMap((route) => {
      const receivers = route.escalation?.receivers.filter((name) => !incident.receivers.includes(name)) ?? [];
      const at = receivers.length === 0 ? null : escalatesAt(incident, route);
      return at === null ? [] : [{ at, receivers }];
    })
    .sort((a, b) => a.at - b.at);
}

/** When a route escalates an incident that nobody takes on, by our clock; null if it does not, or none of its receivers was told yet. */
function escalatesAt(incident: Incident, { match, during, receivers, escalation }: Route): Instant | null {
  if (escalation === null || !concerns(match, incident)) return null;
  // Another route may have led to them at another hour: people are waited for from when the hours of this one begin.
  const since = firstTold(incident)
    .filter(({ receiver }) => receivers.includes(receiver))
    .map(({ at }) => (during === null || openUntil(during, at) !== null ? at : opensAt(during, at)));
  return since.length === 0 ? null : Math.min(...since) + escalation.afterMs;
}

/** When each receiver was told first. Of older incidents only the first time is known. */
export function firstTold({ firstTold: known, receivers, toldAt }: Incident): readonly FirstTold[] {
  return known ?? (toldAt === null ? [] : receivers.map((receiver) => ({ receiver, at: toldAt })));
}
