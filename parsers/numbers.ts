/**
 * Numbers that come again: after a boot, or where a system has few, a process gets the number of one that has ended. What was known of that one is not of the
 * next: neither that it was a worker, nor how its lines began.
 */
import { type Heard, heardWith } from './heard.js';
import { speakerOf, type WorkerRef, workerKey } from './keys.js';
import type { Instant } from './record.js';
import { hostNameOf } from './speakers.js';

/** Forgets how the lines of a process begin if the first of them was written before `until`. */
export function withoutLines(heard: Heard, { host, pid }: WorkerRef, until: Instant = Number.POSITIVE_INFINITY): Heard {
  const isOwn = (key: string) => {
    const writer = speakerOf(key);
    return writer.pid === pid && (writer.host === host || hostNameOf(heard, writer) === host);
  };
  const gone = heard.strangers.where((key, { since }) => (since ?? until) <= until && isOwn(key));
  if (gone.length === 0) return heard;
  return heardWith(heard, { strangers: gone.reduce((rest, [key]) => rest.without(key), heard.strangers) });
}

/** Takes in that a master has this number: a worker that had it and has ended is forgotten. */
export function asMasters(heard: Heard, { host, pid }: WorkerRef): Heard {
  const key = workerKey({ host, pid });
  return heard.speakers.get(key)?.stage === 'ended'
    ? heardWith(heard, { speakers: heard.speakers.without(key) })
    : heard;
}
