/**
 * Why an event that waited in vain for a further line is not believed. What a known worker says is, because lines may get lost; but where somebody else may
 * have written it, only if it lacks one line and fits what was known. Else it is suspect, for good or until something follows from it (second-word.ts).
 */
import { lacksLogs, lacksStderr, mayBeClients } from './belief.js';
import { isInOneLine } from './copies.js';
import type { HaproxyEvent } from './event.js';
import { isForged, isWary } from './forged.js';
import type { Heard, Held, Profile, RecentEvent } from './heard.js';
import { isWorker } from './processes.js';
import { expectsStderr, hasName, profileOf } from './profiles.js';
import { comesAlone } from './reach.js';
import { awaitsItsName } from './speakers.js';
import { clientsWriteLines, linesAreStrange, OPEN } from './strangers.js';
import { fits, isForeseen, isNamedBy } from './told.js';
import { isByStranger, isForeign, standsInAnother } from './writers.js';

export interface Doubt {
  reason: string;
  /** The doubt lasts only until the same worker says something that follows from the event. */
  untilNext: boolean;
}

const forGood = (reason: string): Doubt => ({ reason, untilNext: false });
const untilNext = (reason: string): Doubt => ({ reason, untilNext: true });

const FIRST = `nothing was heard before, and ${OPEN}`;
const FIRST_STRANGE = 'no change was heard before, and clients may begin lines of the log';
const FOREIGN = 'another program wrote it';
const UNANNOUNCED = 'no master told of such a worker';
const UNHEARD = 'nothing was heard of such a worker';
const STDERR_ALONE = 'it came on stderr alone, and this load balancer does not write there';
const UNTAGGED = 'the log bears no tags';
const CONTRADICTS = 'it contradicts what was said before';
const UNFOLLOWING = 'it does not follow from what was said before';

/** Why an event that waited in vain is not believed; null if it is. */
export function doubt(heard: Heard, held: Held, said: RecentEvent): Doubt | null {
  const { event } = held;
  const profile = profileOf(heard, event.host);
  if (lacksStderr(heard, held, said))
    return doubtWithoutStderr(profile, clientsWriteLines(heard, event) ? OPEN : UNTAGGED);
  const known = isWorker(heard, event.host, event.pid);
  // The first of all waits only because it may be another host's (one-worker.ts). It is judged as it would have been at once.
  if (said.sealed && profile.tags.length === 0 && !awaitsItsName(heard, event)) return null;
  if (said.by.syslog === 0)
    return known ? doubtOfKnownOnStderr(heard, held, said) : doubtOfUnknownOnStderr(heard, held);
  // HAProxy's header changes only when it is started anew, and then its worker is another one, too.
  if (standsInAnother(heard, held, said)) return (known ? forGood : untilNext)(FOREIGN);
  if (said.by.stderr > 0 && !known && profile.announces) return untilNext(UNANNOUNCED);
  const missing = missingOf(heard, profile, event, said);
  if (missing.length === 0) return doubtOfWhole(heard, held, said);
  if (said.sealed && !known && !isForeign(heard, held)) return untilNext(UNHEARD);
  return known ? doubtOfKnown(heard, held, said, missing) : doubtOfUnknown(heard, held, said, missing);
}

/** The lines that the load balancer is known to write of such a change, and that did not come. */
function missingOf(heard: Heard, profile: Profile, event: HaproxyEvent, { by, pair }: RecentEvent): string[] {
  const isAlone = comesAlone(heard, event) && !clientsWriteLines(heard, event);
  return [
    ...(expectsStderr(profile) && by.stderr === 0 ? ['the line on stderr'] : []),
    ...(profile.pairs && !pair && !isAlone ? ['the line of the other log target'] : []),
  ];
}

/**
 * A client may have written the event, and it must stand on stderr. If stderr is expected only because masters speak there, workers may never have
 * written to it: of `haproxy -W -D` nothing comes but its masters' first words.
 */
function doubtWithoutStderr({ alive, pairs }: Profile, whereas: string): Doubt {
  const mayBeGone = alive !== true && pairs !== true;
  return (mayBeGone ? untilNext : forGood)(`the line on stderr did not come, and ${whereas}`);
}

/** The event came by `log` targets, and in all the lines that the load balancer is known to write. */
function doubtOfWhole(heard: Heard, held: Held, said: RecentEvent): Doubt | null {
  const { event } = held;
  if (isForeign(heard, held)) return untilNext(FOREIGN);
  if (said.sealed) return null; // no client's line bears its severity
  const { tags, pairs } = profileOf(heard, event.host);
  if (tags.length === 0 && mayBeClients(heard, event, said)) return untilNext(FIRST);
  if (pairs === null && mayBeRequest(heard, event, said)) return untilNext(FIRST_STRANGE);
  return isForged(heard, event) ? untilNext(`${CONTRADICTS}, and ${OPEN}`) : null;
}

