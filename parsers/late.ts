/**
 * Events that were not believed and are borne out by a line that comes seconds later. By then the load balancer may have told newer changes: the event was
 * true, but is not how things stand.
 */
import { lacksStderr } from './belief.js';
import { saidOf, withSaid } from './copies.js';
import { type Heard, type Held, heardWith, type RecentEvent, type Subject } from './heard.js';
import { expectsStderr, profileOf } from './profiles.js';
import type { Instant } from './record.js';
import { isWorker } from './speakers.js';
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

/** `heard` with an event that will not be told any more: it no longer waits, and further copies are its own and no news. */
export function passedOver(heard: Heard, held: Held): Heard {
  const known = withSaid(heard, held.subject, { ...saidOf(heard, held), held: false });
  return heardWith(known, { held: withoutWaiting(heard.held, held.event.id) });
}

const toldAfter = ({ recent }: Subject, at: Instant): boolean => recent.some((one) => !one.held && one.at > at);
