/**
 * Whether a line is a copy of an event that was heard already, whatever the order of arrival (docs/decisions/0002-copies.md).
 *  - Within one origin order is kept, and HAProxy never says the same of one server twice in a row in one process (src/server.c, srv_update_status:
 *    a line is written only when the state changes). So equal neighbours within an origin are copies: a run of them is one event.
 *  - Between origins the k-th run of one is the k-th of the other: a run pairs with the first event of the same text after the one that its origin
 *    spoke of last. The first copy to arrive is the event.
 *  - HAProxy says that a backend has no server, but not that it has one again. So two such announcements within an origin are separated by a server
 *    of that backend coming back.
 */
import { backendOf, beginsWorker, type EventId, type StateSentence } from './event.js';
import {
  COPY_DELAY_MAX_MS,
  type Heard,
  type Held,
  heardWith,
  type RecentEvent,
  type Subject,
  subjectKey,
  type Voice,
} from './heard.js';
import { backendKey, type WorkerRef } from './keys.js';
import type { Instant, Origin } from './record.js';
import type { Shelf } from './shelf.js';

/** The most that copies of one breath are apart: 6 ms was the most that was measured, on a loaded machine. Stamps of whole seconds tell less. */
const BREATH_MS = 25;

const COMES_BACK = new Set(['up', 'ready', 'undrain']);

/** A line, as far as folding needs it. */
export interface Spoken {
  id: EventId;
  text: string;
  origin: Origin;
  /** How many lines rsyslog folded into it. */
  times: number;
  at: Instant;
  /** See `RecentEvent`. */
  sealed: boolean;
}

/** Whether two lines of one origin can have been written in one breath, as far as their stamps tell. */
export function inOneBreath(a: Instant, b: Instant): boolean {
  const wholeSeconds = a % 1000 === 0 && b % 1000 === 0;
  return Math.abs(a - b) <= (wholeSeconds ? 1000 : BREATH_MS);
}

/** What is known about the lines of a waiting event. */
export function saidOf({ subjects }: Heard, { subject, serial }: Pick<Held, 'subject' | 'serial'>): RecentEvent {
  return subjects.get(subject)!.recent.find((said) => said.serial === serial)!;
}

/** `heard` with what is known about the lines of one event replaced by `said`. */
export function withSaid(heard: Heard, subject: string, said: RecentEvent): Heard {
  const { recent, voices } = heard.subjects.get(subject)!;
  const changed = recent.map((one) => (one.serial === said.serial ? said : one));
  return heardWith(heard, { subjects: heard.subjects.with(subject, { recent: changed, voices }) });
}

/** Adds a line to its subject. Returns the event that the line tells of, new or known, and the subject as it is then. */
export function fold(subject: Subject, spoken: Spoken): { subject: Subject; event: RecentEvent } {
  const event = counted(eventCopiedBy(subject, spoken) ?? newEvent(subject, spoken), spoken);
  const { origin, text, at } = spoken;
  const isFresh = (other: RecentEvent) => other.held || at - other.at <= COPY_DELAY_MAX_MS;
  const recent: RecentEvent[] = [];
  for (const other of subject.recent) if (other.serial < event.serial && isFresh(other)) recent.push(other);
  recent.push(event);
  for (const other of subject.recent) if (other.serial > event.serial && isFresh(other)) recent.push(other);
  const voices = voicesWith(subject.voices, origin, { text, at, serial: event.serial });
  return { subject: { recent, voices }, event };
}

/** Written out and not spread, as in `heardWith`. */
function voicesWith({ syslog, stderr }: Subject['voices'], origin: Origin, voice: Voice): Subject['voices'] {
  if (origin === 'syslog') return stderr === undefined ? { syslog: voice } : { syslog: voice, stderr };
  return syslog === undefined ? { stderr: voice } : { syslog, stderr: voice };
}

/** The subject with all runs ended: what is said next is new. */
export function silenced({ recent, voices }: Subject): Subject {
  const ended = Object.entries(voices).map(([origin, voice]) => [origin, { ...voice, text: '' }]);
  return { recent, voices: Object.fromEntries(ended) };
}

/** The subject without an event that was not believed: nothing pairs with it any more. */
export function strike({ recent, voices }: Subject, serial: number): Subject {
  return { recent: recent.filter((event) => event.serial !== serial), voices };
}

/**
 * Ends the run of `has no server available` of a backend, within this origin, when one of its servers may have come back, or something new says that some are
 * left; and that of its stop when the pid speaks of its servers again: in a container the next process has the same pid.
 */
export function separate(
  subjects: Heard['subjects'],
  host: string,
  pid: number,
  origin: Origin,
  sentence: StateSentence,
  isNew: boolean,
): Shelf<Subject> {
  if (sentence.kind !== 'server') return subjects;
  const proxy = sentence.server.backend;
  const going = runEnded(subjects, subjectKey({ host, pid }, { kind: 'proxy.stopped', proxy }), origin);
  const { change, counts } = sentence;
  const hasServers = COMES_BACK.has(change.to) || (isNew && counts !== null && counts.active + counts.backup > 0);
  return hasServers ? runEnded(going, backendKey({ host, pid }, proxy), origin) : going;
}

