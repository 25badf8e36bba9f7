/** What is remembered of the lines heard lately: plain data on shelves, so that it can be stored row by row. */
import type { EventId, HaproxyEvent, StateSentence } from './event.js';
import { backendKey, serverKey, stopKey, type WorkerRef, workerKey } from './keys.js';
import type { Instant, Origin, Sentence } from './record.js';
import { Shelf } from './shelf.js';

/** An event that a later line may be a copy of. */
export interface RecentEvent {
  serial: number;
  id: EventId;
  text: string;
  at: Instant;
  /** How often it was said, as far as is known: rsyslog may have folded several copies into a line. */
  copies: number;
  /** How many lines said so, by origin. */
  by: Record<Origin, number>;
  /** When a `log` target last said so; null if none did. */
  loggedAt: Instant | null;
  /** Two `log` targets said so in one breath. */
  pair: boolean;
  /** A line bore the severity that HAProxy gives to changes of state, and to nothing that a client writes. */
  sealed: boolean;
  /** Held back until a second line bears witness (belief.ts); false once it was told. */
  held: boolean;
}

/** What an origin last said about a subject, and which event that was. */
export interface Voice {
  text: string;
  at: Instant;
  serial: number;
}

/** One server, or the availability of one backend, in one worker. */
export interface Subject {
  recent: RecentEvent[];
  voices: Partial<Record<Origin, Voice>>;
}

export const NOTHING_SAID: Subject = { recent: [], voices: {} };

/** A process as heard under one host name, and by which origins. `alias` is the name by which its host is known; null if that is this one. */
export interface Speaker {
  alias: string | null;
  origins: Partial<Record<Origin, true>>;
  /** When it was first heard. Until it speaks itself, when its master said that it began. */
  at: Instant;
  /** When it was first heard of, from itself or from its master. Older memories have `at` alone. */
  begun?: Instant;
  announced: boolean;
  /** Its master told of it, or one of its own lines was believed. */
  known: boolean;
  /** What it said without being believed, and its next sentence may bear out: of each backend the last of a server, and of itself (second-word.ts). */
  doubted: readonly Doubted[];
  /** The master that started it, if one told so. */
  master?: number | null;
  /** Of its two names, if it has two: how often `log` targets agreed under them, and what one last told `alone` under `host` (one-number.ts). */
  names?: { agreed: number; alone?: { host: string; text: string; at: Instant } };
  /** It does not serve yet because it is loading its configuration, or it no longer serves, as its master told (masters.ts). */
  stage?: 'loading' | 'ended';
}

/** When a worker began; one that began later is younger. */
export const begunAt = ({ at, begun = at }: Speaker): Instant => begun;

export interface Doubted {
  event: HaproxyEvent;
  /** The pid in the header of its line. */
  tagPid: number | null;
  text: string;
  pair: boolean;
}

/** What a check has found out about a server (checks.ts). */
export interface Checked extends Pick<CheckResult, 'server' | 'outcome' | 'cause'> {
  pid: number;
  at: Instant;
}

type CheckResult = Extract<Sentence, { kind: 'check.result' }>;

/** How believed lines are headed (writers.ts). */
export interface Head {
  /** Whether they bear a pid, as the last one shows. */
  numbered: boolean;
  /** The names of their programs. Missing in older memories. */
  tags?: readonly string[];
  /** At least one came from the process that speaks, and not through a carrier. */
  direct: boolean;
  /** Their facilities, if the log has them. */
  facilities: readonly number[];
  /** What stood in the tag's place before HAProxy's own header. Missing in older memories. */
  inTagsPlace?: readonly string[];
  /** The pids of the carriers under whose header they came (carriers.ts). */
  carriers: readonly number[];
}

/** What is known of a load balancer, first of all which lines it writes of one change; null where that was not seen yet. */
export interface Profile {
  /** A line on stderr. */
  stderr: boolean | null;
  /** Two or more lines by `log` targets. */
  pairs: boolean | null;
  /** How many changes came in two lines while clients could write lines and HAProxy was taken to write one; without pids, in a row (profiles.ts). */
  pairsHeard?: number;
  /** How many in a row came in one line, where lines bear no pids. */
  aloneHeard?: number;
  /** Its masters tell on stderr of the workers that they start. */
  announces: boolean;
  /** The program names of believed lines. */
  tags: readonly string[];
  /** Stderr was heard while HAProxy runs, and not only at its start. */
  alive?: boolean;
  /** Clients can write whole lines there (strangers.ts). */
  open?: boolean;
  /** When somebody last tried to forge what HAProxy says (forged.ts). */
  forgedAt?: Instant;
  /** First lines of changes by `log` targets, counted anew every 20 seconds. `odd` are those that contradict what HAProxy said (forged.ts). */
  lone?: { since: Instant; all: number; odd: number };
  /** The proxy that stopped last, and whether others did in the same breath. */
  stopped?: { pid: number; at: Instant; proxy: string; several: boolean };
  /** The last line by a `log` target in which one of its processes told that a proxy started (profiles.ts). */
  begun?: { pid: number; text: string; at: Instant };
  /** A line of stderr that a seeming worker carried for another process (carriers.ts). */
  echo?: { tagPid: number; pid: number; text: string; at: Instant };
  /** The latest results of checks, where HAProxy tells them apart from the change. */
  checked?: readonly Checked[];
  /** Masters that were told to reload and have not said yet what came of it (masters.ts). */
  reloading?: readonly number[];
  /** Masters whose last reload failed. */
  failedReloads?: readonly number[];
  /** When old subjects were last forgotten because there were too many (crowd.ts). */
  thinnedAt?: Instant;
  /** How its lines are headed, by origin. */
  heads?: Partial<Record<Origin, Head>>;
}

