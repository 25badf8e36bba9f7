/** One thing to tell one receiver about one incident. */
import type { Instant } from '../parsers/index.js';
import type { Incident } from './incident.js';

export type NotificationKind = 'firing' | 'resolved' | 'reminder';

export interface Notification {
  /** Names it for ever, over retries and restarts: `<incident>:<event>:<receiver>`, reminders add their number. */
  dedupKey: string;
  event: NotificationKind;
  receiver: string;
  /** The incident as it was when there was something to tell. Facts, not prose: text is rendered when it is sent. */
  incident: Incident;
  /** When there was something to tell, by the clock of the load balancer, as all instants of the incident. */
  createdAt: Instant;
  /** The same moment by our own clock; absent until the store is given it. */
  notedAt?: Instant;
}
