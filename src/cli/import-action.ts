/** What `haplog import` does. */
import { type Incident, type Plan, planOf } from '../../alerts/index.js';
import type { EventId, TimeContext } from '../../parsers/index.js';
import { afterwards } from '../afterwards.js';
import { DEFAULTS } from '../config/defaults.js';
import { openConfig } from '../config/open.js';
import { readHistory } from '../history-files.js';
import { EMPTY_MEMORY } from '../memory.js';
import { CUT_REMEDY, notUnderstood, someCut } from '../misses.js';
import { AS_WRITTEN, type Ingested, ingest } from '../pipeline.js';
import { openStore } from '../store/open.js';
import type { Commit, News } from '../store/store.js';
import { UserError } from '../user-error.js';
import { databaseFor, onDatabase } from './database.js';
import type { PastOptions } from './past.js';
import { remark } from './say.js';
import { timeContext } from './time-context.js';

export type ImportOptions = PastOptions & { db?: string };

/**
 * No routes: incidents of the past are written down and told to nobody. When they begin and end is the configuration's in force to say, as it is for a
 * daemon at the same log; one that cannot be read is not the import's to complain of.
 */
async function quietPlan(): Promise<Plan> {
  const config = await openConfig(null).then(
    ({ config }) => config,
    () => DEFAULTS,
  );
  return planOf({ ...config, routes: [], maintenance: [] });
}

/** Reads the files into the database and says how much it was. A file that cannot be read is a `UserError`. */
export async function importFiles(files: string[], options: ImportOptions): Promise<void> {
  const context = await timeContext(options, Date.now());
  const database = await databaseFor('write', options.db);
  const seen: Seen = { lines: 0, transitions: 0, unknown: 0, cut: false, outages: 0, open: new Set() };
  const tell = () => summary(seen, database).forEach(remark);
  try {
    await onDatabase(database, () => takeIn(files, context, database, seen));
  } catch (error) {
    if (seen.lines > 0) tell(); // of a damaged file: what could be read of it is in the database
    throw error;
  }
  tell();
}

interface Seen {
  lines: number;
  transitions: number;
  unknown: number;
  /** Sentences came that were cut on their way. */
  cut: boolean;
  outages: number;
  /** Those that have not ended yet. */
  open: Set<EventId>;
}

function summary({ lines, transitions, unknown, cut, outages, open }: Seen, database: string): string[] {
  const missed = unknown === 0 ? '' : `; ${unknown} lines not understood: haplog parse --unknown shows them`;
  const found = `${transitions} changes of state, outages: ${outages}`;
  const outagesAre = open.size === 1 ? '1 outage is' : `${open.size} outages are`;
  return [
    `${lines} lines read into ${database}: ${found}${missed}`,
    ...(cut ? [CUT_REMEDY] : []),
    ...(open.size > 0 ? [`${outagesAre} open at the end; import the newer logs together with these`] : []),
  ];
}

/** So many facts are stored in one go: a commit waits for the disk, and of a busy log a batch brings little. */
const FACTS_PER_COMMIT = 1_000;

async function takeIn(files: string[], context: TimeContext, database: string, seen: Seen): Promise<void> {
  const store = openStore(database, 'write');
  const begunAt = Date.now();
  const quiet = await quietPlan();
  let memory = EMPTY_MEMORY;
  let gathered: News[] = [];
  let [facts, lines] = [0, 0];
  const keep = async () => {
    await store.apply(factsOf(gathered));
    for (const news of gathered) count(news, seen);
    seen.lines += lines;
    gathered = [];
    [facts, lines] = [0, 0];
  };
  const gather = (ingested: Ingested) => {
    memory = ingested.memory;
    // Samples bear the text of lines, of which each may be long.
    gathered.push({ ...ingested.news, samples: [] });
    facts += factsIn(ingested.news);
  };
  try {
    let damage: unknown = null;
    try {
      for await (const batch of readHistory(files, context)) {
        const ingested = ingest(memory, { ...batch, live: true }, quiet, context, AS_WRITTEN);
        seen.cut ||= someCut(ingested.news.samples);
        gather(ingested);
        lines += batch.tally.lines;
        if (Math.max(facts, gathered.length) >= FACTS_PER_COMMIT) await keep();
      }
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      damage = error; // what could be read counts
    }
    // A daemon may be at the same log: what may still come of it is not the import's to tell.
    for (const ingested of afterwards(memory, quiet, null, begunAt)) gather(ingested);
    await keep();
    if (damage !== null) throw damage;
  } finally {
    await store.end();
  }
}

/** The daemon's own place in the log, its memory and its counters are not the past's to change. */
function factsOf(gathered: readonly News[]): Commit {
  return {
    transitions: gathered.flatMap(({ transitions }) => transitions),
    outages: gathered.flatMap(({ outages }) => outages),
    incidents: gathered.flatMap(({ incidents }) => incidents.map(untold)),
    copies: gathered.flatMap(({ copies }) => copies),
    suspects: gathered.flatMap(({ suspects }) => suspects),
    cleared: gathered.flatMap(({ cleared }) => cleared),
    notifications: [],
    ...{ checkpoint: null, tally: null, samples: [], remember: [], forget: [] },
  };
}

/** As it is: the machine notes when it would be told, and reminded of. */
const untold = (incident: Incident): Incident => ({ ...incident, toldAt: null, remindedAt: null, reminders: 0 });

function factsIn({ transitions, outages, incidents, copies, suspects }: News): number {
  return transitions.length + outages.length + incidents.length + copies.length + suspects.length;
}

function count({ transitions, outages, tally }: News, seen: Seen): void {
  seen.transitions += transitions.length;
  for (const { id, end } of outages) {
    if (!seen.open.delete(id)) seen.outages++;
    if (end === null) seen.open.add(id);
  }
  seen.unknown += tally === null ? 0 : notUnderstood(tally);
}
