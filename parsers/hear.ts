/**
 * From lines to events: HAProxy writes one change up to three times and more (every `log` target, and stderr through
 * journald), and each must be told once (copies.ts); what nobody else bears witness to may be forged (belief.ts).
 */
import { doubtOfSign, learn } from './belief.js';
import { withWorker } from './carriers.js';
import { hearCheck, withReason } from './checks.js';
import { beforeLine, fold, inOneBreath, separate } from './copies.js';
import { withRoomFor } from './crowd.js';
import {
  beginsWorker,
  type EventId,
  type HaproxyEvent,
  isOfWorkers,
  isSign,
  type SignSentence,
  type StateSentence,
  tellsOfState,
} from './event.js';
import { redated, withoutForetold } from './foretold.js';
import { noteAttempt, noteStopped } from './forged.js';
import { type Heard, type Held, heardWith, type Suspect, subjectKey } from './heard.js';
import type { WorkerRef } from './keys.js';
import {
  asItServed,
  hearMaster,
  hearReload,
  isAnew,
  isInheritance,
  isLoading,
  loadingBy,
  startedBy,
  tellerOf,
  withStage,
} from './masters.js';
import type { Instant, LogRecord, Stamp } from './record.js';
import { expectsStderr, hearStart, sourceOf } from './sources.js';
import { forgetWorker, hasJustBegun, hostNameOf, isWorker, recognise } from './speakers.js';
import { opened } from './strangers.js';
import { Verdicts, WAITING_MAX } from './verdict.js';
import { byDeadline, doubtedAt, dueAt, nextTurn, patienceMs, waitingAt } from './waiting.js';
import { contradiction, hearHead, isSealed } from './writers.js';

/** What a line, or a moment without one, made known. */
export interface Hearing {
  heard: Heard;
  /** What happened, in the order in which it is to be believed; `copies` are the lines that have said so by now. */
  events: readonly { event: HaproxyEvent; copies: number }[];
  /** The line was a further copy of an event that was told before. */
  copy: { of: EventId; copies: number } | null;
  /** What was not believed. */
  suspects: readonly Suspect[];
  /** What was not believed before, and is now. */
  cleared: readonly EventId[];
}

/** Where a line stands, and when it was read by our clock. */
export interface Address {
  id: EventId;
  heardAt: Instant;
}

/** Takes in one record: does it tell of an event, or once more of one? */
export function hear(heard: Heard, line: LogRecord, stamp: Stamp, address: Address): Hearing {
  const verdicts = new Verdicts(heard);
  const host = hostNameOf(heard, line);
  verdicts.settle(waitedInVain(heard, host, withWorker(heard, line), stamp.at));
  const record = withWorker(verdicts.heard, line);
  const { sentence } = record;
  const copy = tellsOfState(sentence) ? take(verdicts, record, sentence, stamp, address) : null;
  if (sentence.kind === 'reload.started') verdicts.heard = hearReload(verdicts.heard, host, record);
  verdicts.heard = hearCheck(verdicts.heard, host, record, stamp.at);
  if (sentence.kind === 'proxy.started') verdicts.heard = hearStart(verdicts.heard, host, record, stamp.at);
  if (isSign(sentence)) takeSign(verdicts, record, sentence, stamp, address.id);
  return hearingOf(verdicts, copy);
}

/** Settles what has waited long enough by our clock, where no further line may come to say that time has passed. */
export function hearNothing(heard: Heard, now: Instant): Hearing {
  const verdicts = new Verdicts(heard);
  const waiting = [...heard.held].map(([, held]) => held).sort(byDeadline);
  verdicts.settle(waiting.filter((held) => now - held.heardAt >= patienceMs(held)));
  return hearingOf(verdicts, null);
}

/** The instant of our clock at which `hearNothing` has something to settle; Infinity where nothing waits. */
export function nextVerdictAt({ held }: Heard): Instant {
  return [...held].reduce((next, [, one]) => Math.min(next, one.heardAt + patienceMs(one)), Number.POSITIVE_INFINITY);
}

function hearingOf({ heard, events, suspects, cleared }: Verdicts, copy: Hearing['copy']): Hearing {
  return { heard, events, copy, suspects, cleared };
}

