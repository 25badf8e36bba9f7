/**
 * What belongs to something that a receiver was told just now does not go at once: for a moment there may be more of it, and
 * then all of it is one letter. So who is told that a server's death took a backend with it is told of the nine others once, and not
 * nine times. The first of them waits for nothing. Pure.
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
  /** As of a `Waiting`. */
  passedOn: string | null;
  at: Instant;
}

/** So many of what a receiver was told last are looked at: a storm's first digest alone may be about thousands. */
export const COMPANY_MAX = 50;

/** What was accepted since then may have company. */
export const companySince = (now: Instant): Instant => now - BREATH_MS;

/**
 * Until when a letter waits by our clock; null where it goes. Takes what the receiver was told, and is asked of receivers whose
 * messages may be about several incidents.
 */
export function waitsUntil(letter: Letter<Waiting>, told: readonly Told[], now: Instant): Instant | null {
  const { name, kind, threads } = letter;
  // What is over already is no alarm, and is put together anyway; what may have been accepted goes as it was.
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
  // However much company comes after it, it waits no longer than a breath itself.
  const since = Math.min(...threads.map(({ rows }) => dueSince(rows[0]!.notification)));
  const until = Math.min(Math.max(...company), since) + BREATH_MS;
  return until > now ? until : null;
}