/** An event that waits for a second witness, or a state that waits for the worker it was loaded for. */
export interface Held {
  event: HaproxyEvent;
  /** Where its `RecentEvent` lies. */
  subject: string;
  serial: number;
  tag: string;
  /** The pid in the header of its first line; null if there is none. */
  tagPid: number | null;
  /** What stood in the tag's place in that line, if HAProxy's own header stands behind it. */
  inTagsPlace?: string | null;
  /** The `<PRI>` before that line, if the log has severities (RFC 5424 section 6.2.1). */
  priority: number | null;
  /** Our clock when its first line was read, or when it was written if haplog did not look then. */
  heardAt: Instant;
  /** Rises with each event that waits: what came first is judged first. */
  turn: number;
  /** A worker is to inherit it (masters.ts): a state from a file, which belongs to the worker that this process starts next or becomes; or a proxy's stop. */
  legacy: boolean;
  /** It was not believed, but a late line may yet bear it out (late.ts). It holds nothing up. */
  doubted?: true;
}

/** Which sentences about a backend came by a `log` target, and by two: down to severity `to`, and none from `notFrom` on. */
export type Reach = Record<'logged' | 'paired', { to: number; notFrom: number }>;

/**
 * What is remembered under the keys of keys.ts, as far as it was believed: what a worker last said of a server; how many usable servers a backend has, or
 * the time to which its sentences were moved; that a `log` target spoke of a backend, and how far its targets reach; and that a proxy has stopped.
 */
type Told = StateSentenceWord | number | 'logged' | Reach;
type StateSentenceWord = Extract<StateSentence, { kind: 'server' }>['change']['to'];

/**
 * How those lines of a process begin that begin like nothing HAProxy writes by itself: all with the character `first`, or, if it `varies`, not with this
 * alone. `first` is `''` while all that came may be further lines of what the process said on stderr (loads.ts).
 */
export interface Strangeness {
  first: string;
  varies: boolean;
  /** When the first of them was written. Missing in older memories, and where that is not known. */
  since?: Instant;
}

export interface Heard {
  subjects: Shelf<Subject>;
  speakers: Shelf<Speaker>;
  profiles: Shelf<Profile>;
  held: Shelf<Held>;
  told: Shelf<Told>;
  /** By the process that wrote the lines. They stay while a load balancer is open, because they decide when it is closed again (strangers.ts). */
  strangers: Shelf<Strangeness>;
}

/**
 * `heard` with these parts replaced. Written out and not spread: V8 gives spread objects another shape at each place (docs/decisions/0008-speed.md), and
 * the parts are asked for a hundred times for each line.
 */
export function heardWith(
  heard: Heard,
  {
    subjects = heard.subjects,
    speakers = heard.speakers,
    profiles = heard.profiles,
    held = heard.held,
    told = heard.told,
    strangers = heard.strangers,
  }: Partial<Heard>,
): Heard {
  return { subjects, speakers, profiles, held, told, strangers };
}

export const NOTHING_HEARD: Heard = {
  subjects: Shelf.of(),
  speakers: Shelf.of(),
  profiles: Shelf.of(),
  held: Shelf.of(),
  told: Shelf.of(),
  strangers: Shelf.of(),
};

/** A line that may be forged: it is kept, but made no event. */
export interface Suspect {
  id: EventId;
  event: HaproxyEvent;
  tag: string;
  text: string;
  reason: string;
}

/** No copy arrives later than this: journald and rsyslog delay lines by seconds at worst. It is no window within which equal lines merge. */
export const COPY_DELAY_MAX_MS = 60_000;

/** How long an event waits for its second witness, in the log's time. */
export const WITNESS_MS = 1000;

/** The key of a sentence's subject. */
export function subjectKey(worker: WorkerRef, sentence: StateSentence): string {
  switch (sentence.kind) {
    case 'server':
      return serverKey(worker, sentence.server);
    case 'backend.exhausted':
      return backendKey(worker, sentence.backend);
    case 'proxy.stopped':
      return stopKey(worker, sentence.proxy);
    case 'worker.started':
    case 'worker.loading':
    case 'worker.failed':
    case 'worker.ended':
      return workerKey(worker);
  }
}
