/**
 * Who wrote a line, by its header: HAProxy itself, a process that carries its stderr into the log, or somebody else. How HAProxy's own lines are headed is
 * learned from those that were believed.
 */
import { isCarrier } from './carriers.js';
import { isInOneLine, saidOf } from './copies.js';
import { beginsWorker, isOfWorkers, isSign } from './event.js';
import type { Head, Heard, Held, RecentEvent } from './heard.js';
import type { WorkerRef } from './keys.js';
import { writesLines } from './loads.js';
import { isExcess, isMaster } from './masters.js';
import { isRunning, isWorker, speakerAt } from './processes.js';
import { hasName, profileOf, withOne, withProfile } from './profiles.js';
import type { Instant, LogRecord, Origin } from './record.js';
import { hostNameOf } from './speakers.js';
import { linesVary, OPEN } from './strangers.js';

/**
 * Severities as the syslog protocol numbers them (RFC 5424 section 6.2.1). HAProxy logs traffic as `info`, or as `err` with
 * `option log-separate-errors`; changes of state as `emerg`, `alert`, `warning` or `notice` (src/server.c, src/backend.c), and
 * as `crit` where the `log` line has that as its most urgent (src/log.c).
 */
const OF_STATES = new Set([0, 1, 2, 4, 5]);

const isOfTraffic = (priority: number | null): boolean => priority !== null && !OF_STATES.has(priority & 7);

/** The first of the facilities that are for an operator's own use, local0 to local7 (RFC 5424 section 6.2.1): a program logs to them only if it was told to. */
const LOCAL0 = 16;

const isLocal = (priority: number | null): boolean => priority !== null && priority >> 3 >= LOCAL0;

/**
 * Whether a line's severity says that it is no traffic, and its facility that a `log` target of HAProxy may have brought it. False if the log has no
 * severities: where a client's text stands in the place of host and tag, it may write one in words. And rsyslog gives one of its own to what has none and
 * no tag (`format raw` into imudp).
 */
export function isSealed(heard: Heard, host: string, record: LogRecord): boolean {
  const { origin, priority, inWords, tag } = record;
  if (origin !== 'syslog' || priority === null || !OF_STATES.has(priority & 7) || isOfCarrier(record)) return false;
  const { syslog, stderr } = profileOf(heard, host).heads ?? {};
  const known = syslog?.facilities ?? [];
  if (inWords && known.length === 0 && !stderr?.facilities.length) return false;
  return known.includes(priority >> 3) || isLocal(priority) || (known.length === 0 && tag !== '');
}

/** The header is a carrier's, and so is the severity: a log driver has one for all of standard output (carriers.ts). */
const isOfCarrier = ({ pid, tagPid }: LogRecord): boolean => tagPid !== null && tagPid !== pid;

/** Takes in the header of a line that was believed, or that repeats one that was. */
export function hearHead(
  heard: Heard,
  host: string,
  { origin, pid, tagPid, inTagsPlace, tag, priority }: LogRecord,
): Heard {
  const profile = profileOf(heard, host);
  const before = profile.heads?.[origin];
  const isOwn = tagPid === pid || (origin === 'syslog' && tagPid === null);
  const numbered = tagPid !== null;
  const direct = before?.direct === true || isOwn;
  // A client that knows a worker's pid can write lines that look like its stderr, with another facility; a master's it cannot.
  const isSure = origin === 'syslog' || !before?.facilities.length || !isWorker(heard, host, pid ?? 0);
  const facilities = withOne(before?.facilities, priority === null || !isSure ? null : priority >> 3);
  const places = withOne(before?.inTagsPlace, inTagsPlace);
  const carriers = withOne(before?.carriers, isOwn || !isWorker(heard, host, pid ?? 0) ? null : tagPid);
  const ownTags = withOne(before?.tags, tag);
  const tags = withOne(profile.tags, tag);
  const isKnown =
    before?.numbered === numbered &&
    before.direct === direct &&
    before.facilities === facilities &&
    before.inTagsPlace === places &&
    before.carriers === carriers &&
    before.tags === ownTags &&
    tags === profile.tags;
  if (isKnown) return heard;
  const head: Head = { numbered, tags: ownTags, direct, facilities, inTagsPlace: places, carriers };
  return withProfile(heard, host, { tags, heads: { ...profile.heads, [origin]: head } });
}

/** Why a line cannot be what it claims to be, whatever other lines say the same; null if it can. `at`: when it was written, if that is known. */
export function contradiction(heard: Heard, host: string, record: LogRecord, at?: Instant): string | null {
  const { origin, priority, level, sentence } = record;
  if (origin === 'stderr') return contradictionOnStderr(heard, host, record, at);
  if (isOfTraffic(level) || (isOfTraffic(priority) && !isOfCarrier(record))) return 'its severity is that of traffic';
  if (level !== null && !isCarrier(heard, host, record)) return "HAProxy's header stands behind another one";
  return isOfWorkers(sentence) ? 'a master tells of its workers on stderr only' : null;
}

