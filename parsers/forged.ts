/**
 * Has somebody tried to forge what HAProxy says? Where clients can write whole lines and a source writes one line of a change, nothing tells theirs from HAProxy's
 * but what they say. As long as nobody has tried, what contradicts is HAProxy's, and a line was lost; from then on it is suspect.
 */
import type { HaproxyEvent } from './event.js';
import { type Heard, heardWith, type RecentEvent, type Source } from './heard.js';
import type { WorkerRef } from './keys.js';
import type { LogRecord } from './record.js';
import { sourceOf } from './sources.js';
import { hostNameOf, isWorker } from './speakers.js';
import { clientsWriteLines } from './strangers.js';
import { fits, fitsExactly } from './told.js';

/** So many lines that contradict what was said before, within so long, are more than a loss now and then. */
const ODD_MAX = 5;
const ODD_WITHIN_MS = 60_000;

/** Takes in what looks like the stderr of another process, and was written by a worker: HAProxy writes no such line. */
export function noteAttempt(heard: Heard, { host, origin, pid, tagPid }: LogRecord): Heard {
  if (origin !== 'stderr' || tagPid === null || tagPid === pid) return heard;
  const writer = { host: hostNameOf(heard, { host, pid: tagPid }), pid: tagPid };
  return isWorker(heard, writer.host, tagPid) && clientsWriteLines(heard, writer) ? withForger(heard, writer) : heard;
}

/** Takes in an event that was believed by a single line of a `log` target, before what it says is remembered. */
export function noteOdd(heard: Heard, event: HaproxyEvent, { copies, by }: RecentEvent): Heard {
  const { host, at, says } = event;
  if (copies > 1 || by.stderr > 0 || says.kind === 'proxy.stopped') return heard;
  if (!clientsWriteLines(heard, event) || fits(heard, event)) return heard;
  const { odd } = sourceOf(heard, host);
  const isLater = odd === undefined || Math.abs(at - odd.since) > ODD_WITHIN_MS;
  const now = isLater ? { since: at, count: 1 } : { since: odd.since, count: odd.count + 1 };
  return now.count < ODD_MAX ? withSource(heard, host, { odd: now }) : withForger(heard, event);
}

/** Whether a single line is none of HAProxy's, for all that is known: somebody forges there, and no line is known to be lost. */
export function isForged(heard: Heard, event: HaproxyEvent, { pair, by, sealed }: RecentEvent): boolean {
  if (pair || by.stderr > 0 || sealed || sourceOf(heard, event.host).forged !== true) return false;
  return clientsWriteLines(heard, event) && !fitsExactly(heard, event);
}

function withForger(heard: Heard, { host }: WorkerRef): Heard {
  return sourceOf(heard, host).forged ? heard : withSource(heard, host, { forged: true });
}

function withSource(heard: Heard, host: string, change: Partial<Source>): Heard {
  return heardWith(heard, { sources: heard.sources.with(host, { ...sourceOf(heard, host), ...change }) });
}
