/**
 * Offers once more, to the receivers of today, the incidents that somebody was to be told of: the receiver that had the message may have
 * left the configuration meanwhile, or may have refused it.
 */
import type { Instant } from '../parsers/index.js';
import { hostTime } from './clocks.js';
import { fires } from './due.js';
import { type Notification, notificationsFor } from './notification.js';
import type { Plan } from './plan.js';
import { receiversFor } from './route.js';
import type { Situation } from './situation.js';

/**
 * A firing for every open incident that was told, to every receiver that the routes name for it now. The store knows which of them were
 * told, or have one waiting, and passes those over.
 */
export function offers(
  { incidents, clocks }: Situation,
  { routes }: Pick<Plan, 'routes'>,
  now: Instant,
): Notification[] {
  return [...incidents]
    .map(([, incident]) => incident)
    .filter((incident) => fires(incident) && incident.toldAt !== null)
    .sort((a, b) => a.openedAt - b.openedAt)
    .flatMap((incident) =>
      notificationsFor(
        incident,
        'firing',
        'firing',
        receiversFor(incident, routes, now),
        hostTime(clocks, incident.host, now),
      ),
    );
}
