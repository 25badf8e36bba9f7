/**
 * Whether a line is a copy of an event that was heard already, whatever the order of arrival (docs/decisions/0002-copies.md).
 *  - Within one origin order is kept, and HAProxy never says the same of one server twice in a row in one process (src/server.c, srv_update_status:
 *    a line is written only when the state changes). So equal neighbours within an origin are copies: a run of them is one event.
 *  - Between origins the k-th run of one is the k-th of the other: a run pairs with the first event of the same text after the one that its origin
 *    spoke of last. The first copy to arrive is the event.
 *  - Stderr that was away for a while and is back pairs with what a `log` target tells in the same breath, though an older event of that text has no line
 *    on stderr.
 *  - HAProxy says that a backend has no server, but not that it has one again. So two such announcements within an origin are separated by a server
 *    of that backend coming back.
 */
import type { EventId } from './event.js';
import { COPY_DELAY_MAX_MS, type Heard, type Held, type RecentEvent, type Subject, type Voice } from './heard.js';
import type { Instant, Origin } from './record.js';

/** The most that copies of one breath are apart: 6 ms was the most that was measured, on a loaded machine. Stamps of whole seconds tell less. */
const BREATH_MS = 25;

/**
 * How many told events of a subject are kept at most, the last ones: without a bound, each line of a flood would cost more than the one before. With checks
 * every 100 ms, each of which turns the server, these are the changes of the minute by which a copy may be late.
 */
const RECENT_MAX = 600;

/**
 * How long an event is kept that only one of the two ways has told, where the other one is used as well: a way may be blocked for minutes
 * (stderr in the journal, a queue of rsyslog). And how many, the last ones.
 */
const BLOCKED_MAX_MS = 3_600_000;
const BLOCKED_MAX = 16;

/** Stderr comes seconds late at worst. If it seems to come later, and in one breath with a `log` target, it has lost what it said before. */
const LATE_MS = 10_000;

/** A line, as far as folding needs it. */
export interface Spoken {
  id: EventId;
  text: string;
  origin: Origin;
  /** How many lines of the log these are, and how many copies: rsyslog may have folded several into a line. */
  lines: number;
  copies: number;
  at: Instant;
  /** See `RecentEvent`. */
  sealed: boolean;
  /** The load balancer is known to tell by both ways. */
  bothWays: boolean;
}

/** Whether two lines of one origin can have been written in one breath, as far as their stamps tell. */
export function inOneBreath(a: Instant, b: Instant): boolean {
  const wholeSeconds = a % 1000 === 0 && b % 1000 === 0;
  return Math.abs(a - b) <= (wholeSeconds ? 1000 : BREATH_MS);
}

/** The same of lines that took two ways: one of them may have a stamp of whole seconds, and the other not. */
export function isAtOnce(a: Instant, b: Instant): boolean {
  return a % 1000 === 0 || b % 1000 === 0 ? Math.abs(a - b) <= 1000 : inOneBreath(a, b);
}

/** What is known about the lines of a waiting event. */
export function saidOf({ subjects }: Heard, { subject, serial }: Pick<Held, 'subject' | 'serial'>): RecentEvent {
  return eventOf(subjects.get(subject)!.recent, serial)!;
}

/** (Here and below by numbers: `for ... of` makes an object for each step, and each line comes here.) */
function eventOf(recent: readonly RecentEvent[], serial: number): RecentEvent | undefined {
  let at = 0;
  while (at < recent.length && recent[at]!.serial !== serial) at++;
  return recent[at];
}

/** `heard` with these subjects. Each line about a state changes them, so it is written out. */
export function withSubjects({ speakers, profiles, held, told, strangers }: Heard, subjects: Heard['subjects']): Heard {
  return { subjects, speakers, profiles, held, told, strangers };
}

/** `heard` with what is known about the lines of one event replaced by `said`. */
export function withSaid(heard: Heard, subject: string, said: RecentEvent): Heard {
  const { recent, voices } = heard.subjects.get(subject)!;
  const changed = recent.map((one) => (one.serial === said.serial ? said : one));
  return withSubjects(heard, heard.subjects.with(subject, { recent: changed, voices }));
}

/** Adds a line to its subject. Returns the event that the line tells of, new or known, and the subject as it is then. */
export function fold(subject: Subject, spoken: Spoken): { subject: Subject; event: RecentEvent } {
  const copied = eventCopiedBy(subject, spoken);
  return copied === undefined ? begun(subject, spoken) : folded(subject, copied, spoken);
}

/** Adds the line of a new event, and the one on stderr that was taken for an older event's and is this one's. */
function begun(subject: Subject, spoken: Spoken): { subject: Subject; event: RecentEvent } {
  const event = newEvent(subject, spoken);
  const older = misledBy(subject, spoken);
  const { stderr } = subject.voices;
  if (older === undefined || stderr === undefined) return folded(subject, event, spoken);
  const rest = { ...older, copies: older.copies - 1, by: { ...older.by, stderr: older.by.stderr - 1 } };
  const recent = subject.recent.map((one) => (one === older ? rest : one));
  const voices = { ...subject.voices, stderr: { ...stderr, serial: event.serial } };
  return folded({ recent, voices }, { ...event, copies: 1, by: { syslog: 0, stderr: 1 } }, spoken);
}

