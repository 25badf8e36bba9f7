/**
 * Whether somebody has tried to forge what HAProxy says. Where clients can write whole lines and HAProxy writes one line of each change, only the content
 * tells their lines from HAProxy's. As long as nobody has tried, a line that contradicts what was said before is taken for HAProxy's, with another one lost
 * in between. For an hour after an attempt it is suspect.
 */
import { inOneBreath, isInOneLine } from './copies.js';
import type { HaproxyEvent } from './event.js';
import type { Heard, RecentEvent } from './heard.js';
import { type WorkerRef, workerKey } from './keys.js';
import { isRunning, isWorker } from './processes.js';
import { noteAlone, profileOf, withProfile } from './profiles.js';
import type { Instant, LogRecord } from './record.js';
import { hostNameOf } from './speakers.js';
import { clientsWriteLines, hearStranger, linesAreStrange, linesVary } from './strangers.js';
import { fits, fitsBehindLoss, fitsExactly } from './told.js';

/**
 * An attempt is assumed when this many lines contradict what was said before in a way that no lost line explains, and they are this large a part of
 * all. Both are counted anew every ODD_WITHIN_MS.
 */
const ODD_MAX = 5;
const ODD_PART = 1 / 6;
const ODD_WITHIN_MS = 20_000;

/** How long haplog is wary after the last attempt. */
const WARY_MS = 3_600_000;

/**
 * Notes an attempt if a line looks like the stderr of another process and was written by one whose lines clients begin: HAProxy writes no such line. If all
 * others began alike until then, this one shows that it is clients who begin them, and no word of the operator's.
 */
export function noteAttempt(heard: Heard, { host, pid, tagPid }: LogRecord, at: Instant): Heard {
  if (tagPid === null || tagPid === pid) return heard;
  const writer = { host: hostNameOf(heard, { host, pid: tagPid }), pid: tagPid };
  const shown = isOfTargets(heard, writer) ? hearStranger(heard, { host, pid: tagPid }, '[', { at }) : heard;
  const isOfClients =
    linesVary(shown, writer) || (clientsWriteLines(shown, writer) && isWorker(shown, writer.host, tagPid));
  return isOfClients ? withProfile(shown, writer.host, { forgedAt: at }) : shown;
}

/** Whether the process is a worker that has spoken by `log` targets itself, and its clients may begin lines: it carries nobody's stderr. */
function isOfTargets(heard: Heard, writer: WorkerRef): boolean {
  const { origins } = heard.speakers.get(workerKey(writer)) ?? {};
  return origins?.syslog === true && isRunning(heard, writer.host, writer.pid) && linesAreStrange(heard, writer);
}

/** Counts the first line of a change if it came by a `log` target, believed or not. To be called before what it says is remembered. */
export function noteLone(heard: Heard, event: HaproxyEvent, said: RecentEvent): Heard {
  const { host, at } = event;
  if (!isInOneLine(said) || said.by.syslog === 0) return heard;
  if (!clientsWriteLines(heard, event)) return noteAlone(heard, event);
  const { lone } = profileOf(heard, host);
  const isOn = lone !== undefined && Math.abs(at - lone.since) <= ODD_WITHIN_MS;
  const { since, all, odd } = isOn ? lone : { since: at, all: 0, odd: 0 };
  const isOdd = !fits(heard, event) && !fitsBehindLoss(heard, event);
  const now = { since, all: all + 1, odd: odd + (isOdd ? 1 : 0) };
  const isAttempt = isOdd && now.odd >= ODD_MAX && now.odd >= now.all * ODD_PART;
  return withProfile(heard, host, isAttempt ? { lone: now, forgedAt: at } : { lone: now });
}

/** Takes in that a proxy has stopped, believed or not. */
export function noteStopped(heard: Heard, event: HaproxyEvent): Heard {
  if (event.says.kind !== 'proxy.stopped') return heard;
  const { host, pid, at, says } = event;
  if (!clientsWriteLines(heard, event)) return heard;
  const { stopped: last } = profileOf(heard, host);
  const isNext = last?.pid === pid && inOneBreath(at, last.at);
  const several = isNext && (last.several || last.proxy !== says.proxy);
  return withProfile(heard, host, { stopped: { pid, at, proxy: says.proxy, several } });
}

/**
 * Whether a single line counts as forged: clients can write lines there, somebody has tried of late, and it does not fit exactly (or, of a proxy
 * that stops, no other stopped in the same breath).
 */
export function isForged(heard: Heard, event: HaproxyEvent): boolean {
  if (!isWary(heard, event) || !clientsWriteLines(heard, event)) return false;
  return event.says.kind === 'proxy.stopped' ? !stopsWithOthers(heard, event) : !fitsExactly(heard, event);
}

/** Whether somebody has tried within the last hour. */
export function isWary(heard: Heard, { host, at }: Pick<HaproxyEvent, 'host' | 'at'>): boolean {
  const { forgedAt } = profileOf(heard, host);
  return forgedAt !== undefined && Math.abs(at - forgedAt) <= WARY_MS;
}

/** Whether other proxies have stopped in the same breath: a worker that ends says so of all its proxies, frontends among them (src/proxy.c). */
function stopsWithOthers(heard: Heard, { host, pid, at }: HaproxyEvent): boolean {
  const { stopped: last } = profileOf(heard, host);
  return last?.several === true && last.pid === pid && inOneBreath(at, last.at);
}
