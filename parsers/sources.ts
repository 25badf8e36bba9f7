/** In which ways a load balancer writes what it says, as far as it is known: `log` targets, one or several, and stderr. */
import type { Heard, RecentEvent, Source } from './heard.js';

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
export function waysOf(source: Source, { by, pair }: RecentEvent): Pick<Source, 'stderr' | 'pairs'> {
  return {
    stderr: by.stderr > 0 && by.syslog > 0 ? true : source.stderr,
    pairs: pair ? true : source.pairs,
  };
}
