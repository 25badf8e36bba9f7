/**
 * From lines to events: HAProxy writes one change up to three times and more (every `log` target, and stderr through
 * journald), and each must be told once.
 *
 * What makes it decidable, whatever the order of arrival (see docs/decisions/0002-copies.md):
 *  - Within one origin order is kept, and HAProxy never says the same of one server twice in a row in one process
 *    (src/server.c, srv_update_status: a line is written only when the state changes). So equal neighbours within an
 *    origin are copies: a run is one event.
 *  - Between origins the k-th run of one is the k-th of the other: a run pairs with the first event behind the one its
 *    origin spoke of last. The first copy to arrive is the event; nothing waits for the others.
 *  - A backend without a server is announced without a counterpart, so there what separates two announcements within an
 *    origin is a server of that backend coming back.
 */
import type { EventId, HaproxyEvent, StateSentence } from './event.js';
import type { Instant, LogRecord, Origin, Stamp } from './record.js';
import { Shelf } from './shelf.js';

/** No copy arrives later than this: journald and rsyslog delay by seconds at worst. Not a window in which equals merge. */
const COPY_DELAY_MAX_MS = 60_000;

const COMES_BACK = new Set(['up', 'ready', 'undrain']);

/** An event that a later line may be a copy of. */
interface RecentEvent {
  serial: number;
  id: EventId;
  text: string;
  at: Instant;
  copies: number;
}

/** What an origin said last about a subject, and which event that was. */
interface Voice {
  text: string;
  at: Instant;
  serial: number;
}

/** One server, or the availability of one backend, in one worker. */
interface Subject {
  recent: RecentEvent[];
  voices: Partial<Record<Origin, Voice>>;
}

/** A worker as heard under one host name, by which origins; `alias` is the name it was first known by. */
interface Speaker {
  alias: string | null;
  origins: Partial<Record<Origin, true>>;
  /** When it was first heard, and whether that was only its master's word that it began. */
  at: Instant;
  announced: boolean;
}

/** Who has not been heard for so long is forgotten when somebody new speaks. */
const SPEAKER_AGE_MAX_MS = 24 * 3_600_000;

/** All that is remembered of what was heard lately. Plain data, so that it can be stored. */
export interface Heard {
  subjects: Shelf<Subject>;
  speakers: Shelf<Speaker>;
}

export const NOTHING_HEARD: Heard = { subjects: Shelf.of(), speakers: Shelf.of() };

export type Hearing =
  | { kind: 'event'; heard: Heard; event: HaproxyEvent; copies: number }
  | { kind: 'copy'; heard: Heard; of: EventId; copies: number }
  /** The line tells of no state. */
  | { kind: 'nothing'; heard: Heard };

/**
 * Takes in one record: is it an event, or a copy of one?
 * @param id the address of the line, which becomes the event's id if it is one
 */
export function hear(heard: Heard, record: LogRecord, stamp: Stamp, id: EventId): Hearing {
  const { sentence } = record;
  if (sentence.kind === 'other') return { kind: 'nothing', heard };
  const pid = workerOf(record, sentence);
  const { heard: known, host } = recognise(heard, record, pid, stamp.at);
  const key = subjectKey(host, pid, sentence);
  const subject = known.subjects.get(key) ?? { recent: [], voices: {} };
  const copied = eventCopiedBy(subject, record.origin, record.text, stamp.at);

  const event = copied ?? {
    serial: (subject.recent.at(-1)?.serial ?? 0) + 1,
    id,
    text: record.text,
    at: stamp.at,
    copies: 0,
  };
  const counted = { ...event, copies: event.copies + record.times };
  const subjects = separate(known.subjects, host, pid, record.origin, sentence).with(key, {
    recent: [
      ...subject.recent.filter((e) => e.serial !== event.serial && stamp.at - e.at <= COPY_DELAY_MAX_MS),
      counted,
    ].sort((a, b) => a.serial - b.serial),
    voices: { ...subject.voices, [record.origin]: { text: record.text, at: stamp.at, serial: event.serial } },
  });
  const now = { subjects, speakers: known.speakers };
  if (copied) return { kind: 'copy', heard: now, of: event.id, copies: counted.copies };
  return { kind: 'event', heard: now, event: { id, ...stamp, host, pid, says: sentence }, copies: counted.copies };
}

/** The recent event that a line by `origin` repeats; undefined if it tells something new. */
function eventCopiedBy(subject: Subject, origin: Origin, text: string, at: Instant): RecentEvent | undefined {
  const voice = subject.voices[origin];
  const inTime = (then: Instant) => Math.abs(at - then) <= COPY_DELAY_MAX_MS;
  if (voice?.text === text && inTime(voice.at)) {
    const same = subject.recent.find((event) => event.serial === voice.serial);
    if (same) return same;
  }
  const after = voice?.serial ?? 0;
  return subject.recent.find((event) => event.serial > after && event.text === text && inTime(event.at));
}

