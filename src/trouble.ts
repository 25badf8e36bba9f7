/** What keeps haplog itself from doing its work, as far as that can be seen from outside: it is blind, or mute. Pure. */
import type { Progress } from './store/store.js';
import type { Unread } from './tail/unread.js';

export interface Seen extends Pick<Progress, 'sources' | 'untold'> {
  /** Whether a daemon runs on the database; null if that cannot be seen. */
  daemon: boolean | null;
  /** What is found at the path of each log. */
  logs: readonly { path: string; unread: Unread }[];
}

/** Each trouble in one line. If no daemon ever ran, as after an import alone, nothing is known about the present: it may be the wrong database. */
export function ownTroubles({ sources, untold, daemon, logs }: Seen): string[] {
  if (sources.length === 0)
    return logs.length > 0 || daemon ? [] : ['haplog never ran on this database: of now nothing is known'];
  const missing = logs.filter(({ path, unread }) => sources.includes(path) && unread.kind === 'missing');
  return [
    ...(daemon === false ? ['haplog is not running: nothing is read, and nobody is told'] : []),
    ...missing.map(({ path }) => `${path} is missing: nothing can be read of it`),
    ...(untold.stuck > 0 ? [`${untold.stuck} messages have waited for more than ten minutes: haplog outbox list`] : []),
    ...(untold.failed > 0 ? [`${untold.failed} messages failed within a day: haplog outbox list`] : []),
  ];
}
