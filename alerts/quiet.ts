/** What stands against telling of an incident: a silence, maintenance, or a worse one that says it all. */
import type { Instant, Shelf } from '../parsers/index.js';
import { backendOf, type Incident, incidentKey } from './incident.js';
import { matches } from './match.js';
import type { Plan } from './plan.js';
import { openUntil } from './times.js';

/** While a worse one lasts, its end cannot be foreseen: so often it is asked for. */
const LOOK_AGAIN_MS = 30_000;

/**
 * Until when nothing is told of an incident, as far as can be known now; null where nothing stands against it.
 * @param incidents those that are not over
 * @param now our clock, as is what is returned
 */
export function quietUntil(
  incident: Incident,
  { silences, maintenance }: Pick<Plan, 'silences' | 'maintenance'>,
  incidents: Shelf<Incident>,
  now: Instant,
): Instant | null {
  let latest: Instant | null = isInhibited(incident, incidents) ? now + LOOK_AGAIN_MS : null;
  const note = (until: Instant | null) => {
    if (until !== null && until > (latest ?? now)) latest = until;
  };
  for (const silence of silences) {
    if (silence.from <= now && now < silence.until && matches(silence.match, incident)) note(silence.until);
  }
  for (const { match, during } of maintenance) if (matches(match, incident)) note(openUntil(during, now));
  return latest;
}

/** A backend without a server says all that there is to say of its servers; a server that flaps, that it is down now. */
function isInhibited(incident: Incident, incidents: Shelf<Incident>): boolean {
  const { host, rule, subject } = incident;
  if (rule === 'outage') return false;
  const backend = backendOf(incident);
  if (backend === null) return false;
  const open = (key: string) => {
    const other = incidents.get(key);
    return other !== undefined && other.resolvedAt === null && !other.planned;
  };
  if (open(incidentKey({ host, rule: 'outage', subject: backend }))) return true;
  return rule === 'server_down' && incidents.has(incidentKey({ host, rule: 'flapping', subject }));
}
