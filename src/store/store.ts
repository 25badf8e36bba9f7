/**
 * The narrow door to the store. Every answer may come later (`Awaitable`), so that another engine can stand behind
 * it; nothing outside src/store/ knows that today's is SQLite.
 */

import type {
  Acknowledgement,
  Acknowledgements,
  Incident,
  Notification,
  Outage,
  SeenOver,
  Silence,
  Told,
  Transition,
} from '../../alerts/index.js';
import type { EventId, Instant, Suspect } from '../../parsers/index.js';
import type { Checkpoint, Sample, Tally } from '../tail/batch.js';
import type { DeliveredTimes, Followed } from './how-far.js';
import type {
  Awaited,
  OutboxEntry,
  OutboxFilter,
  OutboxRow,
  OutboxState,
  RefusedAddress,
  Seqs,
  Unfit,
} from './outbox-row.js';
import type { Bounds, Happening, History, HistoryFilter } from './past.js';
import type { Disbelieved, SuspectLine } from './suspect-line.js';

export type Awaitable<T> = T | Promise<T>;

/** One remembered thing: `shelf` says what kind (src/memory.ts), `body` is plain JSON. */
export interface MemoryRow {
  shelf: string;
  key: string;
  body: unknown;
}

/** How many lines of the log there were, by kind. */
export interface Counted extends Tally {
  /** Candidates without a header, or with an impossible one: no such time, no such process. */
  rejected: number;
  /** Candidates that begin as a sentence about a state and then go on differently. */
  nearMisses: number;
  /** Other candidates without a known sentence: what HAProxy says on its standard error when it starts, and its like. */
  unknown: number;
}

/** A sample and when the line was read. */
export interface DatedSample extends Sample {
  at: Instant;
}

/** What one look at the logs brought, or a tick. */
export interface News {
  /** Of each log of which something was read the last one; none for a tick and for an import. */
  checkpoints: Checkpoint[];
  /** When that was read; null if no log was. */
  readAt: Instant | null;
  transitions: Transition[];
  /** Opened or changed: stored by id, the newer wins. */
  outages: Outage[];
  incidents: Incident[];
  /** Each is sent once; a firing that comes again, only to receivers that were told nothing of the incident yet. */
  notifications: Notification[];
  /** Events that are already stored, with the new number of lines that said so. */
  copies: { id: EventId; copies: number }[];
  /** Lines that may be forged and made no event; and earlier ones that were believed after all. */
  suspects: Suspect[];
  cleared: EventId[];
  tally: Counted | null;
  /** Lines that were not understood, shortened; the store keeps the last ones of each reason, a hundred in all. */
  samples: DatedSample[];
}

/** One transaction's worth, all or none: news, and how they change the memory. */
export interface Commit extends News {
  /** What to remember from now on, and what to forget. */
  remember: MemoryRow[];
  forget: { shelf: string; key: string }[];
  /** An import read it: as it may be told otherwise what lines leave out, it changes neither host nor time of what is stored. */
  imported: boolean;
}

export type * from './how-far.js';
export type * from './outbox-row.js';
export type * from './past.js';
export type * from './suspect-line.js';

/** How far haplog has come. */
export interface Progress {
  /** The logs that are followed, or were when a daemon ran last. */
  sources: Followed[];
  /** Messages that failed within a day, and those that were tried and have waited for more than ten minutes. */
  untold: { failed: number; stuck: number };
  /** Of every log that was ever followed, by path. */
  checkpoints: Checkpoint[];
  memory: MemoryRow[];
  /** `suspects`: lines that may be forged and made no event, without those that were believed in the end. */
  counted: Counted & { suspects: number };
  /** Who said within a day that a backend has no server, and was not believed; the most lines first. */
  disbelieved: Disbelieved[];
  /** The newest of each reason are taken first, then the next ones of each; listed with the newest first. */
  samples: DatedSample[];
  /** How many notifications are in which state. */
  outbox: Record<OutboxState, number>;
  /** The last thousand that were delivered, the newest first. */
  delivered: DeliveredTimes[];
}

/** What people have said by command, and what came of that, as far as it still matters. */
export interface Wishes {
  silences: readonly Silence[];
  acknowledgements: Acknowledgements;
  /** Outages that the daemon holds open and whose end was imported. */
  over: readonly SeenOver[];
}

export interface Store {
  apply(commit: Commit): Awaitable<void>;
  memory(): Awaitable<MemoryRow[]>;
  checkpoint(path: string): Awaitable<Checkpoint | null>;
  /** How far those logs were read that are no longer followed. */
  orphans(): Awaitable<Checkpoint[]>;
  /** The log at `path` is the one that was at `from`: its checkpoint, and what is remembered under its path on `shelf`, belong to `path` now. */
  inherit(path: string, from: string, shelf: string): Awaitable<void>;
  /** These logs are followed from `at` on, and no others. */
  follow(paths: readonly string[], at: Instant): Awaitable<void>;
  /** What keeps a log that is followed from being read; null if nothing does. */
  trouble(path: string, trouble: string | null): Awaitable<void>;
  /** Notes that lines of a log that is followed may have been lost, and why; it stays as long as the log is followed, in later runs too. */
  lost(path: string, why: string, at: Instant): Awaitable<void>;

