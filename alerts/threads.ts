/**
 * What waits of one incident for one receiver, and what is told of it: the newest, and the beginning with it if that was not
 * told either. So who could not be reached for an hour gets one message about what began and ended meanwhile.
 */
import type { Addressee } from './addressee.js';
import type { Notification } from './notification.js';

/** A row of the outbox, as far as letters go. */
export interface Waiting {
  seq: number;
  notification: Notification;
  attempts: number;
  /** The letter it was on its way with when haplog was ended; null where no attempt is open. */
  letter: string | null;
  /** Why it was not accepted before; null before the first attempt. */
  answer: string | null;
  /** Why it comes to this receiver, where it was meant for another. */
  passedOn: string | null;
  /** The one address of the receiver that it is for; null: it is for all of them. */
  addressee: Addressee | null;
}

/** What waits of one incident, and what is told of it. */
export interface Thread<Row extends Waiting = Waiting> {
  /** The oldest first. */
  rows: Row[];
  /** The row that holds the newest facts. */
  newest: Row;
  told: Notification;
  /** The incident is over, and its beginning is told with its end. */
  whole: boolean;
}

/** The end tells the whole story; a beginning is told as it stands now; of what follows it, the newest. */
export function threadOf<Row extends Waiting>(rows: Row[]): Thread<Row> {
  const newest = rows.at(-1)!;
  const opening = rows.find(({ notification }) => notification.event === 'firing');
  const whole = newest.notification.event === 'resolved' && opening !== undefined;
  if (whole || opening === undefined) return { rows, newest, told: newest.notification, whole };
  const { incident, backend } = newest.notification;
  const told = { ...opening.notification, incident, backend };
  return { rows, newest, told, whole };
}
