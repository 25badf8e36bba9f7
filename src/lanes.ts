/** Picks the letters of the outbox that go out now, by receiver. */
import {
  type Channel,
  COMPANY_MAX,
  ceilingOf,
  ceilingSince,
  companySince,
  fullUntil,
  groupBy,
  type Letter,
  lettersOf,
  type Manners,
  MOST_WAIT_MS,
  rowsOf,
  topicOf,
  underCeiling,
  waitsUntil,
} from '../alerts/index.js';
import type { Instant } from '../parsers/index.js';
import type { OutboxRow, Store } from './store/store.js';

/** How many due rows one look takes. All rows of a storm should be counted in one letter, and in memory they are short. */
export const PAGE = 4_000;
/** How many sends to one receiver run at once, each about other incidents. */
export const LANE_WIDTH = 3;

export interface LaneDeps {
  store: Pick<Store, 'limitWaits' | 'due' | 'accepted' | 'told' | 'hold' | 'quiet'>;
  /** By the receiver's name. */
  channels: ReadonlyMap<string, Channel>;
  /** By the receiver's name; a receiver without an entry has the usual ones. */
  manners?: ReadonlyMap<string, Manners>;
  clock: { now(): Instant };
  /** Receivers that have taken something since the last look: what they did not take before is tried now. Kept between looks. */
  back?: Set<string>;
}

/** The letters that go now to one receiver. */
export type Lane = Letter<OutboxRow>[];

/**
 * What is due now for receivers that are not busy. Each receiver has a lane of its own, so that one that hangs holds up no other.
 * @param busy the lanes that are served now, by receiver
 */
export async function lanesDue(deps: LaneDeps, busy: ReadonlyMap<string, Lane>): Promise<Map<string, Lane>> {
  // A lane that ends while the store is asked may have marked what the answer still calls due.
  const busyBefore = new Map(busy);
  const lanes = new Map<string, Lane>();
  const now = deps.clock.now();
  await deps.store.limitWaits(now + MOST_WAIT_MS); // a clock that was set back must not silence us
  const back = [...(deps.back ?? [])].filter((receiver) => !busyBefore.has(receiver));
  const rows = await deps.store.due(now, PAGE, [...busyBefore.keys()], back);
  const byReceiver = groupBy(rows, ({ notification }) => notification.receiver);
  for (const [receiver, own] of byReceiver) {
    // A receiver's messages to all its addresses go first: they may make those to this one address out of date.
    const whole = wholeOf(own[0]!);
    if (receiver !== whole && (byReceiver.has(whole) || busyBefore.has(whole))) continue;
    const free = receiver === whole ? withoutBusy(own, busyBefore) : own;
    const lane = await laneOf(deps, receiver, free);
    // Only a few letters to one address, so that whatever waits for them waits for one send at most.
    const going = receiver === whole ? lane : lane.slice(0, LANE_WIDTH);
    if (going.length > 0) lanes.set(receiver, going);
  }
  for (const receiver of back) if (!byReceiver.has(receiver)) deps.back?.delete(receiver);
  return lanes;
}

/**
 * The rows of a receiver that may go now. Left out is news of subjects that one of its addresses is being told about: that address would get
 * it out of order.
 */
function withoutBusy(rows: OutboxRow[], busy: ReadonlyMap<string, Lane>): OutboxRow[] {
  const letters = [...busy.values()].flat();
  const beingTold = letters.flatMap(rowsOf).filter((row) => row.addressee?.of === rows[0]!.notification.receiver);
  const topics = new Set(beingTold.map(topicOf));
  const isBusy = (row: OutboxRow) => topics.has(topicOf(row));
  // A sealed letter goes as it was sealed, or not yet.
  const held = new Set(rows.filter(isBusy).map(({ letter }) => letter));
  return rows.filter((row) => !isBusy(row) && (row.letter === null || !held.has(row.letter)));
}

async function laneOf({ store, channels, manners, clock, back }: LaneDeps, receiver: string, rows: OutboxRow[]) {
  if (rows.length === 0) return [];
  const whole = wholeOf(rows[0]!);
  const takesDigests = mayDigest({ channels }, whole);
  const most = ceilingOf(manners?.get(whole)?.perMinute, takesDigests);
  const now = clock.now();
  // What was sent to all addresses of a receiver counts for each of them too.
  const names = most === null ? [] : [...new Set([receiver, whole])];
  const byName = await Promise.all(names.map((name) => store.accepted(name, ceilingSince(now), now)));
  const accepted = byName.flat().sort((a, b) => a - b);
  const full = fullUntil(most, accepted);
  if (full !== null) {
    await store.quiet(receiver, full);
    return [];
  }
  back?.delete(receiver);
  const all = lettersOf(await withoutHeld(store, rows, now), takesDigests);
  const free = takesDigests ? await withoutCompany(store, receiver, all, now) : all;
  return underCeiling(free, most, accepted, takesDigests);
}

/** The rows that go now. News of a subject of which something older waits for company waits with that, and does not hurry it. */
async function withoutHeld(store: LaneDeps['store'], rows: OutboxRow[], now: Instant): Promise<OutboxRow[]> {
  const topics = [...groupBy(rows, topicOf).values()];
  const isHeld = ([oldest]: OutboxRow[]) => oldest!.dueAt > now && oldest!.attempts === 0 && oldest!.letter === null;
  const held = topics.filter(isHeld);
  if (held.length === 0) return rows;
  const until = Math.min(...held.map(([oldest]) => oldest!.dueAt));
  const waiting = held.flat();
  await store.hold(
    waiting.map(({ seq }) => seq),
    until,
  );
  const isWaiting = new Set(waiting);
  return rows.filter((row) => !isWaiting.has(row));
}

/** The letters that go now; a letter that belongs with something told just now waits for more of the kind. */
async function withoutCompany(store: LaneDeps['store'], receiver: string, letters: Lane, now: Instant): Promise<Lane> {
  const told = await store.told(receiver, companySince(now), now, COMPANY_MAX);
  const going: Lane = [];
  const waiting: Lane = [];
  let until = Number.POSITIVE_INFINITY;
  for (const letter of letters) {
    const own = waitsUntil(letter, told, now);
    (own === null ? going : waiting).push(letter);
    until = Math.min(until, own ?? until);
  }
  // All are looked at again when the first one is due: one commit, however many there are.
  if (waiting.length > 0) {
    await store.hold(
      waiting.flatMap((letter) => [...rowsOf(letter), ...letter.behind.flat()]).map(({ seq }) => seq),
      until,
    );
  }
  return going;
}

/** Whether a receiver may be sent one message about several incidents. One that the configuration does not name is told nothing anyway. */
export const mayDigest = ({ channels }: Pick<LaneDeps, 'channels'>, receiver: string): boolean =>
  channels.get(receiver)?.takesDigests ?? channels.has(receiver);

/** The receiver in the configuration, even if the row is for one address of it. */
export const wholeOf = ({ addressee, notification }: OutboxRow): string => addressee?.of ?? notification.receiver;