  /**
   * What may be sent now, oldest first: if the oldest open row of a receiver and incident is due, all their waiting rows and those of earlier
   * incidents of the subject: no news overtakes older news. At most `limit` rows, none of the receivers in `except`. An incident has only the
   * last of its fallen servers here: `outbox` has all. What the receivers in `back` did not take before comes too, before its time, unless
   * they pause.
   */
  due(now: Instant, limit: number, except?: readonly string[], back?: readonly string[]): Awaitable<OutboxRow[]>;
  /** Rows that wait beyond `latest`, and pauses that last beyond it, wait no longer. Cheap where there are none. */
  limitWaits(latest: Instant): Awaitable<void>;
  /** The instant at which the next notification falls due; null when none waits. */
  nextDueAt(): Awaitable<Instant | null>;
  /** Puts these rows into the letter of this name, and until an answer is known into no other. Outlives the process, not a power cut. */
  seal(letter: string, seqs: readonly number[]): Awaitable<void>;
  /** When letters were accepted by a receiver after `since` and until `until`, the oldest first. */
  accepted(receiver: string, since: Instant, until: Instant): Awaitable<Instant[]>;
  /** What a receiver accepted after `since` and until `until`: the last `limit` of it, the newest first. */
  told(receiver: string, since: Instant, until: Instant, limit: number): Awaitable<Told[]>;
  /**
   * The incidents that name what may still ring though it is over: of each letter that the receiver accepted after `since`, and all of whose
   * critical incidents are over or taken on by now, the first of these, and those that were tried before; of `incidents` also what was tried
   * and never accepted. Without letters whose ends were all accepted, unless one of theirs is among `incidents`.
   */
  rungOut(receiver: string, incidents: readonly EventId[], since: Instant): Awaitable<string[]>;
  /**
   * Marks all rows of a letter at once, as `postpone` and `close` do. Each address that refused it gets rows of its own, in threads of its
   * own, which are then like any others; what still waits for an address that accepted it is overtaken, and dropped. So is what waits for
   * the receiver of earlier incidents of the same subjects, unless it `tellsApart` (`Channel`). `fallback` as in `close`.
   */
  delivered(
    seqs: Seqs,
    at: Instant,
    answer: string,
    refused?: readonly RefusedAddress[],
    fallback?: string | null,
    tellsApart?: boolean,
  ): Awaitable<void>;
  /** Counts an attempt, and puts the rows off until `dueAt`. */
  postpone(seqs: Seqs, dueAt: Instant, reason: string): Awaitable<void>;
  /** Holds the rows back until `until`, at the least, and takes them out of their letter. Counts no attempt. */
  hold(seqs: Seqs, until: Instant): Awaitable<void>;
  /** The receiver takes nothing before `until`: neither what waits nor what is new. Counts no attempt. */
  quiet(receiver: string, until: Instant): Awaitable<void>;
  /**
   * Ends rows without delivery. If an incident is over and the receiver was told nothing of it, the rows that wait behind become `muted`;
   * if it goes on, the next reminder tells it. If there is a `fallback`, that receiver is told instead, once, and is told the end too.
   */
  close(
    seqs: Seqs,
    state: 'rejected' | 'expired',
    at: Instant,
    reason: string,
    fallback?: string | null,
  ): Awaitable<void>;
  /** The receivers for which something waits, and why, by name. */
  awaited(): Awaitable<Awaited[]>;
  /** What is to be told and what became of it, the newest first. */
  outbox(filter: OutboxFilter): Awaitable<OutboxEntry[]>;
  /**
   * Makes rows that were refused, were given up or wait due at once, with all their attempts ahead of them again, and with them the end
   * behind them that was muted or failed too. All rows, or none if one is unfit.
   */
  retry(seqs: readonly number[]): Awaitable<Unfit | null>;
  /** Gives up rows that wait, as `close` does. What is accepted meanwhile counts as delivered. All rows, or none if one is unfit. */
  drop(seqs: readonly number[], at: Instant): Awaitable<Unfit | null>;

  /** The same object as long as nothing has changed. Cheap to ask. */
  wishes(): Awaitable<Wishes>;
  /** All that are remembered, even those that are over. */
  silences(): Awaitable<Silence[]>;
  /** Returns its number. At `at`, which is now, silences that are long over are forgotten. */
  addSilence(silence: Omit<Silence, 'id'>, at: Instant): Awaitable<number>;
  /** Ends a silence at `at`, even one that has not begun; false if no silence of this number lasts longer. */
  expireSilence(id: number, at: Instant): Awaitable<boolean>;
  /** Incidents that are not over, the oldest first. */
  openIncidents(): Awaitable<Incident[]>;
  /** False if somebody has taken it on before. */
  acknowledge(incident: EventId, ack: Acknowledgement): Awaitable<boolean>;

  history(filter: HistoryFilter): Awaitable<History>;
  /**
   * The first changes at or after `until` of the servers of `of`, each in the same worker, in the order of time. A server that does not
   * change within the next 10,000 changes of all has none.
   */
  nextChanges(until: Instant, of: readonly Transition[]): Awaitable<Transition[]>;
  /**
   * The same, one by one in the order of time, in bounded memory; at one instant transitions come first, then outages. Nothing else may be
   * asked of this store until the last one was taken or the reader has left.
   */
  story(filter: HistoryFilter): Iterable<Happening> | AsyncIterable<Happening>;
  /** The lines of a span that were not believed, oldest first; the last thousand are kept. */
  suspects(filter: HistoryFilter): Awaitable<SuspectLine[]>;
  /** How far haplog has come, all at one moment; at most so many samples. */
  progress(samples: number, now: Instant): Awaitable<Progress>;
  /**
   * Deletes a little of what is over and out of bounds, so that nothing else waits long. What is open, waits to be told, or is remembered
   * stays. Returns whether there is more to delete.
   */
  prune(bounds: Bounds): Awaitable<boolean>;
  /** Releases the database; the store is not used afterwards. */
  end(): Awaitable<void>;
}
