/**
 * The second word of a worker of which nothing is known. A first one may be anybody's; with the second the worker may be believed, and then the
 * first is as well (docs/decisions/0007-belief.md).
 */
import { followsFrom, isForeign, isNamed, lacksStderr } from './belief.js';
import type { Heard, Held, RecentEvent } from './heard.js';
import { speakerKey } from './keys.js';
import { expectsStderr, sourceOf } from './sources.js';
import { isWorker } from './speakers.js';
import { clientsWriteLines } from './strangers.js';

/**
 * Where HAProxy was heard before: it was started anew and writes less than it did.
 * @param others what else of the worker waits; looked for only where it matters
 */
export function isStartedAnew(heard: Heard, held: Held, said: RecentEvent, others: () => RecentEvent[]): boolean {
  const { host, pid } = held.event;
  const source = sourceOf(heard, host);
  if (!source.tags.includes(held.tag) || isWorker(heard, host, pid)) return false;
  const speaker = heard.speakers.get(speakerKey(held.event));
  if (!speaker || lacksStderr(heard, held.event, said)) return false;
  // Where clients write lines, two of them say as little as one.
  if (source.pairs && !said.pair && clientsWriteLines(heard, held.event)) return false;
  // Where a master would have told of the worker, stderr itself must have fallen silent: then both targets say each.
  if (source.announces && !said.pair) return false;
  const counts = ({ pair, text }: Pick<RecentEvent, 'pair' | 'text'>) =>
    text !== said.text && (pair || !source.announces);
  const doubted = speaker.doubted ? [speaker.doubted] : [];
  if (![...others(), ...doubted].some(counts)) return false;
  // Anybody on the host can write under that name; who knows what HAProxy spoke of before is rather HAProxy.
  return [held, ...doubted].every(({ event }) => isNamed(heard, event));
}

/** Where one line is enough, and nothing was ever believed, or nothing under this name: anybody writes a line, but seldom two of which the second follows from the first. */
export function isFollowedUp(heard: Heard, held: Held): boolean {
  const { event } = held;
  const first = heard.speakers.get(speakerKey(event))?.doubted?.event;
  if (first === undefined) return false;
  const source = sourceOf(heard, event.host);
  if (source.pairs || expectsStderr(source)) return false;
  return (source.tags.length === 0 || isForeign(heard, held)) && followsFrom(heard, first, event);
}
