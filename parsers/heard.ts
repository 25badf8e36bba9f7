/** What is remembered of lately heard lines. Plain data on shelves, so that it can be stored row by row. */
import type { EventId, HaproxyEvent, StateSentence } from './event.js';
import { backendKey, serverKey, type WorkerRef, workerKey } from './keys.js';
import type { Instant, Origin, Sentence } from './record.js';
import { Shelf } from './shelf.js';

/** An event that a later line may be a copy of. */
export interface RecentEvent {
  serial: number;
  id: EventId;
  text: string;
  at: Instant;
  /** Lines that said so, in all and by the way they took. */
  copies: number;
  by: Record<Origin, number>;
  /** When `log` targets said so last; null if none did. */
  loggedAt: Instant | null;
  /** Two `log` targets said so in one breath. */
  pair: boolean;
  /** A line bore the severity that HAProxy gives to changes of state, and to nothing that a client writes. */
  sealed: boolean;
  /** Held back until a second line bears witness (belief.ts), or told. */
  held: boolean;
}

/** What an origin said last about a subject, and which event that was. */
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

/** A worker as heard under one host name, by which origins; `alias` is the name it was first known by. */
export interface Speaker {
  alias: string | null;
  origins: Partial<Record<Origin, true>>;
  /** When it was first heard. Its master's word that it began stands here until it speaks itself. */
  at: Instant;
  /** When it was first heard of, by whomever. Older memories have `at` alone. */
  begun?: Instant;
  announced: boolean;
  /** Its master told of it, or one of its own lines was believed. */
  known: boolean;
  /** What it said in vain and what its next sentence may bear out: of each backend the last about a server, and the last about itself (second-word.ts). */
  doubted: readonly Doubted[];
  /** Who started it, where a master told so. */
  master?: number | null;
  /** It does not serve yet, for it reads its configuration, or no more, as its master told (masters.ts). */
  stage?: 'loading' | 'ended';
}

/** Who began later is younger. */
export const begunAt = ({ at, begun = at }: Speaker): Instant => begun;

export interface Doubted {
  event: HaproxyEvent;
  /** Who wrote it, by the header. */
  tagPid: number | null;
  text: string;
  pair: boolean;
}

/** What a check has found of a server (checks.ts). */
export interface Checked extends Pick<CheckResult, 'server' | 'outcome' | 'cause'> {
  pid: number;
  at: Instant;
}

type CheckResult = Extract<Sentence, { kind: 'check.result' }>;

/** How lines are headed that were believed (writers.ts). */
export interface Head {
  /** They bear a pid: the last did. */
  numbered: boolean;
  /** It is that of the process that speaks. */
  direct: boolean;
  /** Their facilities, where the log has them. */
  facilities: readonly number[];
  /** What stood in the tag's place, where their own header stands behind it. Older memories do not tell. */
  inTagsPlace?: readonly string[];
  /** Processes under whose number they came, where that is not the speaker's own (carriers.ts). */
  carriers: readonly number[];
}

/** What a load balancer is known to write of one change; null where that was not seen yet. */
export interface Source {
  /** A line on stderr. */
  stderr: boolean | null;
  /** Two lines and more by `log` targets. */
  pairs: boolean | null;
  /** How many changes came in two lines, where clients can write lines and it was taken to write one (sources.ts). */
  pairsHeard?: number;
  /** Its masters tell on stderr of the workers that they start. */
  announces: boolean;
  /** The programs' names under which believed lines came. */
  tags: string[];
  /** Stderr was heard of what HAProxy says while it runs, not of its start alone. */
  alive?: boolean;
  /** Clients can write whole lines there (strangers.ts). */
  open?: boolean;
  /** When somebody tried last to forge what HAProxy says (forged.ts). */
  forgedAt?: Instant;
  /** First lines of changes by `log` targets, counted anew every 20 seconds; and those of them that contradict what HAProxy said. */
  lone?: { since: Instant; all: number; odd: number };
  /** The proxy that stopped last, and whether others did in the same breath. */
  stopped?: { pid: number; at: Instant; proxy: string; several: boolean };
  /** What a process of it said last of its start, by a `log` target (sources.ts). */
  begun?: { pid: number; text: string; at: Instant };
  /** What checks have found of late, where HAProxy tells that apart from the change. */
  checked?: readonly Checked[];
  /** Masters that were told to load their configuration anew, and have not said yet what came of it (masters.ts). */
  reloading?: readonly number[];
  /** Masters whose last reload failed. */
  failedReloads?: readonly number[];
  /** When what was said long ago was forgotten last, for there was much of it. */
  thinnedAt?: Instant;
  /** How its lines are headed, by the way they took. */
  heads?: Partial<Record<Origin, Head>>;
}

