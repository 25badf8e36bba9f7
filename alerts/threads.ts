/**
 * A thread: the rows about one incident that wait for one receiver, and what is told of them. That is the newest, together with the
 * beginning if that was not told either. So a receiver that could not be reached for an hour gets one message about what began and ended
 * meanwhile.
 */
import type { Addressee } from './addressee.js';
import type { Notification } from './notification.js';

/** A row of the outbox, as far as letters go. */
export interface Waiting {
  seq: number;
  notification: Notification;
  attempts: number;
  /** The letter that it was on its way with when haplog ended; null if no attempt is open. */
  letter: string | null;
  /** Why it was not accepted before; null before the first attempt. */
  answer: string | null;
  /** Why it comes to this receiver, if it was meant for another. */
  passedOn: string | null;
  /** The one address of the receiver that it is for; null: it is for all of them. */
  addressee: Addressee | null;
}

/** The rows that wait about one incident, and what is told of them. */
export interface Thread<Row extends Waiting = Waiting> {
  /** The oldest first. */
  rows: Row[];
  /** The row that holds the newest facts. */
  newest: Row;
  told: Notification;
  /** The incident is over, and its beginning is told with its end. */
  whole: boolean;
}

/** An end tells the whole story. A beginning is told with the newest facts. Of what follows a beginning, only the newest is told. */
export function threadOf<Row extends Waiting>(rows: Row[]): Thread<Row> {
  const newest = rows.at(-1)!;
  const opening = rows.find(({ notification }) => notification.event === 'firing');
  const whole = newest.notification.event === 'resolved' && opening !== undefined;
  if (whole || opening === undefined) return { rows, newest, told: newest.notification, whole };
  const { incident, backend } = newest.notification;
  const told = { ...opening.notification, incident, backend };
  return { rows, newest, told, whole };
}
