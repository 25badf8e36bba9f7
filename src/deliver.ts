/**
 * Sends the letters of a lane, and marks them once they are accepted. A letter is sealed before its first attempt: if the process dies
 * after it was accepted and before it is marked, it is sent again as the same letter, under the same id. At worst it goes out once too
 * often; it is never forgotten.
 */
import {
  type Channel,
  type Letter,
  type Message,
  type MessageKind,
  type Outcome,
  render,
  renderMany,
  rowsOf,
} from '../alerts/index.js';
import type { Instant } from '../parsers/index.js';
import { putOff, putOffBehind } from './failed-attempt.js';
import { LANE_WIDTH, type Lane, type LaneDeps, mayDigest, wholeOf } from './lanes.js';
import { letterName } from './letter-name.js';
import { refusedAddresses } from './refused-addresses.js';
import type { OutboxRow, Store } from './store/store.js';

/** What became of one attempt, for haplog's own log. */
export interface DeliveryReport {
  outcome: Outcome['kind'] | 'expired' | 'interrupted';
  receiver: string;
  /** Null if the letter is about several. */
  incident: string | null;
  event: MessageKind;
  /** How many incidents the letter is about. */
  incidents: number;
  /** Counted from 1. */
  attempt: number;
  /** The receiver's answer, or why there was none. */
  detail: string;
  /** When it is tried again; null if it is not. */
  dueAt: Instant | null;
}

export interface DeliveryDeps extends LaneDeps {
  store: LaneDeps['store'] &
    Pick<Store, 'nextDueAt' | 'rungOut' | 'seal' | 'delivered' | 'postpone' | 'close' | 'outbox'>;
  /** In [0, 1). */
  random: () => number;
  /** Ends the sends in flight; their rows stay as they are. */
  signal: AbortSignal;
  log: (report: DeliveryReport) => void;
}

/**
 * Sends a lane's letters, a few at a time. Begins no further one after `closing` aborts, or after the receiver asked for a pause: that
 * means all its messages, not only the one it answered. Rejects when the store fails, never because of a receiver.
 */
export async function serve(deps: DeliveryDeps, lane: Lane, closing: AbortSignal): Promise<void> {
  const letters = [...lane];
  let quiet = false;

  const work = async () => {
    for (let letter = letters.shift(); letter !== undefined; letter = letters.shift()) {
      if (quiet || closing.aborted || deps.signal.aborted) return;
      const { outcome, message } = await attempt(deps, letter);
      letters.push(...(await mark(deps, letter, outcome, message.event)));
      if (outcome.kind !== 'retry' || outcome.afterMs === undefined) continue;
      quiet = true;
      await deps.store.quiet(receiverOf(letter), deps.clock.now() + outcome.afterMs);
    }
  };
  await Promise.all(Array.from({ length: Math.min(LANE_WIDTH, lane.length) }, work));
}

const receiverOf = ({ threads }: Letter): string => threads[0]!.told.receiver;

/** Undefined if the configuration has no such receiver, or if that receiver has no addresses. */
function channelOf({ channels }: DeliveryDeps, row: OutboxRow): Pick<Channel, 'send'> | undefined {
  const channel = channels.get(wholeOf(row));
  return row.addressee === null ? channel : channel?.only?.(row.addressee.address);
}

async function attempt(deps: DeliveryDeps, letter: Letter<OutboxRow>): Promise<{ outcome: Outcome; message: Message }> {
  const { store, signal } = deps;
  const first = rowsOf(letter)[0]!;
  const name = letter.name ?? letterName(letter);
  const rendered = await messageOf(deps, letter, name);
  const message = { ...rendered, ...(await rungOut(deps, letter)) };
  const channel = channelOf(deps, first);
  if (channel === undefined) {
    return {
      message,
      outcome: { kind: 'rejected', reason: `receiver "${wholeOf(first)}" is not in the config any more` },
    };
  }
  if (letter.name === null) {
    const seqs = rowsOf(letter).map(({ seq }) => seq);
    await store.seal(name, seqs);
  }
  try {
    return { message, outcome: await unlessAborted(channel.send(message, signal), signal) };
  } catch (error) {
    // A channel does not throw for what the network does: this is a bug in haplog, and no reason to lose the message.
    const reason = `fault in haplog: ${error instanceof Error ? error.message : String(error)}`;
    return { message, outcome: { kind: 'retry', reason } };
  }
}

