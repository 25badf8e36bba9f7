/** In which ways a load balancer writes what it says, as far as it is known: `log` targets, one or several, and stderr. */
import { type Heard, heardWith, type RecentEvent, type Source } from './heard.js';
import type { LogRecord } from './record.js';

const NOTHING_KNOWN: Source = { stderr: null, pairs: null, announces: false, tags: [] };

/** What is known of the load balancer's ways; nothing, if it was never heard. */
export function sourceOf(heard: Heard, host: string): Source {
  return heard.sources.get(host) ?? NOTHING_KNOWN;
}

/** Whether a change is to be expected on stderr as well: it was seen there, or the masters are heard there. */
export function expectsStderr({ stderr, announces }: Source): boolean {
  return stderr ?? announces;
}

/** More is learned from each line; that something is not written, only from an event that waited for it in vain. */
export function waysOf(
  source: Source,
  { by, pair }: RecentEvent,
): Pick<Source, 'stderr' | 'pairs'> & { alive: boolean } {
  const isBoth = by.stderr > 0 && by.syslog > 0;
  return {
    stderr: isBoth ? true : source.stderr,
    pairs: pair ? true : source.pairs,
    alive: isBoth || source.alive === true,
  };
}

/**
 * What a master says once its workers run. Where it has left the terminal behind by then (`haproxy -W -D`), `New worker forked` is the last that
 * its stderr tells (tried with 2.6).
 */
const WHILE_RUNNING = new Set(['reload.succeeded', 'reload.failed', 'worker.ended']);

/** Takes in a master's word that was believed. In its own name: another number than the line's own anybody can write into a message. */
export function hearMaster(heard: Heard, host: string, { pid, tagPid, sentence }: LogRecord): Heard {
  const source = sourceOf(heard, host);
  if (source.alive || pid !== tagPid || !WHILE_RUNNING.has(sentence.kind)) return heard;
  return heardWith(heard, { sources: heard.sources.with(host, { ...source, alive: true }) });
}

/** So many carriers are kept, the last. */
const CARRIERS_MAX = 8;

/** Takes in by whom stderr is written, where a known worker or a master is heard there. */
export function hearCarrier(heard: Heard, host: string, { pid, tagPid, origin }: LogRecord): Heard {
  if (origin !== 'stderr' || tagPid === null || tagPid === pid) return heard;
  const source = sourceOf(heard, host);
  const { carriers = [] } = source;
  if (carriers.includes(tagPid)) return heard;
  const known = [...carriers, tagPid].slice(-CARRIERS_MAX);
  return heardWith(heard, { sources: heard.sources.with(host, { ...source, carriers: known }) });
}

/** Takes in how the lines of a known worker are headed: what others write may be told by it. */
export function hearHeader(heard: Heard, host: string, { tagPid, origin, priority }: LogRecord): Heard {
  const source = sourceOf(heard, host);
  const numbered = tagPid !== null;
  const { facilities = [] } = source;
  const facility = origin === 'syslog' && priority !== null ? priority >> 3 : null;
  const isNew = facility !== null && !facilities.includes(facility);
  if (source.numbered === numbered && !isNew) return heard;
  const known = isNew ? [...facilities, facility] : facilities;
  return heardWith(heard, { sources: heard.sources.with(host, { ...source, numbered, facilities: known }) });
}
