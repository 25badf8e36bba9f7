/** What began and ended while nobody looked: which of it is worth a word. */
import type { Shelf } from '../parsers/index.js';
import { backendOf, type Incident } from './incident.js';
import { inOrder } from './ledger.js';

/** The oldest first. */
export function worthTelling(missed: Shelf<Incident>): Incident[] {
  const all = inOrder([...missed].map(([, one]) => one));
  const outages = all.filter(({ rule }) => rule === 'outage');
  return all.filter((incident) => incident.rule === 'outage' || !isBelow(incident, outages));
}

/** An outage of its backend says all that there is to say of it. */
function isBelow(incident: Incident, outages: readonly Incident[]): boolean {
  const backend = backendOf(incident);
  return outages.some(
    ({ host, subject, openedAt, resolvedAt }) =>
      host === incident.host &&
      subject === backend &&
      openedAt <= (incident.resolvedAt ?? openedAt) &&
      incident.openedAt <= (resolvedAt ?? incident.openedAt),
  );
}
