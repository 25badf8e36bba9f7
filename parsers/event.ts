/** What happened, told once, whatever the number of copies in the log. */
import type { Sentence, Stamp } from './record.js';

/** `<fingerprint>:<offset>` of the first copy's line: the same for ever, in every reading of the same log. */
export type EventId = string & { readonly brand: unique symbol };

/** Sentences that tell of a change; `other` never becomes an event. */
export type StateSentence = Exclude<Sentence, { kind: 'other' }>;

export interface HaproxyEvent extends Stamp {
  id: EventId;
  host: string;
  /** The worker whose state this is about. */
  pid: number;
  says: StateSentence;
}
