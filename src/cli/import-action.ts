/** What `haplog import` does. */
import { DEFAULT_POLICY, type Plan } from '../../alerts/index.js';
import type { TimeContext } from '../../parsers/index.js';
import { readHistory } from '../history-files.js';
import { EMPTY_MEMORY } from '../memory.js';
import { notUnderstood } from '../misses.js';
import { conclude, type Ingested, ingest } from '../pipeline.js';
import { openStore } from '../store/open.js';
import { databaseFor, onDatabase } from './database.js';
import type { PastOptions } from './past.js';
import { timeContext } from './time-context.js';

export type ImportOptions = PastOptions & { db?: string };

/** No routes: incidents of the past are written down and told to nobody. */
const QUIET: Plan = { policy: DEFAULT_POLICY, routes: [] };

/** Reads the files into the database and says how much it was. A file that cannot be read is a `UserError`. */
export async function importFiles(files: string[], options: ImportOptions): Promise<void> {
  const context = timeContext(options, Date.now());
  const database = await databaseFor('write', options.db);
  const seen = await onDatabase(database, () => takeIn(files, context, database));
  const { lines, transitions, outages, unknown } = seen;
  const missed = unknown === 0 ? '' : `; ${unknown} lines not understood: haplog parse --unknown shows them`;
  const found = `${transitions} changes of state, outages: ${outages}`;
  process.stderr.write(`${lines} lines read into ${database}: ${found}${missed}\n`);
}

async function takeIn(files: string[], context: TimeContext, database: string) {
  const store = openStore(database, 'write');
  let memory = EMPTY_MEMORY;
  const seen = { lines: 0, transitions: 0, unknown: 0 };
  const outages = new Set<string>();
  try {
    const keep = async ({ memory: after, commit }: Ingested) => {
      memory = after;
      // The daemon's own place in the log, its memory and its counters are not the past's to change.
      await store.apply({ ...commit, checkpoint: null, tally: null, samples: [], remember: [], forget: [] });
      seen.transitions += commit.transitions.length;
      for (const { id } of commit.outages) outages.add(id);
      seen.unknown += commit.tally === null ? 0 : notUnderstood(commit.tally);
    };
    for await (const batch of readHistory(files, context)) {
      await keep(ingest(memory, { ...batch, live: false }, QUIET, context));
      seen.lines += batch.tally.lines;
    }
    await keep(conclude(memory, QUIET, { live: false, readAt: Date.now() }));
  } finally {
    await store.end();
  }
  return { ...seen, outages: outages.size };
}
