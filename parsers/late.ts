/**
 * What was not believed and is borne out by a line that comes seconds later. By then its load balancer may have told of newer changes: it was true, and is
 * not how things stand.
 */
import { lacksStderr } from './belief.js';
import { saidOf, withSaid } from './copies.js';
import type { HaproxyEvent } from './event.js';
import { type Heard, type Held, heardWith, type RecentEvent, type Subject } from './heard.js';
import type { Instant } from './record.js';
import { isWorker } from './speakers.js';
import { isNamed } from './told.js';
import { groupOf, withoutWaiting } from './waiting.js';

/**
 * Whether a later line may bear it out. The line on stderr may: of what two `log` targets told, of what a known worker said of a backend that was spoken of
 * before, and of what must stand there since clients can write whole lines. A `log` target's may, of what a known worker said on stderr.
 */
export function mayBeBorneOut(heard: Heard, event: HaproxyEvent, said: RecentEvent): boolean {
  if (said.pair || lacksStderr(heard, event, said)) return true;
  return isWorker(heard, event.host, event.pid) && (said.by.stderr > 0 || isNamed(heard, event));
}

/** Changes that end an outage though they come without counts. */
const RETURNS = new Set(['ready', 'undrain']);

/**
 * What is to be told of it now: as it was heard, where nothing newer of its backend was told; of a server that was not heard of since, without the numbers
 * of those days; null where it changes nothing any more.
 */
export function asOfNow(heard: Heard, held: Held): Held | null {
  const { event, subject, doubted } = held;
  const { says, at } = event;
  if (!doubted) return held;
  if (toldAfter(heard.subjects.get(subject)!, at)) return null;
  const group = groupOf(subject);
  const newer = heard.subjects.where((key, other) => groupOf(key) === group && toldAfter(other, at));
  if (newer.length === 0) return held;
  if (says.kind !== 'server' || RETURNS.has(says.change.to)) return null;
  return { ...held, event: { ...event, says: { ...says, counts: null, sessions: null } } };
}

/** What was heard, where nothing is to be told of it any more: further copies are its own, and none of them is news. */
export function passedOver(heard: Heard, held: Held): Heard {
  const known = withSaid(heard, held.subject, { ...saidOf(heard, held), held: false });
  return heardWith(known, { held: withoutWaiting(heard.held, held.event.id) });
}

const toldAfter = ({ recent }: Subject, at: Instant): boolean => recent.some((one) => !one.held && one.at > at);
