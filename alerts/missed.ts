/** Which of the incidents that began and ended while haplog did not look are worth telling. */
import type { Shelf } from '../parsers/index.js';
import { backendOf, type Incident } from './incident.js';
import { inOrder } from './ledger.js';
import type { Plan } from './plan.js';
import { quietUntil } from './quiet.js';

/** Nobody is told of more; the history has them. */
const MOST_MISSED = 1_000;

/**
 * Adds an incident that is over, if its rule is on, it fired after haplog had come to its log, nobody was told or had taken it on, and nothing kept it quiet, as
 * far as clocks agree.
 * @param open the incidents that are not over
 */
export function withMissed(
  missed: Shelf<Incident>,
  over: Incident,
  plan: Plan,
  open: Shelf<Incident>,
): Shelf<Incident> {
  const { toldAt, firedAt, planned, quietUntil: quiet, ack } = over;
  const isKnown = toldAt !== null || firedAt === null || planned || quiet !== null || ack !== null;
  if (isKnown || over.past || !plan.policy.rules[over.rule].on || missed.size >= MOST_MISSED) return missed;
  return quietUntil(over, plan, open, over.openedAt) === null ? missed.with(over.id, over) : missed;
}

/** The incidents that are worth telling, the oldest first. */
export function worthTelling(missed: Shelf<Incident>): Incident[] {
  const all = inOrder([...missed].map(([, one]) => one));
  const outages = all.filter(({ rule }) => rule === 'outage');
  return all.filter((incident) => incident.rule === 'outage' || !isBelow(incident, outages));
}

/** Whether an outage of its backend at that time says all that there is to say of it. */
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
