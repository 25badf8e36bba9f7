/**
 * One pass over the outbox: what is due is sent, and marked after it was accepted. What was accepted but not marked
 * when the process died is sent again under the same id: once too often at most, never not at all.
 */
import { backoffMs, type Channel, type NotificationKind, type Outcome, render } from '../alerts/index.js';
import type { Instant } from '../parsers/index.js';
import type { OutboxRow, Store } from './store/store.js';

/** How many due rows one look takes. */
const PAGE = 500;
/** Sends at once to one receiver, each about another incident. */
const LANE_WIDTH = 3;

/** What became of one attempt, for haplog's own log. */
export interface DeliveryReport {
  outcome: Outcome['kind'] | 'expired' | 'interrupted';
  receiver: string;
  incident: string;
  event: NotificationKind;
  /** Counted from 1. */
  attempt: number;
  /** The receiver's answer, or why there was none. */
  detail: string;
  /** When it is tried again; null when it is not. */
  dueAt: Instant | null;
}

export interface DeliveryDeps {
  store: Pick<Store, 'due' | 'nextDueAt' | 'delivered' | 'postpone' | 'quiet' | 'close'>;
  /** By the receiver's name. */
  channels: ReadonlyMap<string, Channel>;
  clock: { now(): Instant };
  /** In [0, 1). */
  random: () => number;
  /** Ends the sends in flight; their rows stay as they are. */
  signal: AbortSignal;
  log: (report: DeliveryReport) => void;
}

/** The due rows of one receiver, oldest first, as many as one look brought. */
type Lane = OutboxRow[];

/** What is due now for receivers that are not busy. Each has a lane of its own, so that one which hangs holds up nobody else. */
export async function lanesDue({ store, clock }: DeliveryDeps, busy: ReadonlySet<string>): Promise<Map<string, Lane>> {
  // A lane that ends while the store is asked may have marked what the answer still calls due.
  const busyBefore = [...busy];
  const lanes = new Map<string, Lane>();
  for (const row of await store.due(clock.now(), PAGE, busyBefore)) {
    const { receiver } = row.notification;
    const lane = lanes.get(receiver);
    if (lane === undefined) lanes.set(receiver, [row]);
    else lane.push(row);
  }
  return lanes;
}

/**
 * Sends a lane's rows, a few at a time; begins no further one after `closing`, or when the receiver asked for a pause:
 * that means all messages, not only the one it answered. Rejects when the store fails, never for a receiver.
 */
export async function serve(deps: DeliveryDeps, lane: Lane, closing: AbortSignal): Promise<void> {
  const rows = lane.values();
  let quiet = false;

  const work = async () => {
    for (const row of rows) {
      if (quiet || closing.aborted || deps.signal.aborted) return;
      const outcome = await attempt(deps, row);
      await mark(deps, row, outcome);
      if (outcome.kind !== 'retry' || outcome.afterMs === undefined) continue;
      quiet = true;
      await deps.store.quiet(row.notification.receiver, deps.clock.now() + outcome.afterMs);
    }
  };
  await Promise.all(Array.from({ length: Math.min(LANE_WIDTH, lane.length) }, work));
}

async function attempt({ channels, clock, signal }: DeliveryDeps, { notification }: OutboxRow): Promise<Outcome> {
  const channel = channels.get(notification.receiver);
  if (channel === undefined) {
    return { kind: 'rejected', reason: `receiver "${notification.receiver}" is not in the config any more` };
  }
  try {
    return await unlessAborted(channel.send(render(notification, clock.now()), signal), signal);
  } catch (error) {
    // A channel does not throw for what the network does: this is a fault of ours, and no reason to lose the message.
    return { kind: 'retry', reason: `fault in haplog: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Writes down what an attempt came to. */
async function mark(
  { store, clock, random, signal, log }: DeliveryDeps,
  row: OutboxRow,
  outcome: Outcome,
): Promise<void> {
  const { receiver, event, incident } = row.notification;
  const attempt = row.attempts + 1;
  const report = { receiver, incident: incident.id, event, attempt, dueAt: null };
  const now = clock.now();
  if (outcome.kind === 'delivered') {
    await store.delivered(row.seq, now, outcome.answer);
    return log({ ...report, outcome: 'delivered', detail: outcome.answer });
  }
  const detail = outcome.reason;
  if (outcome.kind === 'rejected') {
    await store.close(row.seq, 'rejected', now, detail);
    return log({ ...report, outcome: 'rejected', detail });
  }
  // Ended by us: the row stays as it was, to be sent when haplog runs again.
  if (signal.aborted) return log({ ...report, outcome: 'interrupted', detail });
  const waitMs = backoffMs(attempt, random());
  if (waitMs === undefined) {
    await store.close(row.seq, 'expired', now, detail);
    return log({ ...report, outcome: 'expired', detail });
  }
  const dueAt = now + Math.max(waitMs, outcome.afterMs ?? 0);
  await store.postpone(row.seq, dueAt, detail);
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
