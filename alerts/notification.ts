/** One thing to tell one receiver about one incident. */
import type { Instant } from '../parsers/index.js';
import type { Board } from './board.js';
import { type BackendNow, backendNow } from './condition.js';
import { backendOf, type Incident } from './incident.js';

/** `acknowledged`: somebody has taken it on. */
export type NotificationKind = 'firing' | 'resolved' | 'reminder' | 'acknowledged';

export interface Notification {
  /** Names it for ever, over retries and restarts: `<incident>:<event>:<receiver>`, reminders add their number. */
  dedupKey: string;
  event: NotificationKind;
  receiver: string;
  /** The incident as it was when there was something to tell. Facts, not prose: text is rendered when it is sent. */
  incident: Incident;
  /** How the backend is that it is about, at the same moment; null where it is about none. */
  backend: BackendNow | null;
  /** When there was something to tell, by the clock of the load balancer, as all instants of the incident. */
  createdAt: Instant;
  /** The same moment by our own clock; absent until the store is given it. */
  notedAt?: Instant;
}

/** What differs by more is no delay but a clock that is wrong, or a log of yesterday. */
const AGREEMENT_MS = 60_000;

/**
 * When there was something to tell, by our own clock: the stamp of the line (or the moment at which a hold had passed), where the
 * load balancer's clock agrees with ours; else when we noted it down.
 */
export function dueSince({ createdAt, notedAt = createdAt }: Pick<Notification, 'createdAt' | 'notedAt'>): Instant {
  return notedAt >= createdAt && notedAt - createdAt <= AGREEMENT_MS ? createdAt : notedAt;
}

/**
 * One for each receiver.
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

/** With what is left of the backend after the whole step. */
export function withBackend(told: Notification, board: Board): Notification {
  const name = backendOf(told.incident);
  return name === null ? told : { ...told, backend: backendNow(board, told.incident.host, name) };
}
