/**
 * Processes that follow each other under one pid, as in a container that is started again, or under none, as the log has it. The next may say at once what
 * the one before said last, and that is no copy of it. A new life shows by its master's word, or where the pid speaks of a backend that has stopped.
 */
import { inOneBreath } from './copies.js';
import { backendOf, beginsWorker, type StateSentence } from './event.js';
import type { Heard, Subject, Voice } from './heard.js';
import { stopKey, type WorkerRef, workerKey } from './keys.js';
import type { Instant, Origin } from './record.js';
import { ended, runEnded } from './runs.js';

/** How much later than the first a copy of another target comes at most, if a stop stands between them. */
const LATE_WORDS_MS = 1_000;

/** A line about a state, as far as it shows whose life it is of. */
interface Word extends WorkerRef {
  says: StateSentence;
  at: Instant;
}

/** What was told of it that the line's backend has stopped; undefined if nothing was. */
export function stopOf(subjects: Heard['subjects'], word: Word): Subject | undefined {
  const proxy = backendOf(word.says);
  return proxy === null ? undefined : subjects.get(stopKey(word, proxy));
}

/**
 * What was said of a line's subject, with all runs ended that a life before the line's own has begun.
 * @param isSingle whether this way writes each change once
 */
export function inItsLife(
  known: Subject,
  stop: Subject | undefined,
  { says, at }: Word,
  origin: Origin,
  isSingle: boolean,
): Subject {
  if (beginsWorker(says)) {
    const told = known.voices.stderr;
    return told && !inOneBreath(at, told.at) ? silenced(known) : known;
  }
  if (stop === undefined) return known;
  const voice = known.voices[origin];
  return voice === undefined
    ? withoutEarlierLife(known, stop.voices, origin, at)
    : sinceStop(known, voice, stop.voices[origin], origin, at, isSingle);
}

/** The subject with all runs ended: what is said next is new. */
export function silenced({ recent, voices }: Subject): Subject {
  const over = Object.entries(voices).map(([origin, voice]) => [origin, { ...voice, text: '' }]);
  return { recent, voices: Object.fromEntries(over) };
}

/** Ends the run of a backend's stop, within this origin, when the pid speaks of its servers again: the next stop is another life's. */
export function alive(
  subjects: Heard['subjects'],
  stop: Subject | undefined,
  word: Word,
  origin: Origin,
): Heard['subjects'] {
  if (stop === undefined || word.says.kind !== 'server') return subjects;
  return runEnded(subjects, stopKey(word, word.says.server.backend), origin);
}

/** Whether a worker has told that a proxy of its has stopped, as far as that is remembered. */
export function hasStoppedAny({ subjects }: Heard, worker: WorkerRef): boolean {
  const own = `${workerKey(worker)} `;
  const isStop = (key: string, { voices }: Subject) =>
    key.startsWith(own) && key.endsWith(' stopped') && Object.values(voices).some(({ text }) => text !== '');
  return subjects.under(worker.host, isStop).length > 0;
}

/**
 * A run ends with its backend's stop. A line that bears a stamp from before that is the old life's; so is one that comes within a second of the run, for it
 * may be another target's copy.
 */
function sinceStop(
  subject: Subject,
  voice: Voice,
  stop: Voice | undefined,
  origin: Origin,
  at: Instant,
  isSingle: boolean,
): Subject {
  if (voice.text === '' || stop === undefined || stop.at < voice.at) return subject;
  const isOld = at < stop.at || (!isSingle && at - voice.at <= LATE_WORDS_MS);
  return isOld ? subject : ended(subject, origin, voice);
}

/**
 * An origin that was silent of this until now does not speak of what was said before a stop, if the same pid has spoken of the backend after that; nor if it
 * is a `log` target and the stop is over, for that one is never so late.
 */
function withoutEarlierLife(subject: Subject, stops: Subject['voices'], origin: Origin, at: Instant): Subject {
  const isOver = (stop: Voice) => stop.text === '' || (origin === 'syslog' && at - stop.at > LATE_WORDS_MS);
  const over = Object.values(stops).find((stop) => stop.at < at && isOver(stop));
  if (over === undefined) return subject;
  const recent = subject.recent.filter((event) => event.held || event.at > over.at);
  return recent.length === subject.recent.length ? subject : { ...subject, recent };
}
