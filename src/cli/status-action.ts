/** What `haplog status` does: one look at the database, and at the logs that were followed. */
import { dueSince } from '../../alerts/index.js';
import { openToClients } from '../../parsers/index.js';
import { recall } from '../memory.js';
import { printableJson } from '../printable.js';
import { conditionsOf, serversUp, standingOf } from '../standing.js';
import { daemonRuns } from '../store/lock.js';
import { openStore } from '../store/open.js';
import type { Progress } from '../store/store.js';
import { NOTHING_READ, unreadOf } from '../tail/unread.js';
import { ownTroubles } from '../trouble.js';
import { UserError } from '../user-error.js';
import { zoneToPrint } from '../zone.js';
import { databaseFor, onDatabase } from './database.js';
import { localTime } from './local-time.js';
import type { ReadingOptions } from './options.js';
import { writeTo } from './output.js';
import { isWell, type Status, statusJson } from './status-json.js';
import { statusText } from './status-text.js';

export interface StatusOptions extends ReadingOptions {
  samples: string;
  all?: boolean;
  output: 'text' | 'json';
}

/** The exit status if somebody ought to look. */
const TROUBLE = 1;

/** Prints to standard output. What the options get wrong, and a database that cannot be read, is a `UserError`. */
export async function status(options: StatusOptions): Promise<void> {
  const samples = countOf(options.samples);
  const tz = zoneToPrint(options);
  const now = Date.now();
  const database = await databaseFor('read', options.db);
  const progress = await onDatabase(database, async () => {
    const store = openStore(database, 'read');
    try {
      return await store.progress(samples, now);
    } finally {
      await store.end();
    }
  });
  const logs = logsOf(progress);
  const daemon = daemonRuns(database);
  const { heard, situation } = recall(progress.memory);
  const open = openToClients(heard);
  const { counted, outbox, delivered } = progress;
  const found: Status = {
    database,
    daemon,
    troubles: ownTroubles({ ...progress, daemon, logs, now, isOpen: open.length > 0 }),
    logs,
    open,
    standing: standingOf(situation),
    conditions: conditionsOf(situation),
    up: options.all ? serversUp(situation) : null,
    outbox,
    latencies: delivered.map((times) => Math.max(0, times.closedAt - dueSince(times))).sort((a, b) => a - b),
    counted,
    disbelieved: progress.disbelieved,
    samples: progress.samples,
  };
  const text =
    options.output === 'json' ? `${printableJson(statusJson(found, now))}\n` : statusText(found, now, localTime(tz));
  if (!isWell(found)) process.exitCode = TROUBLE;
  await writeTo(process.stdout, [text]);
}

/** The logs that were ever read, and those of which nothing was read yet: missing, empty, without a whole line. */
function logsOf({ checkpoints, sources }: Pick<Progress, 'checkpoints' | 'sources'>): Status['logs'] {
  const unread = sources.filter(({ path }) => !checkpoints.some((read) => read.path === path));
  const places = [...checkpoints, ...unread.map(({ path }) => ({ path, fingerprint: NOTHING_READ, offset: 0 }))];
  const isFollowed = (path: string) => sources.length === 0 || sources.some((source) => source.path === path);
  return places.map((place) => ({ ...place, unread: unreadOf(place), followed: isFollowed(place.path) }));
}

function countOf(text: string): number {
  if (/^\d{1,3}$/.test(text) && Number(text) <= 100) return Number(text);
  throw new UserError(`Cannot read the number of samples ${JSON.stringify(text)}: expected 0 to 100.`);
}
