/** When time alone makes something of an incident. All instants by the clock of its host. */
import type { Instant } from '../parsers/index.js';
import { settlesAfterMs, staysAt } from './flapping.js';
import type { Incident } from './incident.js';
import type { Plan } from './plan.js';
import { holdMs, reminderMs } from './policy.js';
import { escalationsOf, handsOverAt } from './route.js';

const NEVER = Number.POSITIVE_INFINITY;

/** It fires, also where it is planned and nobody is told. What flaps is over and over for a moment, and fires on. */
export function lasts({ phase, resolvedAt, rule }: Incident): boolean {
  return phase === 'firing' && (resolvedAt === null || rule === 'flapping');
}

/** It fires, and people are to know of it. */
export function fires(incident: Incident): boolean {
  return !incident.planned && lasts(incident);
}

/** It fires, nobody was told, and nothing stands against it: it began before haplog looked. */
export function isUntold(incident: Incident): boolean {
  return fires(incident) && incident.toldAt === null && incident.quietUntil === null;
}

/** When it may next be told: again, to somebody else, or when nothing stands against it any more. Infinity for never. */
export function tellsAgainAt(incident: Incident, plan: Pick<Plan, 'policy' | 'routes'>): Instant {
  if (!fires(incident)) return NEVER;
  const { toldAt, quietUntil } = incident;
  if (toldAt === null) return quietUntil ?? NEVER;
  const escalates = escalationsOf(incident, plan.routes)[0]?.at ?? NEVER;
  const next = Math.min(repeatsAt(incident, plan), escalates, handsOverAt(incident, plan.routes));
  return next === NEVER ? NEVER : Math.max(next, quietUntil ?? next);
}

/** When those who were told hear of it again: a reminder, or that it has come back to stay. */
export function repeatsAt(incident: Incident, plan: Pick<Plan, 'policy'>): Instant {
  return Math.min(remindsAt(incident, plan), staysAt(incident));
}

/** So long after the last word of it, however late that came. */
function remindsAt({ rule, toldAt, remindedAt, reminders, ack }: Incident, { policy }: Pick<Plan, 'policy'>): Instant {
  const every = reminderMs(policy, rule);
  if (toldAt === null || every === null || ack !== null) return NEVER;
  return reminders >= (policy.mostReminders ?? NEVER) ? NEVER : (remindedAt ?? toldAt) + every;
}

/** When it fires, or is over: a hold or a keep-firing that passes. Infinity for never. */
export function turnsAt(incident: Incident, { policy }: Pick<Plan, 'policy'>): Instant {
  const { resolvedAt, phase, openedAt, rule } = incident;
  if (resolvedAt !== null) return resolvedAt + settlesAfterMs(incident, policy);
  return phase === 'pending' ? openedAt + holdMs(policy, rule) : NEVER;
}

/** When time alone makes something of it: it turns, or something is to be told. Infinity for never. */
export function changesAt(incident: Incident, plan: Pick<Plan, 'policy' | 'routes'>): Instant {
  return Math.min(turnsAt(incident, plan), tellsAgainAt(incident, plan));
}
