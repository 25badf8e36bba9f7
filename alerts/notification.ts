/** One thing to tell one receiver about one incident. */
import type { Instant } from '../parsers/index.js';
import type { Board } from './board.js';
import { type BackendNow, backendNow } from './condition.js';
import { backendOf, type Incident } from './incident.js';

/** `acknowledged`: somebody has taken it on. */
export type NotificationKind = 'firing' | 'resolved' | 'reminder' | 'acknowledged';

export interface Notification {
  /** Names it for good, over retries and restarts: `<incident>:<event>:<receiver>`; reminders add their number. */
  dedupKey: string;
  event: NotificationKind;
  receiver: string;
  /** The incident as it was when there was something to tell. Facts, not prose: text is rendered when it is sent. */
  incident: Incident;
  /** How the backend that it is about is at that moment; null if it is about none. */
  backend: BackendNow | null;
  /** When there was something to tell, by the clock of the load balancer, like all instants of the incident. */
  createdAt: Instant;
  /** The receiver has left the configuration: it is not told, but whoever was told in its place is. */
  gone?: true;
  /** The same moment by our own clock; absent until the store is given it. */
  notedAt?: Instant;
}

/** If the clocks differ by more, that is no delay: a clock is wrong, or the log is yesterday's. */
const AGREEMENT_MS = 60_000;

/**
 * When there was something to tell, by our own clock. That is the stamp of the line (or the moment at which a hold had passed) if the load
 * balancer's clock agrees with ours, otherwise the moment when we noted it down.
 */
export function dueSince({ createdAt, notedAt = createdAt }: Pick<Notification, 'createdAt' | 'notedAt'>): Instant {
  return notedAt >= createdAt && notedAt - createdAt <= AGREEMENT_MS ? createdAt : notedAt;
}

/**
 * One notification for each receiver.
 * @param name the event in the dedup key; a reminder's with its number
 */
export function notificationsFor(
  incident: Incident,
  event: NotificationKind,
  name: string,
  receivers: readonly string[],
  createdAt: Instant,
): Notification[] {
  return receivers.map((receiver) => {
    return { dedupKey: `${incident.id}:${name}:${receiver}`, event, receiver, incident, backend: null, createdAt };
  });
}

/** The notification, with what is left of its backend after the whole step. */
export function withBackend(told: Notification, board: Board): Notification {
  const name = backendOf(told.incident);
  return name === null ? told : { ...told, backend: backendNow(board, told.incident.host, name) };
}
