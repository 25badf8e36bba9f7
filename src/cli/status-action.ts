/** What `haplog status` does: one look at the database, and at the logs that were followed. */
import { dueSince } from '../../alerts/index.js';
import { recall } from '../memory.js';
import { printableJson } from '../printable.js';
import { isTrouble, standingOf } from '../standing.js';
import { daemonRuns } from '../store/lock.js';
import { openStore } from '../store/open.js';
import { unreadOf } from '../tail/unread.js';
import { UserError } from '../user-error.js';
import { zoneToPrint } from '../zone.js';
import { databaseFor, onDatabase } from './database.js';
import { localTime } from './local-time.js';
import type { ReadingOptions } from './options.js';
import { writeTo } from './output.js';
import { type Status, statusJson } from './status-json.js';
import { statusText } from './status-text.js';

export interface StatusOptions extends ReadingOptions {
  samples: string;
  all?: boolean;
  output: 'text' | 'json';
}

/** The answer's exit status where somebody ought to look. */
const TROUBLE = 1;

/** Prints to standard output. What the options get wrong, and a database that cannot be read, is a `UserError`. */
export async function status(options: StatusOptions): Promise<void> {
  const samples = countOf(options.samples);
  const tz = zoneToPrint(options);
  const database = await databaseFor('read', options.db);
  const progress = await onDatabase(database, async () => {
    const store = openStore(database, 'read');
    try {
      return await store.progress(samples);
    } finally {
      await store.end();
    }
  });
  const logs = await Promise.all(
    progress.checkpoints.map(async (checkpoint) => ({ ...checkpoint, unread: await unreadOf(checkpoint) })),
  );
  const standing = standingOf(recall(progress.memory).situation);
  const { counted, outbox, delivered } = progress;
  const found: Status = {
    database,
    daemon: daemonRuns(database),
    logs,
    standing,
    outbox,
    latencies: delivered.map((times) => Math.max(0, times.closedAt - dueSince(times))).sort((a, b) => a - b),
    counted,
    samples: progress.samples,
  };
  const now = Date.now();
  const text =
    options.output === 'json'
      ? `${printableJson(statusJson(found, now, options.all))}\n`
      : statusText(found, now, localTime(tz), options.all);
  if (isTrouble(standing)) process.exitCode = TROUBLE;
  await writeTo(process.stdout, [text]);
}

function countOf(text: string): number {
  if (/^\d{1,3}$/.test(text) && Number(text) <= 100) return Number(text);
  throw new UserError(`Cannot read the number of samples ${JSON.stringify(text)}: expected 0 to 100.`);
}
