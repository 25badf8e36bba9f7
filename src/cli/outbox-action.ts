/** What `haplog outbox` does. */
import { backendOf, render } from '../../alerts/index.js';
import { formatDuration } from '../duration.js';
import { printableJson } from '../printable.js';
import { daemonRuns } from '../store/lock.js';
import type { Awaited, OutboxEntry, OutboxFilter, OutboxState, Unfit } from '../store/store.js';
import { UserError } from '../user-error.js';
import { zoneToPrint } from '../zone.js';
import { OUTBOX_STATES } from './accepted.js';
import { databaseFor } from './database.js';
import { utc } from './json-rows.js';
import { localTime } from './local-time.js';
import { onStore } from './on-store.js';
import type { ReadingOptions } from './options.js';
import { latencyOf, notedAt, outboxText } from './outbox-text.js';
import { remark, say } from './say.js';

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
  const database = await databaseFor('read', options.db);
  const [entries, awaited] = await onStore('read', options.db, async (store) => [
    await store.outbox({ states, receiver, seqs: null, limit }),
    await store.awaited(),
  ]);
  if (output === 'json') return say(printableJson(entries.map(entryJson)));
  if (entries.length === 0) remark('haplog: No row of the outbox is so.');
  const asked = ({ receiver: name, whole }: Awaited) => receiver === null || [name, whole].includes(receiver);
  const waiting = states.includes('due') ? awaited.filter(asked) : [];
  const listing = { awaited: waiting, entries, daemon: daemonRuns(database) };
  for (const line of outboxText(listing, Date.now(), time)) say(line);
}

/** Prints one row and its message. */
export async function showOutbox(text: string, options: OutboxShowOptions): Promise<void> {
  const time = localTime(zoneToPrint(options));
  const seq = rowNumber(text);
  const [entry] = await readOutbox(options.db, { ...ALL, seqs: [seq] });
  if (!entry) throw unfitRow({ seq, why: 'missing' }, 'show');
  const { state, answer, closedAt, notification } = entry;
  const { letter, passedOn, nextAt, addressee } = entry;
  const { subject, text: body } = render(notification, Date.now(), { passedOn });
  if (options.output === 'json') return say(printableJson({ ...entryJson(entry), message: { subject, text: body } }));
  say(`Row:         ${seq}, ${state}, ${triesOf(entry)}`);
  say(`Receiver:    ${notification.receiver}`);
  say(`Noted:       ${time(notedAt(entry))}`);
  if (nextAt !== null) say(`Due:         ${nextAt === 0 ? 'at once' : time(nextAt)}`);
  if (closedAt !== null) say(`Closed:      ${time(closedAt)}`);
  if (answer !== null) say(`Answer:      ${answer}`);
  const latency = latencyOf(entry);
  if (latency !== null) say(`Latency:     ${formatDuration(latency)} from the line to acceptance`);
  if (letter !== null && addressee === null && letter !== notification.dedupKey)
    say(`Letter:      told together with others, as ${letter}`);
  say(`Subject:     ${subject}`);
  say('');
  for (const line of body.trimEnd().split('\n')) say(line);
}

/** Puts rows back, or gives them up; all, or none if one is unfit. */
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

function entryJson(entry: OutboxEntry): object {
  const { seq, state, attempts, answer, closedAt, dueAt, nextAt, notification } = entry;
  const { receiver, event, incident, dedupKey } = notification;
  const { id, host, rule, subject } = incident;
  const about = { incident: id, host, backend: backendOf(incident), rule, subject };
  const times = {
    noted_at: utc(notedAt(entry)),
    due_at: state === 'due' ? utc(dueAt) : null,
    next_attempt_at: nextAt === null ? null : utc(Math.max(nextAt, notedAt(entry))),
    closed_at: closedAt === null ? null : utc(closedAt),
  };
  const { letter, standsIn, passedOn, addressee } = entry;
  const way = {
    address: addressee?.address ?? null,
    letter,
    stands_in: standsIn,
    passed_on: passedOn,
    latency_ms: latencyOf(entry),
  };
  return { seq, state, receiver, event, ...about, dedup_key: dedupKey, attempts, ...times, answer, ...way };
}

const triesOf = ({ attempts }: OutboxEntry) => (attempts === 1 ? '1 attempt' : `${attempts} attempts`);

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