/**
 * What has waited long enough by the log's time, in the order in which it did; and where only `log` targets could bear witness, that of
 * which the worker goes on to something else.
 */
function waitedInVain(heard: Heard, host: string, { pid, origin }: LogRecord, at: Instant): readonly Held[] {
  const { held } = heard;
  if (held.size === 0) return [];
  const due = dueAt(held, host, at);
  if (origin !== 'syslog' || expectsStderr(sourceOf(heard, host))) return due;
  const hasGoneOn = ({ event, subject, serial }: Held): boolean => {
    if (pid !== event.pid) return false;
    const said = heard.subjects.get(subject)?.recent.find((recent) => recent.serial === serial);
    return said !== undefined && said.loggedAt !== null && !inOneBreath(at, said.loggedAt);
  };
  const gone = [...waitingAt(held, host), ...doubtedAt(held, host)].filter(hasGoneOn);
  return [...new Set([...due, ...gone])].sort(byDeadline);
}

function take(
  verdicts: Verdicts,
  record: LogRecord,
  sentence: StateSentence,
  stamp: Stamp,
  { id, heardAt }: Address,
): Hearing['copy'] {
  const { origin, text, times, tag } = record;
  // A master speaks of its workers by number. 0 where the log names no pid.
  const pid = isOfWorkers(sentence) ? sentence.pid : (record.pid ?? 0);
  const { at, utcOffsetMin } = stamp;
  const named = hostNameOf(verdicts.heard, { host: record.host, pid });
  const says = withReason(verdicts.heard, named, pid, asItServed(verdicts.heard, named, record.pid, sentence), at);
  const against = contradiction(verdicts.heard, named, record);
  if (against !== null) {
    // Whoever looks for the line finds it by the number in its header.
    const event: HaproxyEvent = { id, at, utcOffsetMin, host: named, pid: record.tagPid ?? pid, says };
    verdicts.suspects.push({ id, event, tag, text, reason: against });
    verdicts.heard = noteAttempt(verdicts.heard, record, at);
    return null;
  }
  const { heard, host } = recognise(verdicts.heard, record, pid, stamp.at);
  verdicts.heard = heard === verdicts.heard ? heard : opened(heard, { host, pid });
  const master = tellerOf(verdicts.heard, host, record);
  const event: HaproxyEvent = { id, at, utcOffsetMin, host, pid, master, says };
  if (says.kind === 'worker.started') event.anew = isAnew(verdicts.heard, host, record);
  const subject = subjectKey(event, says);
  verdicts.settleAlone(subject, record, stamp.at);
  if (origin === 'stderr') verdicts.heard = withoutForetold(verdicts.heard, subject, event);
  verdicts.heard = withRoomFor(noteStopped(verdicts.heard, event), subject, event);
  const before = beforeLine(verdicts.heard.subjects.get(subject), says, stamp.at);
  const folded = fold(before, {
    id,
    text,
    origin,
    times,
    at: stamp.at,
    sealed: isSealed(verdicts.heard, host, record),
  });
  const said = folded.event;
  const subjects = separate(verdicts.heard.subjects, host, pid, origin, says).with(subject, folded.subject);
  verdicts.heard = heardWith(verdicts.heard, { subjects });
  if (!said.held) {
    verdicts.heard = hearHead(learn(verdicts.heard, event, said, tag), host, record);
    return { of: said.id, copies: said.copies };
  }
  const first = unlessSpoken(verdicts.heard, verdicts.heard.held.get(said.id), record) ?? {
    event,
    subject,
    serial: said.serial,
    tag,
    tagPid: record.tagPid,
    inTagsPlace: record.inTagsPlace,
    priority: record.priority,
    heardAt,
    turn: nextTurn(verdicts.heard.held),
    heir: folded.subject.recent.length <= WAITING_MAX && isInheritance(verdicts.heard, host, record, says, stamp.at),
  };
  const held = origin === 'stderr' ? redate(verdicts, first, stamp) : first;
  if (isOfWorkers(says)) {
    takeOfWorker(verdicts, held, record);
    return null;
  }
  verdicts.hold(held);
  const isBelieved = !verdicts.heard.held.has(held.event.id) && isWorker(verdicts.heard, host, pid);
  if (isBelieved) verdicts.heard = hearHead(verdicts.heard, host, record);
  return null;
}

