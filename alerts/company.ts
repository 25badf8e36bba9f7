/**
 * Holds back letters that belong to something the receiver was told just now: for a moment there may be more of it, and then all of it is
 * one letter. So a receiver that was told that a server's death took a backend with it is told of the nine others once, and not nine times.
 * The first letter waits for nothing. Pure.
 */
import type { Instant } from '../parsers/index.js';
import type { Incident } from './incident.js';
import type { Letter } from './letters.js';
import { dueSince, type NotificationKind } from './notification.js';
import { BREATH_MS, groupedByRoot, occasionOf } from './roots.js';
import type { Waiting } from './threads.js';

/** What a receiver accepted, and when by our clock. */
export interface Told {
  event: NotificationKind;
  incident: Incident;
  /** As in `Waiting`. */
  passedOn: string | null;
  at: Instant;
}

/** How many of the notifications that a receiver was told last are looked at: a storm's first digest alone may be about thousands. */
export const COMPANY_MAX = 50;

/** What was accepted after this instant may have company. */
export const companySince = (now: Instant): Instant => now - BREATH_MS;

/**
 * Until when a letter waits, by our clock; null if it goes now. Takes what the receiver was told. Asked only for receivers whose messages
 * may be about several incidents.
 */
export function waitsUntil(letter: Letter<Waiting>, told: readonly Told[], now: Instant): Instant | null {
  const { name, kind, threads } = letter;
  // A letter with a name may have been accepted, and goes as it was. What is over already is no alarm, and is put together anyway.
  if (name !== null || kind === 'digest' || threads.some(({ whole }) => whole)) return null;
  const lately = told.filter(({ at }) => at > companySince(now));
  if (lately.length === 0) return null;
  const own = threads.map(({ told: { event, incident }, rows }) => {
    return { event, incident, passedOn: rows[0]!.passedOn, at: null };
  });
  const groups = groupedByRoot<Omit<Told, 'at'> & { at: Instant | null }>([...lately, ...own], {
    incidentOf: ({ incident }) => incident,
    kindOf: ({ event, incident, passedOn }) => occasionOf(event, incident, passedOn),
  });
  const ofOneRoot = groups.filter(({ root, items }) => root !== null && items.some(({ at }) => at === null));
  const company = ofOneRoot.flatMap(({ items }) => items.flatMap(({ at }) => at ?? []));
  if (company.length === 0) return null;
  // However much company comes after it, a letter waits no longer than a breath.
  const since = Math.min(...threads.map(({ rows }) => dueSince(rows[0]!.notification)));
  const until = Math.min(Math.max(...company), since) + BREATH_MS;
  return until > now ? until : null;
}
