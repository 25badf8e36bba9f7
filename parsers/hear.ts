/**
 * From lines to events. HAProxy writes one change up to three times and more (by each `log` target, and on stderr through journald), and each change must
 * be told once (copies.ts). A line to which no other bears witness may be forged (belief.ts).
 */
import { learn } from './belief.js';
import { withWorker } from './carried.js';
import { hearMistaken } from './carriers.js';
import { hearCheck } from './checks.js';
import { eventOf, type StateEvent } from './claim.js';
import { fold, inOneBreath, saidOf, withSubjects } from './copies.js';
import { withRoomFor } from './crowd.js';
import { type EventId, type HaproxyEvent, isOfWorkers, isSign, type StateSentence, tellsOfState } from './event.js';
import { redated, withoutForetold } from './foretold.js';
import { noteStopped } from './forged.js';
import { type Heard, type Held, heardWith, NOTHING_SAID, type RecentEvent, type Suspect, subjectKey } from './heard.js';
import { asOvertaken } from './late.js';
import { alive, inItsLife, stopOf } from './lives.js';
import { hearLogged, settleDue, takeOfWorker, takeReload, takeSign } from './master-word.js';
import { asItServed, isInheritance, isLoading } from './masters.js';
import { asOneWorker } from './one-worker.js';
import { isWorker } from './processes.js';
import { expectsStderr, hearStart, profileOf } from './profiles.js';
import type { Instant, LogRecord, Stamp } from './record.js';
import { separate } from './runs.js';
import { awaitsItsName, hostNameOf } from './speakers.js';
import { Verdicts, WAITING_MAX } from './verdict.js';
import { aheadOf, byDeadline, doubtedAt, dueAt, nextTurn, patienceMs, waitingAt } from './waiting.js';
import { hearHead, isSealed, isThroughWrapper } from './writers.js';

/** What a line, or a moment without one, made known. */
export interface Hearing {
  heard: Heard;
  /** What happened, in the order in which it is to be believed; `copies` are the lines that have said so by now. */
  events: readonly { event: HaproxyEvent; copies: number }[];
  /** The line was a further copy of an event that was told before. */
  copy: { of: EventId; copies: number } | null;
  /** Events that were not believed. */
  suspects: readonly Suspect[];
  /** Events that were not believed before, and are now. */
  cleared: readonly EventId[];
}

/** Where a line stands, and when it was read by our clock; if it was written before haplog looked, when it was written. */
export interface Address {
  id: EventId;
  heardAt: Instant;
}

/** Takes in one record, which may tell of an event, or of one that is known already. */
export function hear(heard: Heard, line: LogRecord, stamp: Stamp, address: Address): Hearing {
  const verdicts = new Verdicts(heard);
  const host = hostNameOf(heard, line);
  if (heard.held.size > 0) settleDue(verdicts, waitedInVain(heard, host, withWorker(heard, line, stamp.at), stamp.at));
  verdicts.heard = hearMistaken(verdicts.heard, host, line, stamp.at);
  const record = asItServed(verdicts.heard, withWorker(verdicts.heard, line, stamp.at), stamp.at);
  const { sentence } = record;
  // A witness that never comes again must not be missed.
  const isState = tellsOfState(sentence) && !isThroughWrapper(record);
  if (isState) return hearingOf(verdicts, take(verdicts, record, sentence, stamp, address));
  if (sentence.kind === 'reload.started') takeReload(verdicts, host, record);
  if (sentence.kind === 'proxy.started') verdicts.heard = hearStart(verdicts.heard, host, record, stamp.at);
  verdicts.heard = hearCheck(verdicts.heard, host, record, stamp.at);
  if (isSign(sentence)) takeSign(verdicts, record, sentence, stamp, address.id);
  return hearingOf(verdicts, null);
}

/** Settles events that have waited long enough by our clock, as no further line may come to show that time has passed. */
export function hearNothing(heard: Heard, now: Instant): Hearing {
  const verdicts = new Verdicts(heard);
  const waiting = [...heard.held].map(([, held]) => held).sort(byDeadline);
  const due = waiting.filter((held) => now - held.heardAt >= patienceMs(held));
  settleDue(verdicts, due);
  return hearingOf(verdicts, null);
}

/** The instant of our clock at which `hearNothing` has something to settle; Infinity if nothing waits. */
export function nextVerdictAt({ held }: Heard): Instant {
  return [...held].reduce((next, [, one]) => Math.min(next, one.heardAt + patienceMs(one)), Number.POSITIVE_INFINITY);
}

/** What was heard, after the clock by which it was heard was set back by `byMs`, or forward where that is negative: nothing waits longer for it. */
export function heardBefore(heard: Heard, byMs: number): Heard {
  let { held } = heard;
  for (const [id, one] of heard.held) held = held.with(id, { ...one, heardAt: one.heardAt - byMs });
  return heardWith(heard, { held });
}

/** The latest instant of our clock at which something that waits was heard; -Infinity if nothing waits. */
export function lastHeard({ held }: Heard): Instant {
  return [...held].reduce((last, [, { heardAt }]) => Math.max(last, heardAt), Number.NEGATIVE_INFINITY);
}

function hearingOf({ heard, events, suspects, cleared }: Verdicts, copy: Hearing['copy']): Hearing {
  return { heard, events, copy, suspects, cleared };
}

/**
 * The events that have waited long enough by the log's time, by deadline, and those from before the clock was set back. Where only `log` targets can bear
 * witness, also those whose worker has gone on to something else, in another breath.
 */
