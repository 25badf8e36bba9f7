/** When time alone changes an incident. All instants are by the clock of its host. */
import type { Instant } from '../parsers/index.js';
import { settlesAfterMs, staysAt } from './flapping.js';
import type { Incident } from './incident.js';
import { isToOffer } from './offer.js';
import type { Plan } from './plan.js';
import { holdMs, reminderMs } from './policy.js';
import { NEVER } from './route.js';

/** Whether it fires, even if it is planned and nobody is told. What flaps is well for a moment again and again, and fires on. */
export function lasts({ phase, resolvedAt, rule }: Incident): boolean {
  return phase === 'firing' && (resolvedAt === null || rule === 'flapping');
}

/** Whether it fires, and people are to know of it. */
export function fires(incident: Incident): boolean {
  return !incident.planned && lasts(incident);
}

/** Whether it fires, nobody was told or has taken it on, and nothing stands against telling: it began before haplog looked. */
export function isUntold(incident: Incident): boolean {
  return fires(incident) && incident.toldAt === null && incident.ack === null && incident.quietUntil === null;
}

/** When it may next be told: again, to somebody else, or when nothing stands against it any more. Infinity for never. */
export function tellsAgainAt(incident: Incident, plan: Pick<Plan, 'policy'>): Instant {
  if (!fires(incident)) return NEVER;
  const { toldAt, quietUntil, ack } = incident;
  if (toldAt === null) return ack === null ? (quietUntil ?? NEVER) : NEVER;
  if (isToOffer(incident)) return quietUntil ?? toldAt;
  const others = ack === null ? (incident.othersAt ?? NEVER) : NEVER;
  const next = Math.min(repeatsAt(incident, plan), others);
  return next === NEVER ? NEVER : Math.max(next, quietUntil ?? next);
}

/** When receivers that were told hear of it again: a reminder, or that it has come back to stay. Not before somebody's hour it is. */
export function repeatsAt(incident: Incident, plan: Pick<Plan, 'policy'>): Instant {
  const at = Math.min(remindsAt(incident, plan), staysAt(incident));
  return Math.max(at, incident.remindsFrom ?? at);
}

/** One interval after the last word of it, however late that came. */
function remindsAt({ rule, toldAt, remindedAt, reminders, ack }: Incident, { policy }: Pick<Plan, 'policy'>): Instant {
  const every = reminderMs(policy, rule);
  if (toldAt === null || every === null || ack !== null) return NEVER;
  return reminders >= (policy.mostReminders ?? NEVER) ? NEVER : (remindedAt ?? toldAt) + every;
}

/** When it fires, or is over, because a hold or a keep-firing has passed. Infinity for never. */
export function turnsAt(incident: Incident, { policy }: Pick<Plan, 'policy'>): Instant {
  const { resolvedAt, phase, openedAt } = incident;
  if (resolvedAt !== null) return resolvedAt + settlesAfterMs(incident, policy);
  return phase === 'pending' ? openedAt + holdMs(policy, incident) : NEVER;
}

/** When time alone changes it: it turns, or something is to be told. Infinity for never. */
export function changesAt(incident: Incident, plan: Pick<Plan, 'policy'>): Instant {
  return Math.min(turnsAt(incident, plan), tellsAgainAt(incident, plan));
}
