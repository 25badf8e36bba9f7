/**
 * One pass over the outbox: what is due becomes letters, is sent, and marked after it was accepted. A letter is sealed before
 * its first attempt: what was accepted but not marked when the process died is sent again as the same letter under the same
 * id: once too often at most, never not at all.
 */
import {
  backoffMs,
  type Channel,
  ceilingOf,
  ceilingSince,
  groupBy,
  type Letter,
  lettersOf,
  type Manners,
  type Message,
  type MessageKind,
  type Outcome,
  render,
  renderMany,
  rowsOf,
  underCeiling,
} from '../alerts/index.js';
import type { Instant } from '../parsers/index.js';
import { letterName } from './letter-name.js';
import { refusedAddresses } from './refused-addresses.js';
import type { OutboxRow, Store } from './store/store.js';

/** How many due rows one look takes. A storm's are to be counted in one letter; in memory they are short. */
const PAGE = 4_000;
/** Sends at once to one receiver, each about other incidents. */
const LANE_WIDTH = 3;

/** What became of one attempt, for haplog's own log. */
export interface DeliveryReport {
  outcome: Outcome['kind'] | 'expired' | 'interrupted';
  receiver: string;
  /** Null where the letter is about several. */
  incident: string | null;
  event: MessageKind;
  /** How many incidents the letter is about. */
  incidents: number;
  /** Counted from 1. */
  attempt: number;
  /** The receiver's answer, or why there was none. */
  detail: string;
  /** When it is tried again; null when it is not. */
  dueAt: Instant | null;
}

export interface DeliveryDeps {
  store: Pick<
    Store,
    'due' | 'nextDueAt' | 'seal' | 'accepted' | 'delivered' | 'postpone' | 'quiet' | 'close' | 'outbox'
  >;
  /** By the receiver's name. */
  channels: ReadonlyMap<string, Channel>;
  /** By the receiver's name; who has none has the usual ones. */
  manners?: ReadonlyMap<string, Manners>;
  clock: { now(): Instant };
  /** In [0, 1). */
  random: () => number;
  /** Ends the sends in flight; their rows stay as they are. */
  signal: AbortSignal;
  log: (report: DeliveryReport) => void;
}

/** The letters that go now to one receiver. */
export type Lane = Letter<OutboxRow>[];

/**
 * What is due now for receivers that are not busy. Each has a lane of its own, so that one which hangs holds up nobody else.
 * @param busy the lanes that are served now, by receiver
 */
export async function lanesDue(deps: DeliveryDeps, busy: ReadonlyMap<string, Lane>): Promise<Map<string, Lane>> {
  // A lane that ends while the store is asked may have marked what the answer still calls due.
  const busyBefore = new Map(busy);
  const lanes = new Map<string, Lane>();
  const rows = await deps.store.due(deps.clock.now(), PAGE, [...busyBefore.keys()]);
  const byReceiver = groupBy(rows, ({ notification }) => notification.receiver);
  for (const [receiver, own] of byReceiver) {
    // What goes to all addresses goes first: with it this one may hear what makes its own out of date.
    const whole = wholeOf(own[0]!);
    if (receiver !== whole && (byReceiver.has(whole) || busyBefore.has(whole))) continue;
    const free = receiver === whole ? withoutBusy(own, busyBefore) : own;
    const lane = await laneOf(deps, receiver, free);
    // Of one address so few that what waits for them waits for one send at most.
    const now = receiver === whole ? lane : lane.slice(0, LANE_WIDTH);
    if (now.length > 0) lanes.set(receiver, now);
  }
  return lanes;
}

/** The rows of a receiver that may go now: not those of incidents of which one of its addresses is being told, which would be told out of turn. */
function withoutBusy(rows: OutboxRow[], busy: ReadonlyMap<string, Lane>): OutboxRow[] {
  const letters = [...busy.values()].flat();
  const beingTold = letters.flatMap(rowsOf).filter((row) => row.addressee?.of === rows[0]!.notification.receiver);
  const incidents = new Set(beingTold.map(({ notification }) => notification.incident.id));
  const isBusy = ({ notification }: OutboxRow) => incidents.has(notification.incident.id);
  // A letter of an earlier life goes as it was, or not yet.
  const held = new Set(rows.filter(isBusy).map(({ letter }) => letter));
  return rows.filter((row) => !isBusy(row) && (row.letter === null || !held.has(row.letter)));
}

async function laneOf({ store, channels, manners, clock }: DeliveryDeps, receiver: string, rows: OutboxRow[]) {
  if (rows.length === 0) return [];
  const whole = wholeOf(rows[0]!);
  const takesDigests = channels.get(whole)?.takesDigests ?? channels.has(whole);
  const most = ceilingOf(manners?.get(whole)?.perMinute, takesDigests);
  const now = clock.now();
  // What all addresses of a receiver were sent, one of them was sent too.
  const names = most === null ? [] : [...new Set([receiver, whole])];
  const byName = await Promise.all(names.map((name) => store.accepted(name, ceilingSince(now), now)));
  const accepted = byName.flat().sort((a, b) => a - b);
  const { letters, waitUntil } = underCeiling(lettersOf(rows, takesDigests), most, accepted, takesDigests);
  if (waitUntil !== null) await store.quiet(receiver, waitUntil);
  return letters;
}

