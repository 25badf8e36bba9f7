/** What `haplog outbox` does. */
import { backendOf, dueSince, incidentInWords, render } from '../../alerts/index.js';
import { formatDuration } from '../duration.js';
import { printableJson } from '../printable.js';
import type { OutboxEntry, OutboxFilter, OutboxState, Unfit } from '../store/store.js';
import { UserError } from '../user-error.js';
import { zoneToPrint } from '../zone.js';
import { OUTBOX_STATES } from './accepted.js';
import { inColumns } from './columns.js';
import { utc } from './json-rows.js';
import { localTime } from './local-time.js';
import { onStore } from './on-store.js';
import type { ReadingOptions } from './options.js';
import { say } from './say.js';

export type OutboxOptions = ReadingOptions;

export interface OutboxListOptions extends ReadingOptions {
  state?: string[];
  receiver?: string;
  limit: string;
  output: 'text' | 'json';
}

export interface OutboxShowOptions extends ReadingOptions {
  output: 'text' | 'json';
}

const STATES: readonly OutboxState[] = OUTBOX_STATES;
const NOT_DELIVERED = STATES.filter((state) => state !== 'delivered');
const ALL = { states: STATES, receiver: null, limit: Number.MAX_SAFE_INTEGER };

/** Prints rows to standard output, the newest first. What the options get wrong is a `UserError`. */
export async function listOutbox(options: OutboxListOptions): Promise<void> {
  const { receiver = null, output } = options;
  const states = statesOf(options.state);
  const limit = numberOf(options.limit, 'number of rows', 10_000);
  const time = localTime(zoneToPrint(options));
  const entries = await readOutbox(options.db, { states, receiver, seqs: null, limit });
  if (output === 'json') return say(printableJson(entries.map(entryJson)));
  if (entries.length === 0) process.stderr.write('haplog: No row of the outbox is so.\n');
  for (const line of inColumns(entries.map((entry) => rowOf(entry, time)))) say(line);
}

/** Prints one row and its message. */
export async function showOutbox(text: string, options: OutboxShowOptions): Promise<void> {
  const time = localTime(zoneToPrint(options));
  const seq = rowNumber(text);
  const [entry] = await readOutbox(options.db, { ...ALL, seqs: [seq] });
  if (!entry) throw unfitRow({ seq, why: 'missing' }, 'show');
  const { state, answer, closedAt, dueAt, notification } = entry;
  const { letter, passedOn } = entry;
  const { subject, text: body } = render(notification, Date.now(), { passedOn });
  if (options.output === 'json') return say(printableJson({ ...entryJson(entry), message: { subject, text: body } }));
  say(`Row:         ${seq}, ${state}, ${triesOf(entry)}`);
  say(`Receiver:    ${notification.receiver}`);
  say(`Noted:       ${time(notedAt(entry))}`);
  if (state === 'due') say(`Due:         ${dueAt === 0 ? 'at once' : time(dueAt)}`);
  if (closedAt !== null) say(`Closed:      ${time(closedAt)}`);
  if (answer !== null) say(`Answer:      ${answer}`);
  const latency = latencyOf(entry);
  if (latency !== null) say(`Latency:     ${formatDuration(latency)} from the line to acceptance`);
  if (letter !== null && letter !== notification.dedupKey) say(`Letter:      told together with others, as ${letter}`);
  say(`Subject:     ${subject}`);
  say('');
  for (const line of body.trimEnd().split('\n')) say(line);
}

/** Puts rows back, or gives them up; all, or where one is unfit none. */
export async function changeOutbox(how: 'retry' | 'drop', texts: string[], { db }: OutboxOptions): Promise<void> {
  const seqs = [...new Set(texts.map(rowNumber))];
  await onStore('write', db, async (store) => {
    const unfit = await (how === 'retry' ? store.retry(seqs) : store.drop(seqs, Date.now()));
    if (unfit) throw unfitRow(unfit, how);
  });
  for (const seq of seqs) say(`${seq}: ${how === 'retry' ? 'due at once' : 'dropped'}`);
}

function unfitRow({ seq, why }: Unfit, how: string): UserError {
  switch (why) {
    case 'missing':
      return new UserError(`There is no row ${seq} in the outbox; haplog outbox list --state all shows them.`);
    case 'over':
      return new UserError(`Row ${seq} is too late: the end of it was told.`);
    case 'muted':
      return new UserError(`Row ${seq} is muted, for its beginning was never told: retry that.`);
    default:
      return new UserError(`Row ${seq} is ${why}: there is nothing to ${how}.`);
  }
}

async function readOutbox(db: string | undefined, filter: OutboxFilter): Promise<OutboxEntry[]> {
  return await onStore('read', db, (store) => store.outbox(filter));
}

function rowOf(entry: OutboxEntry, time: (at: number) => string): string[] {
  const { seq, state, answer, notification } = entry;
  const { receiver, event, incident } = notification;
  const what = `${event}: ${incidentInWords(incident)}`;
  return [String(seq), time(notedAt(entry)), state, receiver, what, triesOf(entry), answer ?? ''];
}

function entryJson(entry: OutboxEntry): object {
  const { seq, state, attempts, answer, closedAt, dueAt, notification } = entry;
  const { receiver, event, incident, dedupKey } = notification;
  const { id, host, rule, subject } = incident;
  const about = { incident: id, host, backend: backendOf(incident), rule, subject };
  const times = {
    noted_at: utc(notedAt(entry)),
    due_at: state === 'due' ? utc(dueAt) : null,
    closed_at: closedAt === null ? null : utc(closedAt),
  };
  const { letter, standsIn, passedOn } = entry;
  const way = { letter, stands_in: standsIn, passed_on: passedOn, latency_ms: latencyOf(entry) };
  return { seq, state, receiver, event, ...about, dedup_key: dedupKey, attempts, ...times, answer, ...way };
}

/** From when there was something to tell to acceptance, in ms; null of what was not accepted. */
function latencyOf({ state, closedAt, notification }: OutboxEntry): number | null {
  return state === 'delivered' && closedAt !== null ? Math.max(0, closedAt - dueSince(notification)) : null;
}

const triesOf = ({ attempts }: OutboxEntry) => (attempts === 1 ? '1 attempt' : `${attempts} attempts`);

/** By our own clock, where that is known. */
const notedAt = ({ notification: { notedAt, createdAt } }: OutboxEntry) => notedAt ?? createdAt;

function statesOf(words: string[] | undefined): readonly OutboxState[] {
  if (words === undefined) return NOT_DELIVERED;
  return words.flatMap((word) => {
    if (word.trim() === 'all') return STATES;
    const state = STATES.find((each) => each === word.trim());
    if (state === undefined)
      throw new UserError(`Unknown state ${JSON.stringify(word)}: expected ${STATES.join(', ')} or all.`);
    return [state];
  });
}

function numberOf(text: string, what: string, most: number): number {
  if (/^\d{1,16}$/.test(text) && Number(text) >= 1 && Number(text) <= most) return Number(text);
  throw new UserError(
    `Cannot read the ${what} ${JSON.stringify(text)}: expected a number from 1${most < 1e15 ? ` to ${most}` : ''}.`,
  );
}

const rowNumber = (text: string) => numberOf(text, 'number of a row', Number.MAX_SAFE_INTEGER);
