/** What one look at a log file brought. */
import type { Instant } from '../../parsers/index.js';

/** A line that may hold a state sentence, and its address. Traffic lines never become one. */
export interface CandidateLine {
  text: string;
  /** Byte offset of the line's first byte in its file. */
  start: number;
}

/** How many candidate lines a batch has at most. It may change while a log is read. */
export interface Portion {
  lines: number;
}

/** As many as fit well into a transaction. */
export const FULL_PORTION: Readonly<Portion> = { lines: 500 };

/** How many lines of each class were passed, for `haplog status` and the daemon's own log. */
export interface Tally {
  lines: number;
  bytes: number;
  traffic: number;
  candidates: number;
  /** Neither traffic nor a known opening; kept as bounded samples. */
  other: number;
  /** Longer than the limit: skipped as a whole. */
  oversize: number;
  /** Those of the ones that were not understood that end in HAProxy's sentence all the same (displaced.ts). */
  displaced: number;
}

/** A line that was not understood, cut short, and why; there are only a handful of reasons. */
export interface Sample {
  text: string;
  reason: string;
}

/** Requests of one backend, with no line about a state between them. */
export interface RequestsSeen {
  host: string;
  pid: number | null;
  backend: string;
  /** How many failed because no server could be reached. 0: a request of the backend is in the log, no more. */
  failed: number;
  /** Where the first of their lines begins. */
  start: number;
  /** That line up to its message, if it is the first seen of the backend in that hour of the log; else null. */
  header: string | null;
}

/** A line that is neither traffic nor begins in a known way: how it begins, and which process wrote it. */
export interface StrangerSeen {
  host: string;
  pid: number;
  /** The first character of its message. */
  first: string;
  start: number;
  /** The line up to its message, for when it was written. */
  header: string;
  /** It stands directly behind a line that this process began as HAProxy begins those on stderr, and may be the rest of that text. */
  behind: boolean;
}

/** The name of a file across renames and copies: a hash of its first complete line. */
export type Fingerprint = string;

/** How far a file's lines are in the database. */
export interface Checkpoint {
  path: string;
  fingerprint: Fingerprint;
  /** Byte offset at which reading goes on; always the start of a line. */
  offset: number;
}

export interface Batch {
  checkpoint: Checkpoint;
  lines: CandidateLine[];
  /**
   * In the order of their places. Between two candidates, each backend of a worker is here at most once for its failed requests, and once
   * for each hour of the log.
   */
  requests: RequestsSeen[];
  /** In the order of their places; for each process, two that begin differently are enough. */
  strangers: StrangerSeen[];
  tally: Tally;
  /** At most a few lines that were neither traffic nor understood openings, cut to 200 characters. */
  samples: Sample[];
  readAt: Instant;
  /** No complete line was left unread in the file that the path names. */
  caughtUp: boolean;
  /** Not caught up, but all that can be read is read: what the path names now cannot be read. */
  blocked: boolean;
  /** False while catching up with what was written before haplog looked: such news is told at the end, and what is over by then in one message. */
  live: boolean;
}
