/** What `haplog query` does: from its options to what is printed. */
import type { Instant } from '../../parsers/index.js';
import { openStore } from '../store/open.js';
import type { Happening } from '../store/store.js';
import { wantsColour } from '../terminal.js';
import { UserError } from '../user-error.js';
import { zoneToPrint } from '../zone.js';
import type { Format } from './accepted.js';
import { ago } from './ago.js';
import { databaseFor, onDatabase } from './database.js';
import { localTime } from './local-time.js';
import type { ReadingOptions } from './options.js';
import { type Story, streamOf, tableOf, writeTo } from './output.js';

export interface QueryOptions extends ReadingOptions {
  since?: string;
  until?: string;
  host?: string[];
  backend?: string[];
  server?: string[];
  state?: string[];
  suspect?: boolean;
  output: Format;
}

/** How far back it looks without --since. */
const DAY_MS = 24 * 3_600_000;

/** Prints to standard output. What the options get wrong, and a database that cannot be read, is a `UserError`. */
export async function query(options: QueryOptions): Promise<void> {
  const now = Date.now();
  const tz = zoneToPrint(options);
  const named = options.until === undefined ? null : await timeOf(options.until, now, tz);
  // A load balancer's clock may be ahead of ours: without --until nothing is cut off.
  const until = named ?? Number.MAX_SAFE_INTEGER;
  const since =
    options.since === undefined ? Math.max(0, (named ?? now) - DAY_MS) : await timeOf(options.since, now, tz);
  const local = localTime(tz);
  const span = `between ${local(since)} and ${local(named ?? Math.max(now, since))}`;
  if (since > until) throw new UserError(`There is nothing ${span}: --since lies after --until.`);
  const { passes, states } = await filterOf(options);

  const database = await databaseFor('read', options.db);
  await onDatabase(database, async () => {
    const store = openStore(database, 'read');
    try {
      const { output } = options;
      const { stdout } = process;
      if (!options.suspect && output !== 'table' && output !== 'wide') {
        const story = store.story({ since, until });
        return await writeTo(stdout, streamOf(passes ? only(story, passes) : story, output, states));
      }
      const view = {
        now,
        tz,
        colour: wantsColour(stdout),
        width: output === 'table' && stdout.isTTY ? stdout.columns : null,
        ifEmpty: `(nothing ${passes ? 'that matches ' : ''}happened ${span})`,
        states,
      };
      if (options.suspect) {
        const { suspectText } = await import('./suspect-text.js');
        const suspects = await store.suspects({ since, until });
        const isOfHost = options.host ? (await import('../glob.js')).matcherOf(options.host) : () => true;
        const found = suspects.filter(({ host }) => isOfHost(host));
        const ifEmpty = `(no line ${passes ? 'that matches ' : ''}was suspect ${span})`;
        return await writeTo(stdout, suspectText(found, output, { ...view, ifEmpty, all: [] }));
      }
      const history = await store.history({ since, until });
      const found = passes ? (await import('./filter.js')).select(history, passes) : history;
      const next = named === null ? [] : await store.nextChanges(until, found.transitions);
      const all = [...history.transitions, ...next];
      await writeTo(stdout, tableOf(found, output as 'table' | 'wide', { ...view, all }));
    } finally {
      await store.end();
    }
  });
}

async function* only(story: Story, passes: (happening: Happening) => boolean): AsyncGenerator<Happening> {
  for await (const happening of story) if (passes(happening)) yield happening;
}

/** The moment that an option means. The calendar is loaded only for a time that needs it. */
async function timeOf(text: string, now: Instant, tz: string): Promise<Instant> {
  const at = ago(text, now);
  if (at !== null) return at;
  const { parseTime } = await import('./time-words.js');
  return parseTime(text, { now, tz });
}

interface Asked {
  /** A test of what is to be shown; null: nothing is to be left out, and no matcher of globs need be loaded. */
  passes: ((happening: Happening) => boolean) | null;
  states: readonly string[];
}

async function filterOf({ host = [], backend = [], server = [], state = [] }: QueryOptions): Promise<Asked> {
  if (host.length + backend.length + server.length + state.length === 0) return { passes: null, states: [] };
  const { parseStates, passer } = await import('./filter.js');
  const states = state.flatMap(parseStates);
  return { passes: passer({ host, backend, server, state: states }), states };
}