function folded(subject: Subject, told: RecentEvent, spoken: Spoken): { subject: Subject; event: RecentEvent } {
  const event = counted(told, spoken);
  const { origin, text, at, bothWays } = spoken;
  const logged = subject.voices.syslog?.serial; // rsyslog may keep back a copy of it, for longer than copies are late (last-words.ts)
  const recent: RecentEvent[] = [];
  for (let i = 0; i < subject.recent.length; i++) {
    const other = subject.recent[i]!;
    if (other.serial === event.serial) recent.push(event);
    else if (other.held || other.serial === logged || at - other.at <= COPY_DELAY_MAX_MS) recent.push(other);
    else if (awaits(subject, other, bothWays) && at - other.at <= BLOCKED_MAX_MS) recent.push(other);
  }
  if ((recent.at(-1)?.serial ?? 0) < event.serial) recent.push(event); // it is a new one
  const voices = voicesWith(subject.voices, origin, { text, at, serial: event.serial });
  return { subject: { recent: lately(recent), voices }, event };
}

/** Whether one of the two ways has not told of the event yet, and is known to speak of its subject. */
function awaits({ voices, recent }: Subject, { serial, by }: RecentEvent, bothWays: boolean): boolean {
  if (recent.at(-1)!.serial - serial >= BLOCKED_MAX) return false;
  const missing = by.stderr === 0 ? voices.stderr : by.syslog === 0 ? voices.syslog : null;
  return missing === undefined ? bothWays : missing !== null && missing.serial < serial;
}

/** The events that wait, and the last of the others. */
function lately(recent: RecentEvent[]): RecentEvent[] {
  if (recent.length <= RECENT_MAX) return recent;
  let excess = recent.filter(({ held }) => !held).length - RECENT_MAX;
  return recent.filter(({ held }) => held || excess-- <= 0);
}

/** Written out and not spread, as in `heardWith`. */
function voicesWith({ syslog, stderr }: Subject['voices'], origin: Origin, voice: Voice): Subject['voices'] {
  if (origin === 'syslog') return stderr === undefined ? { syslog: voice } : { syslog: voice, stderr };
  return syslog === undefined ? { stderr: voice } : { syslog, stderr: voice };
}

/** Whether one line alone says so: whoever writes it can say in it that rsyslog has folded others into it. */
export const isInOneLine = ({ by }: RecentEvent): boolean => by.syslog + by.stderr === 1;

/** The subject without an event that was not believed: nothing pairs with it any more. */
export function strike({ recent, voices }: Subject, serial: number): Subject {
  return { recent: recent.filter((event) => event.serial !== serial), voices };
}

/** The recent event that a line repeats; undefined if it tells something new. */
function eventCopiedBy(subject: Subject, spoken: Spoken): RecentEvent | undefined {
  const first = firstCopiedBy(subject, spoken);
  return first === undefined ? undefined : (besides(subject, spoken, first) ?? first);
}

function firstCopiedBy({ recent, voices }: Subject, { origin, text, at }: Spoken): RecentEvent | undefined {
  const voice = voices[origin];
  if (voice?.text === text && isInTime(at, voice.at)) {
    const same = eventOf(recent, voice.serial);
    if (same) return same;
  }
  const after = voice?.serial ?? 0;
  for (let i = 0; i < recent.length; i++) {
    const event = recent[i]!;
    if (event.serial > after && event.text === text && isInTime(at, event.at)) return event;
  }
  return undefined;
}

function isInTime(at: Instant, then: Instant): boolean {
  return Math.abs(at - then) <= COPY_DELAY_MAX_MS;
}

/** The one event of the same text after the first, if a `log` target told it in one breath with this line on stderr, which is too late for the first. */
function besides({ recent }: Subject, { origin, text, at }: Spoken, first: RecentEvent): RecentEvent | undefined {
  if (origin !== 'stderr' || at - first.at <= LATE_MS) return undefined;
  const [next, another] = recent.filter((event) => event.serial > first.serial && event.text === text);
  if (next === undefined || another !== undefined || next.by.stderr > 0) return undefined;
  return next.loggedAt !== null && inOneBreath(at, next.loggedAt) ? next : undefined;
}

/**
 * The event for whose copy the last line on stderr was taken, if a line of a `log` target begins an event of the same text in one breath with that one, which
 * was too late for the older.
 */
function misledBy({ recent, voices: { stderr } }: Subject, { origin, text, at }: Spoken): RecentEvent | undefined {
  if (origin !== 'syslog' || stderr?.text !== text || !inOneBreath(at, stderr.at)) return undefined;
  const older = eventOf(recent, stderr.serial);
  if (older === undefined || stderr.at - older.at <= LATE_MS) return undefined;
  return recent.some((event) => event.serial > older.serial && event.text === text) ? undefined : older;
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

function counted(event: RecentEvent, { origin, lines, copies: more, at: spokenAt, sealed }: Spoken): RecentEvent {
  const logged = origin === 'syslog';
  const { serial, id, text, at, copies, by, loggedAt, held } = event;
  // Written out and not spread, as in `heardWith`.
  return {
    serial,
    id,
    text,
    at,
    copies: copies + more,
    by: { syslog: by.syslog + (logged ? lines : 0), stderr: by.stderr + (logged ? 0 : lines) },
    loggedAt: logged ? spokenAt : loggedAt,
    pair: event.pair || (logged && loggedAt !== null && inOneBreath(spokenAt, loggedAt)),
    sealed: event.sealed || sealed,
    held,
  };
}