/** For a letter about one incident, all its facts are fetched; other letters name each incident in one line. */
async function messageOf({ store, clock }: DeliveryDeps, letter: Letter<OutboxRow>, name: string): Promise<Message> {
  if (letter.kind !== 'single') return renderMany(letter, name);
  const { told, whole, newest, rows } = letter.threads[0]!;
  const [full] = await store.outbox({ states: ['due'], receiver: null, seqs: [newest.seq], limit: 1 });
  const incident = full?.notification.incident ?? told.incident;
  const answer = rows[0]!.answer;
  const how = { ...(whole && { whole: { answer } }), passedOn: rows[0]!.passedOn };
  return { ...render({ ...told, incident }, clock.now(), how), id: name };
}

/** What may still ring at the receiver, though with this letter it is over. */
async function rungOut({ store, clock, channels }: DeliveryDeps, { threads }: Letter<OutboxRow>) {
  const receiver = wholeOf(threads[0]!.newest);
  const ringsForMs = channels.get(receiver)?.ringsForMs ?? null;
  if (ringsForMs === null) return {};
  const incidents = threads.map(({ told }) => told.incident.id);
  return { over: await store.rungOut(receiver, incidents, clock.now() - ringsForMs) };
}

/** Records the outcome of an attempt for all rows of the letter. Returns what waited for it, and goes now though it was not accepted. */
async function mark(
  deps: DeliveryDeps,
  letter: Letter<OutboxRow>,
  outcome: Outcome,
  event: MessageKind,
): Promise<Lane> {
  const { store, clock, random, signal, log, manners, channels } = deps;
  const receiver = receiverOf(letter);
  const rows = rowsOf(letter);
  const seqs = rows.map(({ seq }) => seq);
  const attempt = Math.max(...rows.map(({ attempts }) => attempts)) + 1;
  const { threads } = letter;
  const incident = threads.length === 1 ? threads[0]!.told.incident.id : null;
  const report = { receiver, incident, event, incidents: threads.length, attempt, dueAt: null };
  const whole = wholeOf(rows[0]!);
  const fallback = manners?.get(whole)?.fallback ?? null;
  const now = clock.now();
  if (outcome.kind === 'delivered') {
    const { answer, refused = [] } = outcome;
    const fewest = Math.min(...rows.map(({ attempts }) => attempts)) + 1;
    const ends = refusedAddresses(receiver, refused, fewest, now, random);
    await store.delivered(seqs, now, answer, ends, fallback, channels.get(whole)?.tellsApart ?? false);
    deps.back?.add(receiver);
    log({ ...report, outcome: 'delivered', detail: answer });
    for (const { name, reason, next } of ends) {
      const own = { ...report, receiver: name, detail: reason };
      log(next.state === 'due' ? { ...own, outcome: 'retry', dueAt: next.dueAt } : { ...own, outcome: next.state });
    }
    return [];
  }
  const detail = outcome.reason;
  if (outcome.kind === 'rejected') {
    await store.close(seqs, 'rejected', now, detail, fallback);
    log({ ...report, outcome: 'rejected', detail });
    return [];
  }
  // Ended by us: the rows stay as they were, to be sent when haplog runs again.
  if (signal.aborted) {
    log({ ...report, outcome: 'interrupted', detail });
    return [];
  }
  const failure = { reason: detail, now, afterMs: outcome.afterMs, fallback };
  const { dueAt, worn } = await putOff(deps, letter, failure);
  if (worn.length > 0) log({ ...report, outcome: 'expired', detail });
  if (dueAt !== null) log({ ...report, outcome: 'retry', detail, dueAt });
  if (letter.behind.length === 0) return [];
  const behind = await putOffBehind(deps, letter, failure, mayDigest(deps, whole));
  for (const { notification, attempts } of behind.worn) {
    const own = { incident: notification.incident.id, incidents: 1, attempt: attempts + 1, event: notification.event };
    log({ ...report, ...own, outcome: 'expired', detail });
  }
  return behind.ahead;
}

/** The outcome of a send, or an interrupted attempt as soon as the signal aborts, whatever the channel does. */
async function unlessAborted(sending: Promise<Outcome>, signal: AbortSignal): Promise<Outcome> {
  let abort = () => {};
  const aborted = new Promise<Outcome>((resolve) => {
    abort = () => resolve({ kind: 'retry', reason: 'interrupted' });
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
  try {
    return await Promise.race([sending, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
