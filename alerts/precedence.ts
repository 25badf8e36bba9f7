/**
 * In which order a receiver hears of one subject: what is older goes first. Two outages of one backend have one name where people read of
 * them, and the same labels in Alertmanager: the end of the first must not be the last word while the second lasts. Pure.
 */
import { groupBy } from './group-by.js';
import { incidentKey } from './incident.js';
import type { Waiting } from './threads.js';

/** How often what is newer waits while the receiver fails to take what is older; then, after some twenty seconds, it goes all the same. */
const PATIENCE = 2;

/** The rows of one incident, the oldest first. */
export type Rows<Row extends Waiting = Waiting> = Row[];

export interface Precedence<Row extends Waiting = Waiting> {
  /** The rows of each incident that may go. */
  now: Rows<Row>[];
  /** What waits for them, the oldest first. */
  behind: Rows<Row>[];
}

/** What all trouble with one subject has in common: of it no more than one incident is open at a time. */
export const topicOf = ({ notification: { incident } }: Waiting): string => incidentKey(incident);

/**
 * What goes first, by topic. Takes rows by incident, the oldest first.
 * @param goTogether whether both may go at once: then they become one letter
 */
export function precedenceOf<Row extends Waiting>(
  incidents: readonly Rows<Row>[],
  goTogether: (older: Rows<Row>, newer: Rows<Row>) => boolean,
): Map<string, Precedence<Row>> {
  const byTopic = new Map<string, Precedence<Row>>();
  for (const [topic, all] of groupBy(incidents, (rows) => topicOf(rows[0]!))) {
    // What may have been accepted goes as it was.
    const sent = all.filter(isSealed);
    const apart = all.findIndex((rows, i) => i > 0 && !goTogether(all[i - 1]!, rows));
    const now = sent.length > 0 ? sent : apart < 0 ? all : all.slice(0, apart);
    byTopic.set(topic, { now, behind: all.filter((rows) => !now.includes(rows)) });
  }
  return byTopic;
}

export const isSealed = (rows: Rows): boolean => rows.some(({ letter }) => letter !== null);

/**
 * Takes what waited for a letter that was not accepted. `ahead` goes all the same: it has waited often enough, and one letter that a
 * receiver fails to take must not cost it an alarm. `waits` has had an attempt, too: nothing would have been accepted.
 */
export function afterFailure<Row extends Waiting>(behind: readonly Rows<Row>[]) {
  const ahead: Rows<Row>[] = [];
  const waits: Rows<Row>[] = [];
  for (const all of groupBy(behind, (rows) => topicOf(rows[0]!)).values())
    (all[0]![0]!.attempts < PATIENCE ? waits : ahead).push(...all);
  return { ahead, waits };
}