/** A server that may have come back ends the run of `has no server available` of its backend, in its origin. */
function separate(
  subjects: Heard['subjects'],
  host: string,
  pid: number,
  origin: Origin,
  sentence: StateSentence,
): Heard['subjects'] {
  if (sentence.kind !== 'server' || !COMES_BACK.has(sentence.change.to)) return subjects;
  const key = subjectKey(host, pid, { kind: 'backend.exhausted', backend: sentence.server.backend });
  const subject = subjects.get(key);
  const voice = subject?.voices[origin];
  if (!subject || !voice || voice.text === '') return subjects;
  return subjects.with(key, { ...subject, voices: { ...subject.voices, [origin]: { ...voice, text: '' } } });
}

/** The worker a sentence is about: a master speaks of its workers by number. 0 where the log names no pid. */
function workerOf(record: LogRecord, sentence: StateSentence): number {
  if (sentence.kind === 'worker.started' || sentence.kind === 'worker.ended') return sentence.pid;
  return record.pid ?? 0;
}

/**
 * The host that a worker is known by. Over UDP the same worker's syslog lines may bear another host name than its
 * stderr lines (`localhost`, or what `log-send-hostname` sets). Two names are one worker if they share the pid and no
 * origin, neither host has ever spoken in the other's way, and the one was heard, or announced by its master, just before.
 */
function recognise(
  heard: Heard,
  { host, origin, sentence }: LogRecord,
  pid: number,
  at: Instant,
): { heard: Heard; host: string } {
  const key = `${pid} ${host}`;
  const { speakers } = heard;
  const known = speakers.get(key);
  const announced = sentence.kind === 'worker.started';
  const heardNow = (speaker: Speaker): Speaker => ({
    ...speaker,
    origins: { ...speaker.origins, [origin]: true },
    announced: speaker.announced && announced,
  });
  if (known) {
    const changed = !known.origins[origin] || (known.announced && !announced);
    const told = changed ? { ...heard, speakers: speakers.with(key, heardNow(known)) } : heard;
    return { heard: told, host: known.alias ?? host };
  }
  const twin = twinOf(speakers, host, pid, origin, at);
  const alias = twin === null ? null : twin.slice(twin.indexOf(' ') + 1);
  const fresh = forgetOld(heard, host, at);
  const joined = twin === null ? fresh.speakers : fresh.speakers.with(twin, heardNow(speakers.get(twin)!));
  const self: Speaker = { alias, origins: {}, at, announced };
  return { heard: { ...fresh, speakers: joined.with(key, { ...heardNow(self), announced }) }, host: alias ?? host };
}

function twinOf(speakers: Shelf<Speaker>, host: string, pid: number, origin: Origin, at: Instant): string | null {
  const origins = new Map<string, Set<string>>();
  for (const [name, speaker] of speakers) {
    const of = name.slice(name.indexOf(' ') + 1);
    origins.set(
      of,
      new Set([...(origins.get(of) ?? []), ...(speaker.alias === null ? Object.keys(speaker.origins) : [])]),
    );
  }
  for (const [name, speaker] of speakers) {
    const other = name.slice(name.indexOf(' ') + 1);
    if (!name.startsWith(`${pid} `) || speaker.alias !== null || speaker.origins[origin]) continue;
    if (!speaker.announced && Math.abs(at - speaker.at) > COPY_DELAY_MAX_MS) continue;
    const shared = [...(origins.get(host) ?? [])].some((each) => origins.get(other)?.has(each));
    if (!shared) return name;
  }
  return null;
}

/** Somebody new speaks: what the same host's workers said longer ago than a copy takes need not be kept. */
function forgetOld({ subjects, speakers }: Heard, host: string, at: Instant): Heard {
  const silent = ({ voices }: Subject) => Object.values(voices).every((voice) => at - voice.at > COPY_DELAY_MAX_MS);
  const old = [...subjects].filter(([key, subject]) => key.startsWith(`${host} `) && silent(subject));
  const gone = [...speakers].filter(
    ([key, speaker]) => key.endsWith(` ${host}`) && at - speaker.at > SPEAKER_AGE_MAX_MS,
  );
  return {
    subjects: old.reduce((rest, [key]) => rest.without(key), subjects),
    speakers: gone.reduce((rest, [key]) => rest.without(key), speakers),
  };
}

function subjectKey(host: string, pid: number, sentence: StateSentence): string {
  switch (sentence.kind) {
    case 'server':
      return `${host} ${pid} ${sentence.server.backend}/${sentence.server.server}`;
    case 'backend.exhausted':
      return `${host} ${pid} ${sentence.backend}`;
    case 'proxy.stopped':
      return `${host} ${pid} ${sentence.proxy} stopped`;
    case 'worker.started':
    case 'worker.ended':
      return `${host} ${pid}`;
  }
}
