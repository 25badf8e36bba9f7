/** What happened, told once, whatever the number of copies in the log. */
import type { Sentence, Stamp } from './record.js';

/** `<fingerprint>:<offset>` of the first copy's line: the same for ever, in every reading of the same log. */
export type EventId = string & { readonly brand: unique symbol };

/** The sentences that become events. A list, so that a new sentence is none until somebody decides what it means. */
const STATES = {
  server: true,
  'backend.exhausted': true,
  'proxy.stopped': true,
  'worker.started': true,
  'worker.ended': true,
} as const;

export type StateSentence = Extract<Sentence, { kind: keyof typeof STATES }>;

/** Does it tell of a change of state? */
export function tellsOfState(sentence: Sentence): sentence is StateSentence {
  return Object.hasOwn(STATES, sentence.kind);
}

/** Sentences that are none: unknown, cut off, or begun like a known one. */
const MISSES = { other: true, truncated: true, 'near.miss': true } as const;

/** Is it a sentence that HAProxy is known to say, whole? */
export function isUnderstood({ kind }: Sentence): boolean {
  return !Object.hasOwn(MISSES, kind);
}

/** The backend whose servers a sentence speaks of; null where it speaks of something else. */
export function backendOf(says: StateSentence): string | null {
  if (says.kind === 'server') return says.server.backend;
  return says.kind === 'backend.exhausted' ? says.backend : null;
}

export interface HaproxyEvent extends Stamp {
  id: EventId;
  host: string;
  /** The worker whose state this is about. */
  pid: number;
  says: StateSentence;
}
