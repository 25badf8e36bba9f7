/** The means by which a receiver is told. Only files of this folder reach the network. */
import type { Incident } from '../incident.js';
import type { NotificationKind } from '../notification.js';
import type { Severity } from '../rules.js';
import type { Story } from '../story.js';

/** `digest`: one message for many incidents; `test`: somebody wants to see whether it arrives. */
export type MessageKind = NotificationKind | 'digest' | 'test';

/** A notification rendered for sending. */
export interface Message {
  /** The letter's name; for a letter about a single incident the notification's dedup key. Equal in every attempt, so that a receiver can drop a repeat. */
  id: string;
  /** The incident's id, by which mails become one thread. */
  incidentId: string;
  event: MessageKind;
  /** The incident's facts, for a receiver that has fields for them; null if the message is about none, or about many. */
  incident: Incident | null;
  /** For a message about several incidents, the worst severity of those that began or still go on; null if there are none. Absent: the incident's own. */
  severity?: Severity | null;
  /** For a message about several incidents: a critical one begins with it that nobody has taken on. Absent: the incident tells. */
  alarm?: boolean;
  /** For a message about several incidents: the first critical one that it tells the beginning of names its ringing, in every attempt. Absent: the message. */
  ring?: string;
  /**
   * What names the earlier messages to this receiver that may still ring (`ringsForMs`) though all they told of is over or taken on; with
   * this one, too. Absent: this one's own incident.
   */
  over?: readonly string[];
  subject: string;
  /** What the text says, for a channel that lays it out in another way; absent if the message exists as text alone. */
  story?: Story;
  text: string;
  /** The webhook's body. */
  json: unknown;
}

/** One address of several that did not accept a message which others did. */
export interface Refusal {
  address: string;
  /** The receiver's answer to this address, or why there is none. */
  reason: string;
  /** Another attempt would come to the same. */
  final: boolean;
}

/** The result of an attempt. `delivered` means that at least one address accepted it; without `refused`, that none refused it. */
export type Outcome =
  | { kind: 'delivered'; answer: string; refused?: readonly Refusal[] }
  | { kind: 'retry'; reason: string; afterMs?: number }
  | { kind: 'rejected'; reason: string };

export interface Channel {
  /** Whether it may be sent one message about several incidents; programs want one for each. Absent: yes. */
  readonly takesDigests?: boolean;
  /** Whether it tells two incidents of one subject apart, so that a late end of the older one is not taken for the newer one's. Absent: no. */
  readonly tellsApart?: boolean;
  /** How long what it has told may ring again and again: it is told of what is `over`. Absent: not at all. */
  readonly ringsForMs?: number | null;
  /** Tries once. Never throws for what the far side or the network did: that is an `Outcome`. */
  send(message: Message, signal: AbortSignal): Promise<Outcome>;
  /** Sends the same message to this one address of the receiver; absent for receivers that never have several. */
  only?(address: string): Pick<Channel, 'send'>;
  close(): void;
}