function contradictionOnStderr(heard: Heard, host: string, record: LogRecord, at?: Instant): string | null {
  const { pid, tagPid, priority, sentence } = record;
  const { stderr, syslog } = profileOf(heard, host).heads ?? {};
  const facility = priority === null ? null : priority >> 3;
  if (isExcess(heard, host, record)) return 'more states were loaded than can wait';
  // The local facilities are for an operator's `log` lines, whatever was heard: a first line must not make them stderr's.
  const isOfTarget = isLocal(priority) || syslog?.facilities.includes(facility ?? -1) === true;
  const isOfStderr = stderr?.facilities.length ? stderr.facilities.includes(facility ?? -1) : !isLocal(priority);
  if (isOfTarget && !isOfStderr) return 'its facility is that of a `log` target';
  if (isInAnother(heard, host, 'stderr', record.inTagsPlace)) return 'another program wrote it';
  if (isOfWorkers(sentence) && isRunning(heard, hostNameOf(heard, record), pid))
    return 'a worker does not tell of workers';
  const writer = otherWriter(heard, record);
  if (writer !== null && isRunning(heard, writer.host, writer.pid))
    return 'a worker wrote it under the number of another process';
  const isCarried = tagPid !== null && stderr?.carriers.includes(tagPid) === true;
  const against = isCarried ? null : contradictionOfWriter(heard, host, record, writer, at);
  if (against !== null || !isOfWorkers(sentence)) return against;
  const { master = pid, stage, known } = speakerAt(heard, host, sentence.pid) ?? {};
  if (sentence.kind === 'worker.failed' && known && stage !== 'loading') return 'that worker was not loading';
  return master === pid || (beginsWorker(sentence) && stage === 'ended') ? null : 'another master started it';
}

/** The name under which the unit's stderr stands in the log until 1.7 (src/haproxy-systemd-wrapper.c). */
const WRAPPER = 'haproxy-systemd-wrapper';

/**
 * Whether a line on stderr came through the wrapper. HAProxy writes to it until it forks, and never after that. What it tells of servers then comes by
 * `log` targets as well, for it logs before the fork too (tried with 1.6.3).
 */
export const isThroughWrapper = ({ origin, tag }: LogRecord): boolean => origin === 'stderr' && tag === WRAPPER;

/** Why a line on stderr cannot come from its writer, which was not heard to carry HAProxy's stderr: it may be HAProxy itself, under its own pid, or anybody. */
function contradictionOfWriter(
  heard: Heard,
  host: string,
  record: LogRecord,
  writer: WorkerRef | null,
  at?: Instant,
): string | null {
  const { pid, tag, tagPid, sentence } = record;
  const profile = profileOf(heard, host);
  const { heads } = profile;
  // The wrapper knows of no workers, and ended with 1.7.
  const isWrappers = tag === WRAPPER && !isOfWorkers(sentence);
  const isOfMaster = isOfWorkers(sentence) || (isSign(sentence) && sentence.kind !== 'check.result');
  if ((tagPid !== pid || isOfMaster) && !hasName(profile, tag) && !isWrappers) return 'another program wrote it';
  if (writer !== null && linesVary(heard, writer) && (isOfMaster || profileOf(heard, writer.host).open))
    return `another process wrote it, and ${OPEN}`;
  if (!isOfMaster) return null;
  const isOfLines = pid !== null && !isMaster(heard, host, pid) && writesLines(heard, host, record, at);
  if (writer === null && isOfLines) return 'a master writes nothing by `log` targets';
  const isHeardDirectly = (heads?.stderr ?? heads?.syslog)?.direct === true;
  if (writer !== null && isHeardDirectly && !isWrappers) return 'another process wrote it';
  return tagPid === null && (heads?.stderr ?? heads?.syslog)?.numbered ? 'its header bears no pid' : null;
}

/** The process that wrote a line on stderr, if the line names another one; else null. The writer's host may have another name, too, by which it is known. */
function otherWriter(heard: Heard, { host, pid, tagPid }: LogRecord): WorkerRef | null {
  if (tagPid === null || tagPid === pid) return null;
  return { host: hostNameOf(heard, { host, pid: tagPid }), pid: tagPid };
}

/** Whether HAProxy's header stands in another program's message although no believed line did: any program can write one. */
function isInAnother(heard: Heard, host: string, origin: Origin, inTagsPlace: string | null): boolean {
  if (inTagsPlace === null) return false;
  const known = profileOf(heard, host).heads?.[origin]?.inTagsPlace;
  return known !== undefined && !known.includes(inTagsPlace);
}

/** Whether the only line of an event stands in another program's message, as if a `log` target had brought it. */
export function standsInAnother(heard: Heard, { event, inTagsPlace = null }: Held, said: RecentEvent): boolean {
  return isInOneLine(said) && isInAnother(heard, event.host, 'syslog', inTagsPlace);
}

/**
 * Whether an event comes from an unknown process that is headed otherwise than the load balancer's workers: under another name, without a pid where they
 * bear theirs, or in another program's message.
 */
export function isForeign(heard: Heard, held: Held): boolean {
  const { event, tag, inTagsPlace = null } = held;
  const profile = profileOf(heard, event.host);
  const { tags, heads } = profile;
  if (tags.length === 0 || isWorker(heard, event.host, event.pid)) return false;
  // Stderr has a name even where HAProxy's other lines bear none; a line of a `log` target has not.
  const isNamed = saidOf(heard, held).by.stderr > 0 ? hasName(profile, tag) : tags.includes(tag);
  if (!isNamed || isInAnother(heard, event.host, 'syslog', inTagsPlace)) return true;
  return (heads?.syslog ?? heads?.stderr)?.numbered === true && event.pid === 0;
}

/**
 * Whether the first line was written by another process than the one it speaks of, and by one whose lines clients may begin: its other lines have shown
 * that, or, in a log with severities, its facility is one for `log` targets.
 */
export function isByStranger(heard: Heard, { event, tagPid, priority }: Held): boolean {
  if (tagPid === null || tagPid === event.pid) return false;
  return isLocal(priority) || linesVary(heard, { host: event.host, pid: tagPid });
}