/** A master's word of a worker has no second witness, and counts at once. */
function takeOfWorker(verdicts: Verdicts, held: Held, record: LogRecord): void {
  const { event } = held;
  const { host, pid, says } = event;
  verdicts.believe(held);
  verdicts.heard = hearMaster(hearHead(verdicts.heard, host, record), host, record);
  if (says.kind === 'worker.ended') verdicts.heard = withStage(verdicts.heard, event, 'ended');
  if (says.kind === 'worker.failed') fail(verdicts, event);
  if (!beginsWorker(says)) return;
  const isOvertaken = hasJustBegun(verdicts.heard, event);
  verdicts.heard = startedBy(verdicts.heard, event, record.pid, says);
  if (!isOvertaken) verdicts.heard = forgetWorker(verdicts.heard, host, pid);
  // For the next one its master loads the states anew, though they be the same.
  if (record.pid !== null) verdicts.heard = forgetWorker(verdicts.heard, host, record.pid);
  if (says.kind === 'worker.started') verdicts.inherit(host, record.pid, event);
}

/** What waits for a worker of its own, unless a `log` target tells it as well: a master writes to none before there is a worker. */
function unlessSpoken(heard: Heard, held: Held | undefined, { origin, pid }: LogRecord): Held | undefined {
  if (held?.heir !== true || origin !== 'syslog' || held.event.says.kind === 'proxy.stopped') return held;
  return isLoading(heard, held.event.host, pid) ? held : { ...held, heir: false };
}

function redate(verdicts: Verdicts, first: Held, stamp: Stamp): Held {
  const { heard, held } = redated(verdicts.heard, first, stamp);
  verdicts.heard = heard;
  return held;
}

/** A sign is told with each of its lines, and at once: it waits for no witness, so it must not be doubtful. */
function takeSign(verdicts: Verdicts, record: LogRecord, says: SignSentence, stamp: Stamp, id: EventId): void {
  const { heard } = verdicts;
  const host = hostNameOf(heard, record);
  const reason = doubtOfSign(heard, host, record);
  const master = tellerOf(heard, host, record);
  const event: HaproxyEvent = { id, ...stamp, host, pid: record.pid ?? 0, master, says };
  if (says.kind === 'reload.succeeded') event.anew = isAnew(heard, host, record);
  if (reason !== null) {
    const { tag, tagPid, text } = record;
    // Of failing checks HAProxy's own copies are doubted as well.
    if (says.kind !== 'check.result')
      verdicts.suspects.push({ id, event: { ...event, pid: tagPid ?? event.pid }, tag, text, reason });
    verdicts.heard = noteAttempt(heard, record, stamp.at);
    return;
  }
  verdicts.heard = hearMaster(hearHead(heard, host, record), host, record);
  if (says.kind === 'reload.succeeded' || says.kind === 'reload.failed') {
    for (const pid of loadingBy(verdicts.heard, host, event.pid)) {
      if (says.kind === 'reload.failed') fail(verdicts, { host, pid });
      else serve(verdicts, { ...event, pid, says: { kind: 'worker.started', pid } }, record);
    }
  }
  verdicts.events.push({ event, copies: record.times });
}

/** Since 3.1 a worker begins to serve when its master says that it was loaded. */
function serve(verdicts: Verdicts, event: HaproxyEvent, { times }: LogRecord): void {
  verdicts.heard = withStage(verdicts.heard, event, undefined);
  verdicts.events.push({ event, copies: times });
  verdicts.inherit(event.host, event.pid, event);
  verdicts.stop(event.host);
}

/** It never served. 3.1 says so without its pid: `Failed to load worker!`. */
function fail(verdicts: Verdicts, worker: WorkerRef): void {
  verdicts.heard = withStage(verdicts.heard, worker, 'ended');
  verdicts.disinherit(worker.host, worker.pid);
  verdicts.stop(worker.host);
}
