/** What of the outbox goes now: the letters that are due, by receiver. */
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
  rowsOf,
  underCeiling,
  waitsUntil,
} from '../alerts/index.js';
import type { Instant } from '../parsers/index.js';
import type { OutboxRow, Store } from './store/store.js';

/** How many due rows one look takes. A storm's are to be counted in one letter; in memory they are short. */
const PAGE = 4_000;
/** Sends at once to one receiver, each about other incidents. */
export const LANE_WIDTH = 3;

export interface LaneDeps {
  store: Pick<Store, 'due' | 'accepted' | 'told' | 'hold' | 'quiet'>;
  /** By the receiver's name. */
  channels: ReadonlyMap<string, Channel>;
  /** By the receiver's name; who has none has the usual ones. */
  manners?: ReadonlyMap<string, Manners>;
  clock: { now(): Instant };
}

/** The letters that go now to one receiver. */
export type Lane = Letter<OutboxRow>[];

/**
 * What is due now for receivers that are not busy. Each has a lane of its own, so that one which hangs holds up nobody else.
 * @param busy the lanes that are served now, by receiver
 */
export async function lanesDue(deps: LaneDeps, busy: ReadonlyMap<string, Lane>): Promise<Map<string, Lane>> {
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

async function laneOf({ store, channels, manners, clock }: LaneDeps, receiver: string, rows: OutboxRow[]) {
  if (rows.length === 0) return [];
  const whole = wholeOf(rows[0]!);
  const takesDigests = channels.get(whole)?.takesDigests ?? channels.has(whole);
  const most = ceilingOf(manners?.get(whole)?.perMinute, takesDigests);
  const now = clock.now();
  // What all addresses of a receiver were sent, one of them was sent too.
  const names = most === null ? [] : [...new Set([receiver, whole])];
  const byName = await Promise.all(names.map((name) => store.accepted(name, ceilingSince(now), now)));
  const accepted = byName.flat().sort((a, b) => a - b);
  const full = fullUntil(most, accepted);
  if (full !== null) {
    await store.quiet(receiver, full);
    return [];
  }
  const all = lettersOf(rows, takesDigests);
  const free = takesDigests ? await withoutCompany(store, receiver, all, now) : all;
  return underCeiling(free, most, accepted, takesDigests);
}

/** The letters that go now: what belongs to something that was told just now waits for more of it. */
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
  // By the first of them all are looked at again: one commit, however many they are.
  if (waiting.length > 0) {
    await store.hold(
      waiting.flatMap(rowsOf).map(({ seq }) => seq),
      until,
    );
  }
  return going;
}

/** The receiver of the configuration, also where the row is for one address of it. */
export const wholeOf = ({ addressee, notification }: OutboxRow): string => addressee?.of ?? notification.receiver;
