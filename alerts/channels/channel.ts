/** The means by which a receiver is told. Only files of this folder reach the network. */

/** A notification rendered for sending. */
export interface Message {
  /** The notification's dedup key: equal in every attempt, so that a receiver can drop a repeat. */
  id: string;
  /** The incident's id, by which mails become one thread. */
  incidentId: string;
  /** `test`: somebody wants to see whether it arrives. */
  event: 'firing' | 'resolved' | 'reminder' | 'test';
  subject: string;
  text: string;
  /** The webhook's body. */
  json: unknown;
}

/** What an attempt came to. */
export type Outcome =
  | { kind: 'delivered'; answer: string }
  | { kind: 'retry'; reason: string; afterMs?: number }
  | { kind: 'rejected'; reason: string };

export interface Channel {
  /** Tries once. Never throws for what the far side or the network did: that is an `Outcome`. */
  send(message: Message, signal: AbortSignal): Promise<Outcome>;
  close(): void;
}
