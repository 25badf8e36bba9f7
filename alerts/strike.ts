/**
 * Adds the requests that failed to the outage they belong to. A request belongs to it if it stands in the log between the place where the
 * backend lost its last server and the place where it has one again. The clock does not count: a log is in the order of what happened,
 * whenever it is read.
 */
import type { HaproxyEvent } from '../parsers/index.js';
import { type Impact, isLogged, type TrafficSeen, trafficKey, UNKNOWN_IMPACT } from './impact.js';
import { type Incident, incidentKey } from './incident.js';
import type { Situation, Step } from './situation.js';

/** The incident to which failed requests of a backend belong right now; null if there is none. */
function outageOf({ incidents }: Situation, host: string, backend: string): Incident | null {
  const incident = incidents.get(incidentKey({ host, rule: 'outage', subject: backend }));
  return incident && incident.resolvedAt === null ? incident : null;
}

/**
 * Adds failed requests to the open outage of their backend. With 0, a request was seen that did not fail: so requests are known to be
 * logged.
 * @returns the situation, and the incident if it changed
 */
export function strike(
  situation: Situation,
  { host, backend, failed }: { host: string; backend: string; failed: number },
): { situation: Situation; changed: Incident | null } {
  const incident = outageOf(situation, host, backend);
  if (incident === null || (failed === 0 && incident.impact?.failed != null)) return { situation, changed: null };
  const { failed: before, queued } = incident.impact ?? UNKNOWN_IMPACT;
  const changed: Incident = { ...incident, impact: { failed: (before ?? 0) + failed, queued } };
  return { situation: { ...situation, incidents: situation.incidents.with(incidentKey(incident), changed) }, changed };
}

/** The step, with what is known of the impact of each open outage that began or changed in it, also in all that is told of it. */
export function withImpact(step: Step, event: HaproxyEvent, seen: TrafficSeen): Step {
  if (step.incidents.length === 0) return step;
  let { situation } = step;
  const better = new Map<string, Incident>();
  for (const incident of step.incidents) {
    const impact = impactAtBeginning(incident, event, seen);
    if (impact === null) continue;
    const changed = { ...incident, impact };
    better.set(incident.id, changed);
    const key = incidentKey(incident);
    if (situation.incidents.get(key)?.id !== incident.id) continue;
    situation = { ...situation, incidents: situation.incidents.with(key, changed) };
  }
  if (better.size === 0) return step;
  return {
    ...step,
    situation,
    incidents: step.incidents.map((incident) => better.get(incident.id) ?? incident),
    notifications: step.notifications.map((told) => {
      const incident = better.get(told.incident.id);
      return incident ? { ...told, incident: { ...told.incident, impact: incident.impact } } : told;
    }),
  };
}

/** Null if there is nothing to add to what is known. */
function impactAtBeginning(incident: Incident, event: HaproxyEvent, seen: TrafficSeen): Impact | null {
  if (incident.rule !== 'outage' || incident.resolvedAt !== null) return null;
  const { failed, queued } = incident.impact ?? UNKNOWN_IMPACT;
  const logged = isLogged(seen, trafficKey(incident.host, incident.subject), incident.openedAt);
  const known: Impact = {
    failed: failed ?? (logged ? 0 : null),
    queued: incident.id === event.id ? waiting(event) : queued,
  };
  return known.failed === failed && known.queued === queued ? null : known;
}

/** How many wait: in the backend's queue, moved there from the server that fell, and in the server's own. */
function waiting({ says }: HaproxyEvent): number | null {
  const sessions = says.kind === 'server' ? says.sessions : null;
  return sessions ? sessions.requeued + sessions.queued : null;
}
