/** What is known of a process, by the name of its host and its pid. */
import type { Heard, Speaker } from './heard.js';
import { processKey } from './keys.js';
import type { Origin } from './record.js';

/** What is known of a process; undefined if it was never heard, or the line bears no pid. */
export function speakerAt({ speakers }: Heard, host: string, pid: number | null): Speaker | undefined {
  return pid === null ? undefined : speakers.get(processKey(host, pid));
}

/** Whether a process that speaks has this name and no other, and was heard by this origin before: of almost each line nothing more is to be found out. */
export function hasOneName(heard: Heard, host: string, pid: number, origin: Origin): boolean {
  const speaker = speakerAt(heard, host, pid);
  if (speaker === undefined || speaker.alias !== null || speaker.names !== undefined) return false;
  return speaker.origins[origin] === true && !speaker.announced;
}

/** Whether it is a known worker: its master told of it, or it was believed before. */
export function isWorker(heard: Heard, host: string, pid: number | null): boolean {
  return speakerAt(heard, host, pid)?.known === true;
}

/** Whether it is a known worker that has not ended, as far as its master told. Another process may have the number of one that has. */
export function isRunning(heard: Heard, host: string, pid: number | null): boolean {
  const speaker = speakerAt(heard, host, pid);
  return speaker?.known === true && speaker.stage !== 'ended';
}

/** The processes that were heard under a host's name as it stands in their lines: all, or those that are `wanted`. */
export function speakersOf(
  { speakers }: Heard,
  host: string,
  wanted: (one: Speaker) => boolean = ANY,
): [string, Speaker][] {
  return speakers.under(host, (_, one) => wanted(one));
}

const ANY = () => true;
