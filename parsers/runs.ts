/** Where a run of equal lines ends within one way, so that what it says next in the same words is new (copies.ts). */
import type { StateSentence } from './event.js';
import type { Heard, Subject, Voice } from './heard.js';
import { backendKey, type WorkerRef } from './keys.js';
import type { Origin } from './record.js';
import type { Shelf } from './shelf.js';

const COMES_BACK = new Set(['up', 'ready', 'undrain']);

/**
 * Ends the run of `has no server available` of a backend, within this origin, when one of its servers may have come back, or something new says that some are
 * left.
 */
export function separate(
  subjects: Heard['subjects'],
  worker: WorkerRef,
  origin: Origin,
  sentence: StateSentence,
  isNew: boolean,
): Shelf<Subject> {
  if (sentence.kind !== 'server') return subjects;
  const { change, counts, server } = sentence;
  const hasServers = COMES_BACK.has(change.to) || (isNew && counts !== null && counts.active + counts.backup > 0);
  return hasServers ? runEnded(subjects, backendKey(worker, server.backend), origin) : subjects;
}

/** The shelf with a subject's run ended within this origin. */
export function runEnded(subjects: Heard['subjects'], key: string, origin: Origin): Heard['subjects'] {
  const subject = subjects.get(key);
  const voice = subject?.voices[origin];
  if (!subject || !voice || voice.text === '') return subjects;
  return subjects.with(key, ended(subject, origin, voice));
}

/** The subject with its run ended within one origin: what that says next is new. */
export function ended(subject: Subject, origin: Origin, voice: Voice): Subject {
  return { ...subject, voices: { ...subject.voices, [origin]: { ...voice, text: '' } } };
}
