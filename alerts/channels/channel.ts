/** The means by which a receiver is told. Only files of this folder reach the network. */
import type { Incident } from '../incident.js';
import type { NotificationKind } from '../notification.js';
import type { Severity } from '../rules.js';
import type { Story } from '../story.js';

/** `digest`: one message for many incidents; `test`: somebody wants to see whether it arrives. */
export type MessageKind = NotificationKind | 'digest' | 'test';

/** A notification rendered for sending. */
export interface Message {
  /** The letter's name, of a single one the notification's dedup key: equal in every attempt, so that a receiver can drop a repeat. */
  id: string;
  /** The incident's id, by which mails become one thread. */
  incidentId: string;
  event: MessageKind;
  /** The incident's facts, for a receiver that has fields for them; null where the message is about none, or many. */
  incident: Incident | null;
  /** Of a message about several the worst that still lasts; null where all of it is over. Absent: as its incident's. */
  severity?: Severity | null;
  subject: string;
  /** What the text says, for a channel that sets it in another way; absent where the message exists as text alone. */
  story?: Story;
  text: string;
  /** The webhook's body. */
  json: unknown;
}

/** One address of several, to which a message did not go that the others accepted. */
export interface Refusal {
  address: string;
  /** The receiver's answer to this address, or why there is none. */
  reason: string;
  /** Another attempt would come to the same. */
  final: boolean;
}

/** What an attempt came to. Delivered is what at least one address accepted; absent: none was refused. */
export type Outcome =
  | { kind: 'delivered'; answer: string; refused?: readonly Refusal[] }
  | { kind: 'retry'; reason: string; afterMs?: number }
  | { kind: 'rejected'; reason: string };

export interface Channel {
  /** Whether it may be sent one message about several incidents; programs want one for each. Absent: yes. */
  readonly takesDigests?: boolean;
  /** Tries once. Never throws for what the far side or the network did: that is an `Outcome`. */
  send(message: Message, signal: AbortSignal): Promise<Outcome>;
  /** The same message to this one address of the receiver; absent where a receiver has not several. */
  only?(address: string): Pick<Channel, 'send'>;
  close(): void;
}
