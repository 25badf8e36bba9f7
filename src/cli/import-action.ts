/** What `haplog import` does. */
import { type Incident, planOf } from '../../alerts/index.js';
import type { EventId, Instant, LineContext } from '../../parsers/index.js';
import { afterwards } from '../afterwards.js';
import type { Config } from '../config/config.js';
import { DEFAULTS } from '../config/defaults.js';
import { openConfig } from '../config/open.js';
import { readHistory } from '../history-files.js';
import { EMPTY_MEMORY } from '../memory.js';
import { added, CUT_REMEDY, NOTHING_COUNTED, notUnderstood, someCut } from '../misses.js';
import { AS_WRITTEN, type Ingested, ingest } from '../pipeline.js';
import { openStore } from '../store/open.js';
import type { Commit, Counted, News } from '../store/store.js';
import { STDIN } from '../tail/given-bytes.js';
import { UserError } from '../user-error.js';
import { databaseFor, onDatabase } from './database.js';
import { warnOfDisplaced, warnOfIllegible } from './illegible.js';
import { lineContext } from './line-context.js';
import type { PastOptions } from './past.js';
import { remark } from './say.js';
import { sourceOf } from './source-of.js';

export type ImportOptions = PastOptions & { db?: string };

/**
 * The configuration in force: what is imported is read, begins and ends as for a daemon at the same log. A configuration that cannot be read
 * is not for an import to complain of: the defaults hold then.
 */
async function configInForce(): Promise<Config> {
  return openConfig(null).then(
    ({ config }) => config,
    () => DEFAULTS,
  );
}

const NO_SOURCE = { tz: null, host: null };

/** Of each file, what its lines leave out: as the command says, else as the configuration says of the log. */
async function contextsOf(files: readonly string[], { sources }: Config, options: ImportOptions, now: Instant) {
  const contexts = new Map<string, LineContext>();
  for (const file of files) {
    const { tz, host } = sourceOf(file, sources) ?? NO_SOURCE;
    const known = { ...(tz !== null && { tz }), ...(host !== null && { host }) };
    contexts.set(file, await lineContext({ ...known, ...options }, now));
  }
  return (path: string) => contexts.get(path)!;
}

/** Reads the files into the database and says how much it was. A file that cannot be read is a `UserError`. */
export async function importFiles(files: string[], options: ImportOptions): Promise<void> {
  if (files.includes(STDIN))
    throw new UserError('An import takes files: a line is known by its log and its place there.');
  const now = Date.now();
  const config = await configInForce();
  const contextOf = await contextsOf(files, config, options, now);
  const isWarned = warnOfIllegible(files);
  const database = await databaseFor('write', options.db);
  const seen: Seen = { lines: 0, transitions: 0, counted: NOTHING_COUNTED, cut: false, outages: 0, open: new Set() };
  const tell = () => {
    summary(seen, database).forEach(remark);
    if (!isWarned) warnOfDisplaced(seen.counted);
  };
  try {
    await onDatabase(database, () => takeIn(files, { contextOf, config, now }, database, seen));
  } catch (error) {
    if (seen.lines > 0) tell(); // what could be read of a damaged file is in the database
    throw error;
  }
  tell();
}

interface Seen {
  lines: number;
  transitions: number;
  /** Of the lines that were read. */
  counted: Counted;
  /** Whether there were sentences that were cut off on their way. */
  cut: boolean;
  outages: number;
  /** Outages that have not ended yet. */
  open: Set<EventId>;
}

function summary({ lines, transitions, counted, cut, outages, open }: Seen, database: string): string[] {
  const unknown = notUnderstood(counted);
  const missed = unknown === 0 ? '' : `; ${unknown} lines not understood: haplog parse --unknown shows them`;
  const found = `${transitions} changes of state, outages: ${outages}`;
  const outagesAre = open.size === 1 ? '1 outage is' : `${open.size} outages are`;
  return [
    `${lines} lines read into ${database}: ${found}${missed}`,
    ...(cut ? [CUT_REMEDY] : []),
    ...(open.size > 0 ? [`${outagesAre} open at the end; import the newer logs together with these`] : []),
  ];
}

/** How many facts are stored at once: a commit waits for the disk, and a batch of a busy log brings few. */
const FACTS_PER_COMMIT = 1_000;

/** How an import reads, and when it began. */
interface HowToRead {
  contextOf: (path: string) => LineContext;
  config: Config;
  now: Instant;
}

async function takeIn(files: string[], how: HowToRead, database: string, seen: Seen): Promise<void> {
  const { contextOf, config, now } = how;
  const store = openStore(database, 'write');
  // Incidents of the past are told to nobody.
  const quiet = planOf({ ...config, routes: [], maintenance: [] });
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
    // An import stores no samples, and their texts take room.
    gathered.push({ ...ingested.news, samples: [] });
    facts += factsIn(ingested.news);
  };
  try {
    let damage: unknown = null;
    try {
      for await (const batch of readHistory(files, contextOf)) {
        const context = contextOf(batch.checkpoint.path);
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
    // A daemon may be at the same log: what may still happen after the import began is not for the import to tell.
    for (const ingested of afterwards(memory, quiet, null, now)) gather(ingested);
    await keep();
    if (damage !== null) throw damage;
  } finally {
    await store.end();
  }
}

/** One commit of them all. The daemon's place in the log, its memory and its counters are not for an import to change. */
function factsOf(gathered: readonly News[]): Commit {
  return {
    transitions: gathered.flatMap(({ transitions }) => transitions),
    outages: gathered.flatMap(({ outages }) => outages),
    incidents: gathered.flatMap(({ incidents }) => incidents.map(untold)),
    copies: gathered.flatMap(({ copies }) => copies),
    suspects: gathered.flatMap(({ suspects }) => suspects),
    cleared: gathered.flatMap(({ cleared }) => cleared),
    notifications: [],
    ...{ checkpoints: [], readAt: null, tally: null, samples: [], remember: [], forget: [] },
    imported: true,
  };
}

/** The incident without what the state machine notes about telling and reminding: nobody was told. */
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
  if (tally !== null) seen.counted = added(seen.counted, tally);
}
