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
  'worker.loading': true,
  'worker.failed': true,
  'worker.ended': true,
} as const;

export type StateSentence = Extract<Sentence, { kind: keyof typeof STATES }>;

/**
 * Sentences that become events as well, and change no state: each says whole how something stands, so that a copy says
 * nothing new and need not be told apart.
 */
const SIGNS = {
  'check.result': true,
  'configuration.refused': true,
  'reload.failed': true,
  'reload.succeeded': true,
} as const;

export type SignSentence = Extract<Sentence, { kind: keyof typeof SIGNS }>;

/** Does it become an event without a change of state? */
export function isSign(sentence: Sentence): sentence is SignSentence {
  return Object.hasOwn(SIGNS, sentence.kind);
}

/** Does it tell of a change of state? */
export function tellsOfState(sentence: Sentence): sentence is StateSentence {
  return Object.hasOwn(STATES, sentence.kind);
}

/** Is it a master's word that a worker is there now, whether it serves yet or not? */
export function beginsWorker({ kind }: Sentence): boolean {
  return kind === 'worker.started' || kind === 'worker.loading';
}

/** Is it a master's word of one of its workers? */
export function isOfWorkers(
  sentence: Sentence,
): sentence is Extract<Sentence, { kind: 'worker.started' | 'worker.loading' | 'worker.failed' | 'worker.ended' }> {
  return beginsWorker(sentence) || sentence.kind === 'worker.ended' || sentence.kind === 'worker.failed';
}

/** Sentences that are none: unknown, cut off, or begun like a known one. */
const MISSES = { other: true, truncated: true, 'near.miss': true } as const;

/** Is it a sentence that HAProxy is known to say, whole? */
export function isUnderstood({ kind }: Sentence): boolean {
  return !Object.hasOwn(MISSES, kind);
}

/** The backend whose servers a sentence speaks of; null where it speaks of something else. */
export function backendOf(says: StateSentence | SignSentence): string | null {
  if (says.kind === 'server' || says.kind === 'check.result') return says.server.backend;
  return says.kind === 'backend.exhausted' ? says.backend : null;
}

export interface HaproxyEvent extends Stamp {
  id: EventId;
  host: string;
  /** The worker whose state this is about; of a reload its master. */
  pid: number;
  /** The master that says so, of a worker or of a reload; null where none does. Older memories do not tell. */
  master?: number | null;
  /** Of a worker that serves, and a reload that succeeded: its master was not told to load anew, but has begun itself. */
  anew?: boolean;
  says: StateSentence | SignSentence;
}