/** How much later than the first a copy of another target comes at most, if a stop stands between them. */
const LATE_WORDS_MS = 1_000;

/**
 * The subject with its run ended within this origin if the proxy has stopped since: the next process has the same pid, as in a container, or none, as the
 * log has it, and may say the same again. A line that bears a stamp from before the stop is the old one's.
 */
export function anewIfStopped(
  subject: Subject,
  subjects: Heard['subjects'],
  worker: WorkerRef,
  says: StateSentence,
  { origin, at }: { origin: Origin; at: Instant },
): Subject {
  const proxy = backendOf(says);
  const voice = subject.voices[origin];
  if (proxy === null) return subject;
  const stops = subjects.get(subjectKey(worker, { kind: 'proxy.stopped', proxy }))?.voices ?? {};
  if (voice === undefined) return withoutEarlierLife(subject, Object.values(stops), origin, at);
  if (voice.text === '') return subject;
  const stop = stops[origin];
  if (stop === undefined || stop.at < voice.at) return subject;
  return at < stop.at || at - voice.at <= LATE_WORDS_MS ? subject : ended(subject, origin, voice);
}

/**
 * An origin that was silent of this until now does not speak of what was said before a stop, if the same pid has spoken of the backend after that; nor if it
 * is a `log` target and the stop is over, for that one is never so late.
 */
function withoutEarlierLife(subject: Subject, stops: readonly Voice[], origin: Origin, at: Instant): Subject {
  const isOver = (stop: Voice) => stop.text === '' || (origin === 'syslog' && at - stop.at > LATE_WORDS_MS);
  const over = stops.find((stop) => stop.at < at && isOver(stop));
  if (over === undefined) return subject;
  const recent = subject.recent.filter((event) => event.held || event.at > over.at);
  return recent.length === subject.recent.length ? subject : { ...subject, recent };
}

function runEnded(subjects: Heard['subjects'], key: string, origin: Origin): Heard['subjects'] {
  const subject = subjects.get(key);
  const voice = subject?.voices[origin];
  if (!subject || !voice || voice.text === '') return subjects;
  return subjects.with(key, ended(subject, origin, voice));
}

/** The subject with its run ended within one origin: what that says next is new. */
function ended(subject: Subject, origin: Origin, voice: Voice): Subject {
  return { ...subject, voices: { ...subject.voices, [origin]: { ...voice, text: '' } } };
}

/** The recent event that a line repeats; undefined if it tells something new. */
function eventCopiedBy(subject: Subject, { origin, text, at }: Spoken): RecentEvent | undefined {
  const voice = subject.voices[origin];
  const inTime = (then: Instant) => Math.abs(at - then) <= COPY_DELAY_MAX_MS;
  if (voice?.text === text && inTime(voice.at)) {
    const same = subject.recent.find((event) => event.serial === voice.serial);
    if (same) return same;
  }
  const after = voice?.serial ?? 0;
  return subject.recent.find((event) => event.serial > after && event.text === text && inTime(event.at));
}

function newEvent({ voices: { syslog, stderr } }: Subject, { id, text, at }: Spoken): RecentEvent {
  return {
    // The last event is always one that an origin spoke of last.
    serial: Math.max(syslog?.serial ?? 0, stderr?.serial ?? 0) + 1,
    id,
    text,
    at,
    copies: 0,
    by: { syslog: 0, stderr: 0 },
    loggedAt: null,
    pair: false,
    sealed: false,
    held: true,
  };
}

function counted(event: RecentEvent, { origin, times, at: spokenAt, sealed }: Spoken): RecentEvent {
  const logged = origin === 'syslog';
  const { serial, id, text, at, copies, by, loggedAt, held } = event;
  // Written out and not spread, as in `heardWith`.
  return {
    serial,
    id,
    text,
    at,
    copies: copies + times,
    by: { syslog: by.syslog + (logged ? times : 0), stderr: by.stderr + (logged ? 0 : times) },
    loggedAt: logged ? spokenAt : loggedAt,
    pair: event.pair || (logged && loggedAt !== null && inOneBreath(spokenAt, loggedAt)),
    sealed: event.sealed || sealed,
    held,
  };
}

/**
 * What was said of a subject before this line. If a master says, in a later breath, that a worker begins, it is another one, though in a container
 * its pid is the same: all runs have ended.
 */
export function beforeLine(known: Subject | undefined, says: StateSentence, at: Instant): Subject {
  if (known === undefined) return { recent: [], voices: {} };
  const told = known.voices.stderr;
  return beginsWorker(says) && told && !inOneBreath(at, told.at) ? silenced(known) : known;
}
