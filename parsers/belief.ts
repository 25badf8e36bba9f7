/**
 * Whether a line is HAProxy's word or may be somebody else's: that of a client whose text a `log-format` writes down bare, or of a program that
 * logs under HAProxy's name (docs/decisions/0007-belief.md).
 *
 * What a client makes HAProxy log comes once, and by `log` targets alone. A change of state comes in all the ways that its load balancer is known to use.
 * So an event is believed at once when enough lines bear witness to it; otherwise it is held back for a moment and judged by the lines that have
 * come by then (doubt.ts).
 */
import { backendOf, type HaproxyEvent } from './event.js';
import { isForged } from './forged.js';
import { type Heard, type Held, heardWith, type RecentEvent } from './heard.js';
import { loggedKey, stoppedKey } from './keys.js';
import { isLoading } from './masters.js';
import { mayHaveNamesake } from './one-worker.js';
import { isRunning, isWorker, speakerAt } from './processes.js';
import { cameBothWays, expectsStderr, profileOf, waysOf } from './profiles.js';
import { isLogged, reached } from './reach.js';
import type { Instant, LogRecord } from './record.js';
import { acquainted, awaitsItsName } from './speakers.js';
import { clientsWriteLines, closed, opened, reconsidered } from './strangers.js';
import { fits } from './told.js';
import { contradiction, isForeign, isSealed, standsInAnother } from './writers.js';

/**
 * Why a sign is not believed; null if it is. It must come from a process that can know: the result of a check from a known worker, everything else
 * on stderr from a master (or, that its configuration is refused, from a worker that is still loading it).
 */
export function doubtOfSign(heard: Heard, host: string, record: LogRecord, at?: Instant): string | null {
  const against = contradiction(heard, host, record, at);
  if (against !== null) return against;
  if (record.sentence.kind === 'check.result') {
    if (!isWorker(heard, host, record.pid)) return 'nothing was heard of such a worker';
    if (record.origin === 'stderr' || isSealed(heard, host, record)) return null;
    // HAProxy warns of it on stderr as well (src/check.c), where no client writes.
    const profile = profileOf(heard, host);
    return expectsStderr(profile) || profile.open ? 'it must come on stderr as well' : null;
  }
  if (record.origin !== 'stderr') return 'a master tells of its reloads on stderr only';
  const mayTell = record.sentence.kind === 'configuration.refused' && isLoading(heard, host, record.pid);
  return isRunning(heard, host, record.pid) && !mayTell ? 'a worker does not tell of reloads' : null;
}

/** Whether enough lines bear witness to an event for it to be told at once. */
export function isWitnessed(heard: Heard, held: Held, said: RecentEvent): boolean {
  const { event } = held;
  const { by, pair, sealed } = said;
  const { host, pid } = event;
  const profile = profileOf(heard, host);
  const known = isWorker(heard, host, pid);
  if (by.stderr === 0 && (awaitsItsName(heard, event) || mayHaveNamesake(heard, event))) return false;
  if (sealed && (known || profile.tags.length === 0)) return true;
  // Any program can write both, under a pid of its own. Where masters announce their workers, one would have announced this one.
  if (cameBothWays(said)) return known || (!profile.announces && !isForeign(heard, held));
  if (lacksStderr(heard, held, said)) return false;
  if (pair) {
    // A worker that is known by its own number may have a `log-tag` for each section.
    if (!expectsStderr(profile)) return (known && held.tagPid !== null) || !isForeign(heard, held);
    // Two requests in one breath make two lines as well: such a pair must fit, or wait for the line on stderr.
    return known && fits(heard, event);
  }
  if (by.stderr > 0) return profile.stderr !== false && known && !lacksLogs(heard, event); // `standsOnStderr`, of which most is at hand
  if (profile.stderr !== false || profile.pairs !== false) return false;
  return !isForeign(heard, held) && !standsInAnother(heard, held, said) && !isForged(heard, event);
}

/** Whether one line on stderr is enough by itself: the load balancer may write there, the worker is known, and no line of a `log` target is lacking. */
export function standsOnStderr(heard: Heard, event: HaproxyEvent): boolean {
  const { host, pid } = event;
  return profileOf(heard, host).stderr !== false && isWorker(heard, host, pid) && !lacksLogs(heard, event);
}

/**
 * Whether the line on stderr is required and has not come. Where clients can write whole lines they can write as many as they like, but none on
 * stderr: a change must stand there as well. So it must where lines bear no tag, and a client need not know a pid.
 */
export function lacksStderr(heard: Heard, { event, tag, tagPid }: Held, said: RecentEvent): boolean {
  if (said.by.stderr > 0 || said.sealed) return false;
  if ((tag !== '' || tagPid !== null) && !clientsWriteLines(heard, event)) return false;
  const profile = profileOf(heard, event.host);
  return profile.alive === true || (expectsStderr(profile) && !said.pair);
}

/** Whether a client may have written all of the event's lines, for all that is known. */
export function mayBeClients(heard: Heard, event: HaproxyEvent, { sealed }: RecentEvent): boolean {
  return !sealed && clientsWriteLines(heard, event);
}

/**
 * Of an event that came on stderr alone: whether a line of a `log` target is lacking, and to be waited for. It is if its backend is known to have a target
 * that takes such sentences (reach.ts), and the event contradicts what was said before: a client's text behind a bare header can look like stderr. An event
 * that fits is believed at once, because a burst loses datagrams. So is one about a backend that has no target (`no log`).
 */
export function lacksLogs(heard: Heard, event: HaproxyEvent): boolean {
  const backend = backendOf(event.says);
  if (backend === null || !heard.told.has(loggedKey(event, backend))) return false;
  return (isLogged(heard, event) || clientsWriteLines(heard, event)) && !fits(heard, event);
}

/** Takes in what a believed event shows about its load balancer and its worker. `tag` is the program's name in its first line. */
export function learn(heard: Heard, event: HaproxyEvent, said: RecentEvent, tag: string): Heard {
  const { host, says } = event;
  const profile = profileOf(heard, host);
  const backend = backendOf(says);
  const logged = backend === null || said.by.syslog === 0 ? null : loggedKey(event, backend);
  const isNew = speakerAt(heard, host, event.pid)?.known === false;
  const met = isNew ? acquainted(heard, event) : heard;
  // Clients make up names without end.
  const isName = says.kind === 'proxy.stopped' && !clientsWriteLines(heard, event);
  const mark = isName ? stoppedKey(host, says.proxy) : logged;
  const marked = mark === null ? met.told : met.told.with(mark, 'logged');
  const told = reached(met, marked, event, said);
  const ways = waysOf(profile, event, said, tag);
  const profiles = ways === profile ? met.profiles : met.profiles.with(host, ways);
  const learned = told === met.told && profiles === met.profiles ? met : heardWith(met, { told, profiles });
  // If HAProxy's lines bear a severity, all others do as well: then no client can write a whole line.
  if (said.sealed) return closed(learned, host);
  if (isNew) return opened(learned, event);
  return profile.open ? reconsidered(learned, event) : learned;
}