function waitedInVain(heard: Heard, host: string, { pid, origin }: LogRecord, at: Instant): readonly Held[] {
  const { held } = heard;
  const due = [...dueAt(held, host, at), ...aheadOf(held, host, at)];
  if (origin !== 'syslog' || expectsStderr(profileOf(heard, host))) return due;
  if (pid !== null && awaitsItsName(heard, { host, pid })) return due;
  const hasGoneOn = (one: Held): boolean => {
    if (pid !== one.event.pid) return false;
    const { loggedAt } = saidOf(heard, one);
    return loggedAt !== null && !inOneBreath(at, loggedAt);
  };
  const gone = [...waitingAt(held, host), ...doubtedAt(held, host)].filter(hasGoneOn);
  return [...new Set([...due, ...gone])].sort(byDeadline);
}

/** Takes in a line about a state. It may be refused, be a further copy, or make an event that is believed at once or waits. */
function take(
  verdicts: Verdicts,
  record: LogRecord,
  sentence: StateSentence,
  stamp: Stamp,
  { id, heardAt }: Address,
): Hearing['copy'] {
  const event = eventOf(verdicts, record, sentence, stamp, id);
  if (event === null) return null;
  hearLogged(verdicts, event, record);
  const { host, pid, says } = event;
  const subject = subjectKey(event, says);
  const said = foldIn(verdicts, event, subject, record);
  if (!said.held) {
    verdicts.heard = hearHead(learn(verdicts.heard, event, said, record.tag), host, record);
    return { of: said.id, copies: said.copies };
  }
  const waiting = withReasonOf(unlessSpoken(verdicts.heard, verdicts.heard.held.get(said.id), record), says);
  const first =
    waiting ??
    heldOf(verdicts.heard, asOvertaken(verdicts.heard, event, record.origin), subject, said.serial, record, heardAt);
  const held = record.origin === 'stderr' ? redate(verdicts, first, said, stamp) : first;
  if (isOfWorkers(says)) {
    takeOfWorker(verdicts, held, record);
    return null;
  }
  verdicts.hold(held);
  verdicts.heard = asOneWorker(verdicts.heard, held.event.id);
  const isBelieved = !verdicts.heard.held.has(held.event.id) && isWorker(verdicts.heard, host, pid);
  if (isBelieved) verdicts.heard = hearHead(verdicts.heard, host, record);
  return null;
}

/** Counts the line among those of its subject. Returns the event that it tells of, new or known. */
function foldIn(verdicts: Verdicts, event: StateEvent, subject: string, record: LogRecord): RecentEvent {
  const { id, at, says } = event;
  const { origin, text, times: copies } = record;
  verdicts.settleAlone(subject, record, at);
  if (origin === 'stderr') verdicts.heard = withoutForetold(verdicts.heard, subject, event, text);
  const heard = withRoomFor(noteStopped(verdicts.heard, event), subject, event);
  const known = heard.subjects.get(subject) ?? NOTHING_SAID;
  const stop = stopOf(heard.subjects, event);
  const profile = profileOf(heard, event.host);
  const before = inItsLife(known, stop, event, origin, origin === 'stderr' || profile.pairs === false);
  const sealed = isSealed(heard, event.host, record);
  const bothWays = profile.stderr === true;
  const folded = fold(before, { id, text, origin, lines: 1, copies, at, sealed, bothWays });
  const isNew = known.voices[origin]?.text !== text;
  const subjects = separate(alive(heard.subjects, stop, event, origin), event, origin, says, isNew).with(
    subject,
    folded.subject,
  );
  verdicts.heard = withSubjects(heard, subjects);
  return folded.event;
}

/** An event that was just heard, in the form in which it waits. */
function heldOf(
  heard: Heard,
  event: StateEvent,
  subject: string,
  serial: number,
  record: LogRecord,
  heardAt: Instant,
): Held {
  const { tag, tagPid, inTagsPlace, priority } = record;
  const isLegacy =
    isInheritance(heard, event.host, record, event.says, event.at) &&
    heard.subjects.get(subject)!.recent.length <= WAITING_MAX;
  const turn = nextTurn(heard.held);
  return { event, subject, serial, tag, tagPid, inTagsPlace, priority, heardAt, turn, legacy: isLegacy };
}

/**
 * The waiting event, which no longer waits for a worker to inherit it if a `log` target tells it as well: a master writes to none before its worker is
 * there.
 */
function unlessSpoken(heard: Heard, held: Held | undefined, { origin, pid }: LogRecord): Held | undefined {
  if (held?.legacy !== true || origin !== 'syslog' || held.event.says.kind === 'proxy.stopped') return held;
  return isLoading(heard, held.event.host, pid) ? held : { ...held, legacy: false };
}

/** The waiting event, with the reason that only a later line has: where clients can write lines, that of a check counts on stderr alone (checks.ts). */
function withReasonOf(held: Held | undefined, says: StateSentence): Held | undefined {
  const known = held?.event.says;
  if (held === undefined || known?.kind !== 'server' || says.kind !== 'server') return held;
  if (known.cause.class !== 'unknown' || says.cause.class === 'unknown') return held;
  return { ...held, event: { ...held.event, says: { ...known, cause: says.cause } } };
}

function redate(verdicts: Verdicts, first: Held, said: RecentEvent, stamp: Stamp): Held {
  const { heard, held } = redated(verdicts.heard, first, said, stamp);
  verdicts.heard = heard;
  return held;
}