/** An event that waits for a second witness, or a state that waits for the worker it was loaded for. */
export interface Held {
  event: HaproxyEvent;
  /** Where its `RecentEvent` lies. */
  subject: string;
  serial: number;
  tag: string;
  /** Who wrote its first line, by the header; null where that bears no pid. */
  tagPid: number | null;
  /** What stood in the tag's place of that line, where HAProxy's header stands behind it. */
  inTagsPlace?: string | null;
  /** What stands before that line, where the log has severities (RFC 5424 section 6.2.1). */
  priority: number | null;
  /** Our clock when its first line was read. */
  heardAt: Instant;
  /** Rises with what waits: who came first is judged first. */
  turn: number;
  /** A state taken over from a file: it belongs to the worker that this master starts next. */
  heir: boolean;
  /** It was not believed; a late line on stderr may yet bear it out. It holds nothing up. */
  doubted?: true;
}

/**
 * What a worker last said of a server or of a backend's usable servers, as far as it was believed; that a backend was
 * spoken of by a `log` target; and that a proxy has stopped.
 */
type Told = StateSentenceWord | number | 'logged' | 'stopped';
type StateSentenceWord = Extract<StateSentence, { kind: 'server' }>['change']['to'];

/** How a process begins its lines that begin as none does which HAProxy writes of itself: with this character, or not with this alone. */
export interface Strangeness {
  first: string;
  varies: boolean;
}

export interface Heard {
  subjects: Shelf<Subject>;
  speakers: Shelf<Speaker>;
  sources: Shelf<Source>;
  held: Shelf<Held>;
  told: Shelf<Told>;
  /** By the process that wrote them. They stay when a load balancer is open: by them it is closed again (strangers.ts). */
  strangers: Shelf<Strangeness>;
}

/**
 * What was heard, with this of it changed. Written out, and not spread: V8 gives what is spread another shape at each place
 * (docs/decisions/0008-speed.md), and the parts of what was heard are asked for a hundred times for each line.
 */
export function heardWith(
  heard: Heard,
  {
    subjects = heard.subjects,
    speakers = heard.speakers,
    sources = heard.sources,
    held = heard.held,
    told = heard.told,
    strangers = heard.strangers,
  }: Partial<Heard>,
): Heard {
  return { subjects, speakers, sources, held, told, strangers };
}

export const NOTHING_HEARD: Heard = {
  subjects: Shelf.of(),
  speakers: Shelf.of(),
  sources: Shelf.of(),
  held: Shelf.of(),
  told: Shelf.of(),
  strangers: Shelf.of(),
};

/** A line that may be forged: it was kept, and made no event. */
export interface Suspect {
  id: EventId;
  event: HaproxyEvent;
  tag: string;
  text: string;
  reason: string;
}

/** No copy arrives later than this: journald and rsyslog delay by seconds at worst. Not a window in which equals merge. */
export const COPY_DELAY_MAX_MS = 60_000;

/** How long an event waits for its second witness, in the log's time. */
export const WITNESS_MS = 1000;

/** The key of what a sentence is about. */
export function subjectKey(worker: WorkerRef, sentence: StateSentence): string {
  switch (sentence.kind) {
    case 'server':
      return serverKey(worker, sentence.server);
    case 'backend.exhausted':
      return backendKey(worker, sentence.backend);
    case 'proxy.stopped':
      return `${workerKey(worker)} ${sentence.proxy} stopped`;
    case 'worker.started':
    case 'worker.loading':
    case 'worker.failed':
    case 'worker.ended':
      return workerKey(worker);
  }
}
