/**
 * Lines that are seconds late. They bear out events that were not believed, or tell of one that no other line told. By then the load balancer may have told
 * newer changes: the event was true, but is not how things stand.
 */
import { lacksStderr } from './belief.js';
import { saidOf, withSaid } from './copies.js';
import type { HaproxyEvent } from './event.js';
import { COPY_DELAY_MAX_MS, type Heard, type Held, heardWith, type RecentEvent, type Subject } from './heard.js';
import { backendKey } from './keys.js';
import { isWorker } from './processes.js';
import { expectsStderr, profileOf } from './profiles.js';
import type { Instant, Origin } from './record.js';
import { clientsWriteLines } from './strangers.js';
import { isNamed } from './told.js';
import { groupOf, waitingWith, withoutWaiting } from './waiting.js';

/**
 * Whether a later line may bear out an event that is not believed. The line on stderr may if two `log` targets told the event, if a known worker said it of
 * a backend that was spoken of before, if it must stand there because clients can write whole lines, or if the worker is not known yet, whose first words on
 * stderr and its master's may be late. A line of a `log` target may if a known worker said it on stderr.
 */
export function mayBeBorneOut(heard: Heard, held: Held, said: RecentEvent): boolean {
  if (said.pair || lacksStderr(heard, held, said)) return true;
  const { event } = held;
  if (!isWorker(heard, event.host, event.pid))
    return said.by.stderr === 0 && expectsStderr(profileOf(heard, event.host));
  return said.by.stderr > 0 || isNamed(heard, event);
}

/** Changes that end an outage even without counts. */
const RETURNS = new Set(['ready', 'undrain']);
const COME_BACK = new Set(['up', 'ready', 'undrain']);

/**
 * How a waiting event is to be told now. It is unchanged if it was never doubted, or if nothing newer of its backend was told. If newer changes were told,
 * but none of its server, it loses the numbers of its own time. Null if it changes nothing any more.
 */
export function asOfNow(heard: Heard, held: Held): Held | null {
  const { event, subject, doubted } = held;
  const { says, at } = event;
  if (!doubted) return held;
  if (toldAfter(heard.subjects.get(subject)!, at)) return null;
  const group = groupOf(subject);
  const newer = heard.subjects.under(event.host, (key, other) => groupOf(key) === group && toldAfter(other, at));
  if (newer.length === 0) return held;
  if (says.kind !== 'server' || RETURNS.has(says.change.to)) return null;
  return { ...held, event: { ...event, says: { ...says, counts: null, sessions: null } } };
}

/**
 * The return that was not believed and that a fall shows to be true: a server that is down falls no further. Null if there is none, if newer changes of its
 * backend were told, or if a client may have written it.
 */
export function returnBefore(heard: Heard, { event, subject }: Held): Held | null {
  const { says } = event;
  if (says.kind !== 'server' || says.change.to !== 'down' || heard.told.get(subject) !== 'down') return null;
  if (clientsWriteLines(heard, event)) return null;
  const isReturn = (one: Held) =>
    one.doubted === true &&
    one.subject === subject &&
    one.event.at < event.at &&
    one.event.says.kind === 'server' &&
    one.event.says.change.to === 'up';
  const back = waitingWith(heard.held, subject).findLast(isReturn);
  return back !== undefined && asOfNow(heard, back) === back ? back : null;
}

/**
 * What a line on stderr tells, without its numbers if they are of an earlier time: it says that some servers are left of a backend of which `log` targets have
 * told since that it has none. In stderr order is kept as well, and it has not come to that yet. (Weights that were set without a word, so that some are left
 * indeed, take a loss on stderr to look like this.)
 */
export function asOvertaken<E extends HaproxyEvent>(heard: Heard, event: E, origin: Origin): E {
  const { says, host, at } = event;
  if (origin !== 'stderr' || says.kind !== 'server' || says.counts === null || COME_BACK.has(says.change.to))
    return event;
  if (says.counts.active + says.counts.backup === 0) return event;
  const backend = backendKey(event, says.server.backend);
  if (heard.told.get(backend) !== 0) return event;
  const isBehind = ({ held, by, at: then }: RecentEvent) =>
    !held && by.stderr === 0 && Math.abs(at - then) <= COPY_DELAY_MAX_MS;
  const exhausted = heard.subjects.get(backend)?.recent.at(-1);
  const isOlder =
    exhausted === undefined
      ? heard.subjects.under(host, (key, { recent }) => groupOf(key) === backend && recent.some(isBehind)).length > 0
      : isBehind(exhausted);
  return isOlder ? { ...event, says: { ...says, counts: null, sessions: null } } : event;
}

/** `heard` with an event that will not be told any more: it no longer waits, and further copies are its own and no news. */
export function passedOver(heard: Heard, held: Held): Heard {
  const known = withSaid(heard, held.subject, { ...saidOf(heard, held), held: false });
  return heardWith(known, { held: withoutWaiting(heard.held, held.event.id) });
}

const toldAfter = ({ recent }: Subject, at: Instant): boolean => recent.some((one) => !one.held && one.at > at);