/**
 * Sends a lane's letters, a few at a time; begins no further one after `closing`, or when the receiver asked for a pause:
 * that means all messages, not only the one it answered. Rejects when the store fails, never for a receiver.
 */
export async function serve(deps: DeliveryDeps, lane: Lane, closing: AbortSignal): Promise<void> {
  const letters = lane.values();
  let quiet = false;

  const work = async () => {
    for (const letter of letters) {
      if (quiet || closing.aborted || deps.signal.aborted) return;
      const { outcome, message } = await attempt(deps, letter);
      await mark(deps, letter, outcome, message.event);
      if (outcome.kind !== 'retry' || outcome.afterMs === undefined) continue;
      quiet = true;
      await deps.store.quiet(receiverOf(letter), deps.clock.now() + outcome.afterMs);
    }
  };
  await Promise.all(Array.from({ length: Math.min(LANE_WIDTH, lane.length) }, work));
}

const receiverOf = ({ threads }: Letter): string => threads[0]!.told.receiver;

/** The receiver of the configuration, also where the row is for one address of it. */
const wholeOf = ({ addressee, notification }: OutboxRow): string => addressee?.of ?? notification.receiver;

/** Undefined where the configuration has no such receiver, or none with addresses. */
function channelOf({ channels }: DeliveryDeps, row: OutboxRow): Pick<Channel, 'send'> | undefined {
  const channel = channels.get(wholeOf(row));
  return row.addressee === null ? channel : channel?.only?.(row.addressee.address);
}

async function attempt(deps: DeliveryDeps, letter: Letter<OutboxRow>): Promise<{ outcome: Outcome; message: Message }> {
  const { store, signal } = deps;
  const first = rowsOf(letter)[0]!;
  const name = letter.name ?? letterName(letter);
  const message = await messageOf(deps, letter, name);
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
    // A channel does not throw for what the network does: this is a fault of ours, and no reason to lose the message.
    const reason = `fault in haplog: ${error instanceof Error ? error.message : String(error)}`;
    return { message, outcome: { kind: 'retry', reason } };
  }
}

/** Of a letter about one incident all facts are asked for; the others name each in a line. */
async function messageOf({ store, clock }: DeliveryDeps, letter: Letter<OutboxRow>, name: string): Promise<Message> {
  if (letter.kind !== 'single') return renderMany(letter, name);
  const { told, whole, newest, rows } = letter.threads[0]!;
  const [full] = await store.outbox({ states: ['due'], receiver: null, seqs: [newest.seq], limit: 1 });
  const incident = full?.notification.incident ?? told.incident;
  const answer = rows[0]!.answer;
  const how = { ...(whole && { whole: { answer } }), passedOn: rows[0]!.passedOn };
  return { ...render({ ...told, incident }, clock.now(), how), id: name };
}

/** Writes down what an attempt came to, for all rows of the letter at once. */
async function mark(deps: DeliveryDeps, letter: Letter<OutboxRow>, outcome: Outcome, event: MessageKind) {
  const { store, clock, random, signal, log, manners } = deps;
  const receiver = receiverOf(letter);
  const rows = rowsOf(letter);
  const seqs = rows.map(({ seq }) => seq);
  const attempt = Math.max(...rows.map(({ attempts }) => attempts)) + 1;
  const { threads } = letter;
  const incident = threads.length === 1 ? threads[0]!.told.incident.id : null;
  const report = { receiver, incident, event, incidents: threads.length, attempt, dueAt: null };
  const fallback = manners?.get(wholeOf(rows[0]!))?.fallback ?? null;
  const now = clock.now();
  if (outcome.kind === 'delivered') {
    const { answer, refused = [] } = outcome;
    const fewest = Math.min(...rows.map(({ attempts }) => attempts)) + 1;
    const ends = refusedAddresses(receiver, refused, fewest, now, random);
    await store.delivered(seqs, now, answer, ends, fallback);
    log({ ...report, outcome: 'delivered', detail: answer });
    for (const { name, reason, next } of ends) {
      const own = { ...report, receiver: name, detail: reason };
      log(next.state === 'due' ? { ...own, outcome: 'retry', dueAt: next.dueAt } : { ...own, outcome: next.state });
    }
    return;
  }
  const detail = outcome.reason;
  if (outcome.kind === 'rejected') {
    await store.close(seqs, 'rejected', now, detail, fallback);
    return log({ ...report, outcome: 'rejected', detail });
  }
  // Ended by us: the rows stay as they were, to be sent when haplog runs again.
  if (signal.aborted) return log({ ...report, outcome: 'interrupted', detail });
  const waits = rows.map((row) => ({ row, ms: backoffMs(row.attempts + 1, random()) }));
  const worn = waits.filter(({ ms }) => ms === undefined).map(({ row }) => row.seq);
  const others = waits.filter(({ ms }) => ms !== undefined);
  if (worn.length > 0) {
    await store.close(worn, 'expired', now, detail, fallback);
    log({ ...report, outcome: 'expired', detail });
  }
  if (others.length === 0) return;
  const dueAt = now + Math.max(...others.map(({ ms }) => ms!), outcome.afterMs ?? 0);
  await store.postpone(
    others.map(({ row }) => row.seq),
    dueAt,
    detail,
  );
  log({ ...report, outcome: 'retry', detail, dueAt });
}

/** The outcome of a send, or an interrupted attempt as soon as the signal says so, whatever the channel does. */
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
