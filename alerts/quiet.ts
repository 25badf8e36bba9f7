/** What stands against telling of an incident: a silence, maintenance, or a worse incident that says it all. */
import type { Instant, Shelf } from '../parsers/index.js';
import { backendOf, type Incident, incidentKey } from './incident.js';
import { matches } from './match.js';
import type { Plan } from './plan.js';
import { openUntil } from './times.js';

/** How often to look again while a worse incident lasts: its end cannot be foreseen. */
export const LOOK_AGAIN_MS = 30_000;

/**
 * Until when nothing is told of an incident, as far as can be known now; null if nothing stands against it.
 * @param incidents those that are not over
 * @param now our clock, which also tells the returned instant
 */
export function quietUntil(
  incident: Incident,
  { silences, maintenance }: Pick<Plan, 'silences' | 'maintenance'>,
  incidents: Shelf<Incident>,
  now: Instant,
): Instant | null {
  let latest: Instant | null = worseThan(incident, incidents) !== null ? now + LOOK_AGAIN_MS : null;
  const note = (until: Instant | null) => {
    if (until !== null && until > (latest ?? now)) latest = until;
  };
  for (const silence of silences) {
    if (silence.from <= now && now < silence.until && matches(silence.match, incident)) note(silence.until);
  }
  for (const { match, during } of maintenance) if (matches(match, incident)) note(openUntil(during, now));
  return latest;
}

/** The worse incident that says it all: an outage, of everything about its backend and servers; a flapping server, that it is down now. Null if there is none. */
export function worseThan(incident: Incident, incidents: Shelf<Incident>): Incident | null {
  const { host, rule, subject } = incident;
  if (rule === 'outage') return null;
  const backend = backendOf(incident);
  if (backend === null) return null;
  const outage = incidents.get(incidentKey({ host, rule: 'outage', subject: backend }));
  if (outage !== undefined && outage.resolvedAt === null && !outage.planned) return outage;
  return (rule === 'server_down' && incidents.get(incidentKey({ host, rule: 'flapping', subject }))) || null;
}
