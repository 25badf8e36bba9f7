/** Events: what happened, told once whatever the number of copies in the log. */
import type { Sentence, Stamp } from './record.js';

/** `<fingerprint>:<offset>` of the first copy's line: the same for ever, in every reading of the same log. */
export type EventId = string & { readonly brand: unique symbol };

/** The sentences that become events. They are listed, so that a new kind becomes none until somebody decides what it means. */
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
 * Sentences that become events as well, but change no state. Each says completely how something stands, so a copy says nothing new and need not be
 * told apart.
 */
const SIGNS = {
  'check.result': true,
  'configuration.refused': true,
  'reload.failed': true,
  'reload.succeeded': true,
} as const;

export type SignSentence = Extract<Sentence, { kind: keyof typeof SIGNS }>;

/** Whether a sentence becomes an event without a change of state. */
export function isSign(sentence: Sentence): sentence is SignSentence {
  return Object.hasOwn(SIGNS, sentence.kind);
}

/** Whether a sentence tells of a change of state. */
export function tellsOfState(sentence: Sentence): sentence is StateSentence {
  return sentence.kind === 'server' || Object.hasOwn(STATES, sentence.kind); // what almost all are is asked first
}

/** Whether it is a master's word that a worker is there now, serving or not yet. */
export function beginsWorker({ kind }: Sentence): boolean {
  return kind === 'worker.started' || kind === 'worker.loading';
}

/** Whether it is a master's word about one of its workers. */
export function isOfWorkers(
  sentence: Sentence,
): sentence is Extract<Sentence, { kind: 'worker.started' | 'worker.loading' | 'worker.failed' | 'worker.ended' }> {
  const { kind } = sentence;
  if (kind === 'server') return false;
  return kind === 'worker.ended' || kind === 'worker.started' || kind === 'worker.loading' || kind === 'worker.failed';
}

/** Kinds that stand for no whole sentence: unknown, cut off, or only begun like a known one. */
const MISSES = { other: true, truncated: true, 'near.miss': true } as const;

/** Whether it is a whole sentence that HAProxy is known to say. */
export function isUnderstood({ kind }: Sentence): boolean {
  return !Object.hasOwn(MISSES, kind);
}

/** The backend whose servers a sentence speaks of; null if it speaks of something else. */
export function backendOf(says: StateSentence | SignSentence): string | null {
  if (says.kind === 'server' || says.kind === 'check.result') return says.server.backend;
  return says.kind === 'backend.exhausted' ? says.backend : null;
}

export interface HaproxyEvent extends Stamp {
  id: EventId;
  host: string;
  /** The worker whose state this is about; for a reload, its master. */
  pid: number;
  /** The master behind an event about a worker or a reload; null if there is none. Missing in older memories. */
  master?: number | null;
  /** For a worker that serves or a reload that succeeded: the master was not told to reload, but has just begun itself. */
  anew?: boolean;
  says: StateSentence | SignSentence;
}