/**
 * Whether a known worker's lines count by themselves, though more were to come, and whether they fit or not: where clients are not known to write lines,
 * nobody has tried to forge any, and these are headed as HAProxy's are. What does not fit may be true all the same: weights are set without a word, a
 * server's first word may be `UP`, and events get lost. (Where lines bear no pid, clients that write them are not found: strangers.ts.)
 */
function countsAsItIs(heard: Heard, { event, tag, tagPid, priority }: Held, { by }: RecentEvent): boolean {
  if (clientsWriteLines(heard, event) || linesAreStrange(heard, event) || isWary(heard, event) || tagPid === null)
    return false;
  const profile = profileOf(heard, event.host);
  const origin = by.stderr > 0 ? 'stderr' : 'syslog';
  const { numbered = true, facilities = [] } = profile.heads?.[origin] ?? {};
  const isOfItsFacility = priority === null ? facilities.length === 0 : facilities.includes(priority >> 3);
  return numbered && (isOfItsFacility || origin === 'stderr') && hasName(profile, tag);
}

function doubtOfKnown(heard: Heard, held: Held, said: RecentEvent, missing: readonly string[]): Doubt | null {
  if (countsAsItIs(heard, held, said)) return null;
  const { event } = held;
  const isMissing = `${missing.join(' and ')} did not come`;
  if (missing.length > 1) return forGood(isMissing);
  // Here only the other target's line can be missing: without the one on stderr, an event that may be a client's was doubted before (`lacksStderr`).
  if (!said.pair && mayBeClients(heard, event, said)) return forGood(`${isMissing}, and ${OPEN}`);
  const contradicts = !fits(heard, event);
  if (mayBeRequest(heard, event, said) && !(contradicts && isNamedBy(heard, event, event)))
    return untilNext(`${isMissing}, and ${UNFOLLOWING}`);
  // Without pids it may be of another process than what was said before.
  const doubtful = event.pid === 0 ? untilNext : forGood;
  return contradicts ? doubtful(`${isMissing}, and ${CONTRADICTS}`) : null;
}

/**
 * Whether an event may be one request. Lines of the worker began like nothing that HAProxy writes, all of them alike, so that it is not known yet whether a
 * client or the operator begins them; the event came in one; and HAProxy need not have said it next.
 */
function mayBeRequest(heard: Heard, event: HaproxyEvent, said: RecentEvent): boolean {
  return isInOneLine(said) && linesAreStrange(heard, event) && !isForeseen(heard, event);
}

/**
 * If stderr was not heard while HAProxy runs, it may never have been there; and where it is not expected, this backend may have fewer `log` lines than
 * others. But of lines that clients write, or may write for all that is known, two say as little as one.
 */
function doubtOfUnknown(heard: Heard, { event }: Held, said: RecentEvent, missing: readonly string[]): Doubt {
  const profile = profileOf(heard, event.host);
  const isByClients = mayBeClients(heard, event, said) || linesAreStrange(heard, event);
  const mayHaveOne = profile.pairs !== true || (!expectsStderr(profile) && !isByClients);
  const mayBeGone = profile.alive !== true && (said.pair || mayHaveOne);
  return (mayBeGone ? untilNext : forGood)(`${UNHEARD}, and ${missing.join(' and ')} did not come`);
}

function doubtOfKnownOnStderr(heard: Heard, held: Held, said: RecentEvent): Doubt | null {
  const { event } = held;
  const { stderr, heads } = profileOf(heard, event.host);
  // If the `log` targets' lines bear no pid, they and stderr seem to come from two workers. What both tell must be told only once.
  if (stderr === false && heads?.syslog?.numbered === false) return forGood(STDERR_ALONE);
  if (stderr === false) return fits(heard, event) ? null : forGood(STDERR_ALONE);
  if (countsAsItIs(heard, held, said)) return null;
  return lacksLogs(heard, event) ? forGood(`no log target told it, and ${CONTRADICTS}`) : null;
}

function doubtOfUnknownOnStderr(heard: Heard, held: Held): Doubt | null {
  const { stderr, announces, heads } = profileOf(heard, held.event.host);
  const isStrange = isByStranger(heard, held);
  const isOther = isForeign(heard, held);
  const doubtful = isStrange ? forGood : untilNext;
  if (heads?.syslog && isOther) return forGood(FOREIGN);
  if (stderr === false) return doubtful(STDERR_ALONE);
  if (announces) return doubtful(UNANNOUNCED);
  if (heads?.syslog) return untilNext(`${UNHEARD}, and no log target told it`);
  if (isOther) return untilNext(FOREIGN);
  return isStrange ? untilNext(FIRST) : null;
}
