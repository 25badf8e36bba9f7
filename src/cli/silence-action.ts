/** What `haplog silence` does. */
import { type Match, RULES, SEVERITIES, type Silence, SUBJECT_OF } from '../../alerts/index.js';
import { isGlob, neverMatches } from '../glob.js';
import { printableJson } from '../printable.js';
import { UserError } from '../user-error.js';
import { zoneToPrint } from '../zone.js';
import { authorOf } from './author.js';
import { inColumns } from './columns.js';
import { utc } from './json-rows.js';
import { localTime } from './local-time.js';
import { matchInWords } from './match-text.js';
import { onStore } from './on-store.js';
import type { ReadingOptions } from './options.js';
import { say } from './say.js';
import { type SilenceTimes, silenceSpan } from './silence-span.js';
import { wordOf } from './word-of.js';

export interface SilenceAddOptions extends ReadingOptions, SilenceTimes {
  backend?: string;
  server?: string;
  host?: string;
  rule?: string;
  severity?: string;
  everything?: boolean;
  reason: string;
  by?: string;
  output: 'text' | 'json';
}

export interface SilenceListOptions extends ReadingOptions {
  all?: boolean;
  output: 'text' | 'json';
}

/** Stores a silence and prints its number. What makes no sense is a `UserError`. */
export async function addSilence(options: SilenceAddOptions): Promise<void> {
  const tz = zoneToPrint(options);
  const now = Date.now();
  const { from, until } = silenceSpan(options, { now, tz });
  const match = matchOf(options);
  if (options.reason.trim() === '') throw new UserError('--reason takes a text that says why.');
  const silence = { match, from, until, author: authorOf(options.by), reason: options.reason };
  const id = await onStore('write', options.db, (store) => store.addSilence(silence, now));
  if (options.output === 'json') return say(printableJson(rowOf({ id, ...silence })));
  say(`${id}: ${matchInWords(match)}, from ${localTime(tz)(from)} until ${localTime(tz)(until)}`);
}

/** Prints the silences, the oldest first. */
export async function listSilences(options: SilenceListOptions): Promise<void> {
  const now = Date.now();
  const silences = await onStore('read', options.db, (store) => store.silences());
  const wanted = silences.filter(({ until }) => options.all === true || until > now);
  if (options.output === 'json') return say(printableJson(wanted.map(rowOf)));
  const time = localTime(zoneToPrint(options));
  const rows = wanted.map(({ id, match, from, until, author, reason }) => {
    const state = until <= now ? 'over' : from > now ? 'to come' : 'lasts';
    return [String(id), state, `${time(from)} - ${time(until)}`, matchInWords(match), author, reason];
  });
  for (const line of inColumns(rows)) say(line);
}

/** Ends silences; a number of which no silence lasts or is to come is a `UserError`. */
export async function expireSilences(texts: readonly string[], { db }: { db?: string }): Promise<void> {
  const at = Date.now();
  await onStore('write', db, async (store) => {
    for (const text of texts) {
      const id = /^\d+$/.test(text) ? Number(text) : Number.NaN;
      if (!(await store.expireSilence(id, at))) {
        throw new UserError(`No silence ${JSON.stringify(text)} lasts or is to come; haplog silence list shows them.`);
      }
      say(`${id}: over`);
    }
  });
}

function matchOf({ backend, server, host, rule, severity, everything = false }: SilenceAddOptions): Match {
  const globs = { backend: backend ?? null, server: server ?? null, host: host ?? null };
  for (const [name, glob] of Object.entries(globs)) {
    if (glob !== null && !isGlob(glob))
      throw new UserError(`--${name} takes a glob such as k8s-*, not ${JSON.stringify(glob)}.`);
    const instead = glob === null ? null : neverMatches(glob);
    if (instead !== null) throw new UserError(`--${name} takes ${instead}, not ${JSON.stringify(glob)}.`);
  }
  const one = rule === undefined ? null : wordOf(RULES, '--rule', rule);
  if (one !== null && server !== undefined && SUBJECT_OF[one] !== 'server')
    throw new UserError(`--server takes a rule about servers, and ${one} is about none.`);
  if (one !== null && backend !== undefined && SUBJECT_OF[one] === 'haproxy')
    throw new UserError(`--backend takes a rule about backends or servers, and ${one} is about a whole HAProxy.`);
  const rules = one === null ? null : [one];
  const severities = severity === undefined ? null : [wordOf(SEVERITIES, '--severity', severity)];
  const match = { ...globs, rules, severities };
  const isAll = Object.values(match).every((value) => value === null);
  if (isAll !== everything) {
    throw new UserError(
      'Say what is to be silent: --backend, --server, --host, --rule, --severity; or --everything alone.',
    );
  }
  return match;
}

function rowOf({ id, match, from, until, author, reason }: Silence): object {
  return { id, match, from: utc(from), until: utc(until), author, reason };
}
