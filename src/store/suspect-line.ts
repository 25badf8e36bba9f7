/** What the store says of lines that may be forged. */
import type { EventId, Instant, Stamp } from '../../parsers/index.js';

/** A line that may be forged, and why it made no event. */
export interface SuspectLine extends Stamp {
  id: EventId;
  host: string;
  pid: number;
  /** The program's name under which it came. */
  tag: string;
  text: string;
  reason: string;
}

/** A process whose lines say that a backend has no server, without being believed. */
export interface Disbelieved extends Pick<SuspectLine, 'host' | 'pid' | 'tag'> {
  lines: number;
  lastAt: Instant;
}
