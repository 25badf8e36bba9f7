/** What keeps haplog itself from doing its work, as far as that can be seen from outside: it is blind, or was, or is mute. Pure. */
import type { Instant } from '../parsers/index.js';
import { formatDuration } from './duration.js';
import { displacedSaid, someUnderstood } from './misses.js';
import type { Followed, Progress } from './store/store.js';
import { illegibleSaid } from './tail/legible.js';
import type { Unread } from './tail/unread.js';

export interface Seen extends Pick<Progress, 'sources' | 'untold' | 'counted'> {
  /** Whether a daemon runs on the database; null if that cannot be seen. */
  daemon: boolean | null;
  /** What is found at the path of each log. */
  logs: readonly { path: string; unread: Unread }[];
  /** Clients can write lines of a log as they like: then HAProxy's are not the only ones that begin as its sentences do. */
  isOpen: boolean;
  now: Instant;
}

/** So long a daemon may be silent about lines that wait: mere traffic is stored every five seconds (src/tail/batches.ts). */
const LATE_MS = 60_000;
/** As much that is unread has not been written just now. */
const MUCH_BYTES = 1024 * 1024;
/** So many sentences are no chance. */
const MISHEARD_MIN = 10;

/** Each trouble in one line. If no daemon ever ran, as after an import alone, nothing is known about the present: it may be the wrong database. */
export function ownTroubles(seen: Seen): string[] {
  const { sources, untold, daemon, logs, now } = seen;
  if (sources.length === 0)
    return logs.length > 0 || daemon ? [] : ['haplog never ran on this database: of now nothing is known'];
  return [
    ...(daemon === false ? ['haplog is not running: nothing is read, and nobody is told'] : []),
    ...sources.flatMap((source) => {
      const unread = logs.find(({ path }) => path === source.path)?.unread;
      return [blindness(source, unread, daemon === true, now), lossOf(source, now)].filter((said) => said !== null);
    }),
    ...(isMisheard(seen)
      ? [
          `${seen.counted.nearMisses} lines begin as HAProxy's sentences do, and none was understood: haplog parse --unknown shows them`,
        ]
      : []),
    ...displacements(seen),
    ...(untold.stuck > 0 ? [`${untold.stuck} messages have waited for more than ten minutes: haplog outbox list`] : []),
    ...(untold.failed > 0 ? [`${untold.failed} messages failed within a day: haplog outbox list`] : []),
  ];
}

/** Why nothing is read of a log; null if nothing is known against it. */
function blindness({ path, trouble, readAt }: Followed, unread: Unread | undefined, runs: boolean, now: Instant) {
  if (unread?.kind === 'missing') return `${path} is missing: nothing can be read of it`;
  if (runs && trouble !== null) return `nothing is read of ${path}: ${trouble}`;
  if (unread === undefined || !('bytes' in unread)) return null;
  if (unread.isIllegible) return illegibleSaid(path);
  if (!runs || !unread.hasLine) return null;
  const isOld = now - unread.writtenAt > LATE_MS || unread.bytes > MUCH_BYTES;
  if (readAt === null || now - readAt <= LATE_MS || !isOld) return null;
  return `${path}: ${unread.bytes} bytes wait, and nothing has been read for ${formatDuration(now - readAt)}: see haplog's own log`;
}

/** What of a log was never read, and why; null if nothing was lost lately. */
function lossOf({ path, lost, lostAt }: Followed, now: Instant): string | null {
  if (lost === null || lostAt === null) return null;
  return `${path}: lines may have been lost ${formatDuration(Math.max(0, now - lostAt))} ago: ${lost}`;
}

/** Something that haplog does not know stands before each sentence. (Of a log of which no line begins as known, more is said.) */
function displacements({ counted, isOpen, logs }: Seen): string[] {
  const isSaid = logs.some(({ unread }) => 'isIllegible' in unread && unread.isIllegible);
  const said = isOpen || isSaid ? null : displacedSaid(counted);
  return said === null ? [] : [said];
}

/** HAProxy seems to word everything otherwise than it did until now, or something spoils each line on its way. */
function isMisheard({ counted, isOpen }: Seen): boolean {
  return !isOpen && counted.nearMisses >= MISHEARD_MIN && !someUnderstood(counted);
}
