/** What keeps haplog itself from doing its work, as far as that can be seen from outside: it is blind, or mute. Pure. */
import type { Instant } from '../parsers/index.js';
import { formatDuration } from './duration.js';
import type { Followed, Progress } from './store/store.js';
import { illegibleSaid } from './tail/legible.js';
import type { Unread } from './tail/unread.js';

export interface Seen extends Pick<Progress, 'sources' | 'untold'> {
  /** Whether a daemon runs on the database; null if that cannot be seen. */
  daemon: boolean | null;
  /** What is found at the path of each log. */
  logs: readonly { path: string; unread: Unread }[];
  now: Instant;
}

/** So long a daemon may be silent about lines that wait: mere traffic is stored every five seconds (src/tail/batches.ts). */
const LATE_MS = 60_000;
/** As much that is unread has not been written just now. */
const MUCH_BYTES = 1024 * 1024;

/** Each trouble in one line. If no daemon ever ran, as after an import alone, nothing is known about the present: it may be the wrong database. */
export function ownTroubles({ sources, untold, daemon, logs, now }: Seen): string[] {
  if (sources.length === 0)
    return logs.length > 0 || daemon ? [] : ['haplog never ran on this database: of now nothing is known'];
  return [
    ...(daemon === false ? ['haplog is not running: nothing is read, and nobody is told'] : []),
    ...sources.flatMap((source) => {
      const unread = logs.find(({ path }) => path === source.path)?.unread;
      return blindness(source, unread, daemon === true, now) ?? [];
    }),
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
