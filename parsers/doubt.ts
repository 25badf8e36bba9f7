/**
 * Why an event is not believed that waited in vain for a further line. One that misses a single line is believed if it fits what was known, for a line may get
 * lost; one that misses two is kept as suspect, for good or until something follows from it (second-word.ts).
 */
import { lacksLogs, lacksStderr, mayBeClients } from './belief.js';
import type { HaproxyEvent } from './event.js';
import { isForged } from './forged.js';
import type { Heard, Held, RecentEvent, Source } from './heard.js';
import { expectsStderr, sourceOf } from './sources.js';
import { isWorker } from './speakers.js';
import { OPEN } from './strangers.js';
import { fits } from './told.js';
import { isByStranger, isForeign, standsInAnother } from './writers.js';

export interface Doubt {
  reason: string;
  /** Until the same worker says something that follows from it. */
  untilNext: boolean;
}

const forGood = (reason: string): Doubt => ({ reason, untilNext: false });
const untilNext = (reason: string): Doubt => ({ reason, untilNext: true });

const FIRST = `nothing was heard before, and ${OPEN}`;
const FOREIGN = 'another program wrote it';
const UNANNOUNCED = 'no master told of such a worker';
const UNHEARD = 'nothing was heard of such a worker';
const STDERR_ALONE = 'it came on stderr alone, where this source writes nothing else';
const CONTRADICTS = 'it contradicts what was said before';

/** Why an event that waited in vain is not believed; null if it is. */
export function doubt(heard: Heard, held: Held, said: RecentEvent): Doubt | null {
  const { event } = held;
  const source = sourceOf(heard, event.host);
  if (lacksStderr(heard, event, said)) return doubtWithoutStderr(source);
  const known = isWorker(heard, event.host, event.pid);
  if (said.sealed && !known && !isForeign(heard, held)) return untilNext(UNHEARD);
  if (said.by.syslog === 0) return known ? doubtOfKnownOnStderr(heard, event) : doubtOfUnknownOnStderr(heard, held);
  // A header changes when HAProxy is started anew, and then so does the worker.
  if (standsInAnother(heard, held, said)) return (known ? forGood : untilNext)(FOREIGN);
  if (said.by.stderr > 0 && !known && source.announces) return untilNext(UNANNOUNCED);
  const missing = missingOf(source, said);
  if (missing.length === 0) return doubtOfWhole(heard, held, said);
  return known ? doubtOfKnown(heard, event, said, missing) : doubtOfUnknown(source, said, missing);
}

/** The lines of a change that this source writes as well, and that did not come. */
function missingOf(source: Source, { by, pair }: RecentEvent): string[] {
  return [
    ...(expectsStderr(source) && by.stderr === 0 ? ['the line on stderr'] : []),
    ...(source.pairs && !pair ? ['the line of the other log target'] : []),
  ];
}

/** A client may have written it, and it must stand on stderr. Expected for masters alone, that may never have been there: of `haproxy -W -D` nothing else comes. */
function doubtWithoutStderr({ alive, pairs }: Source): Doubt {
  const mayBeGone = alive !== true && pairs !== true;
  return (mayBeGone ? untilNext : forGood)(`the line on stderr did not come, and ${OPEN}`);
}

/** It came by `log` targets, in as many lines as the source is known to write. */
function doubtOfWhole(heard: Heard, held: Held, said: RecentEvent): Doubt | null {
  const { event } = held;
  if (isForeign(heard, held)) return untilNext(FOREIGN);
  if (sourceOf(heard, event.host).tags.length === 0 && mayBeClients(heard, event, said)) return untilNext(FIRST);
  return isForged(heard, event) ? untilNext(`${CONTRADICTS}, and ${OPEN}`) : null;
}

function doubtOfKnown(heard: Heard, event: HaproxyEvent, said: RecentEvent, missing: readonly string[]): Doubt | null {
  const isMissing = `${missing.join(' and ')} did not come`;
  if (missing.length > 1) return forGood(isMissing);
  // Here only the other target's line can be missing: without the one on stderr a client's was doubted before.
  if (!said.pair && mayBeClients(heard, event, said)) return forGood(`${isMissing}, and ${OPEN}`);
  return fits(heard, event) ? null : forGood(`${isMissing}, and ${CONTRADICTS}`);
}

/** Where stderr was not heard while HAProxy runs, it may never have been there. */
function doubtOfUnknown({ alive, pairs }: Source, { pair }: RecentEvent, missing: readonly string[]): Doubt {
  const mayBeGone = alive !== true && (pair || pairs !== true);
  return (mayBeGone ? untilNext : forGood)(`${UNHEARD}, and ${missing.join(' and ')} did not come`);
}

function doubtOfKnownOnStderr(heard: Heard, event: HaproxyEvent): Doubt | null {
  const { stderr, heads } = sourceOf(heard, event.host);
  // Where the `log` targets' lines bear no pid, they and stderr seem to be of two workers: what both tell shall be told once.
  if (stderr === false) return fits(heard, event) && heads?.syslog?.numbered !== false ? null : forGood(STDERR_ALONE);
  return lacksLogs(heard, event) ? forGood(`no log target told it, and ${CONTRADICTS}`) : null;
}

function doubtOfUnknownOnStderr(heard: Heard, held: Held): Doubt | null {
  const { stderr, announces, heads } = sourceOf(heard, held.event.host);
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
