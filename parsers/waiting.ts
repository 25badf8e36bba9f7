/**
 * What waits for a witness, found by its backend and by when it may be due: in a storm thousands wait at once, and each line
 * asks. All of that follows from what waits. It is remembered beside it and made anew where it is not, so that nothing of it
 * is stored.
 */
import { WITNESS_MS } from './belief.js';
import type { EventId } from './event.js';
import { COPY_DELAY_MAX_MS, type Held } from './heard.js';
import type { Instant } from './record.js';
import { Shelf } from './shelf.js';

interface Order {
  /** Those of one backend, who came first in front. */
  groups: Shelf<readonly Held[]>;
  /** By host: none of it is due before, by the host's own clock. */
  dues: Shelf<Instant>;
  lastTurn: number;
}

const orders = new WeakMap<Shelf<Held>, Order>();

/** How long it may wait: for a witness; for the worker that inherits it, or for a line on stderr that comes late. */
export const patienceMs = ({ heir, doubted }: Held): number => (heir || doubted ? COPY_DELAY_MAX_MS : WITNESS_MS);

/** `one` waits, too, or otherwise than before. */
export function withWaiting(held: Shelf<Held>, one: Held): Shelf<Held> {
  const { event, subject } = one;
  const { groups, dues, lastTurn } = orderOf(held);
  const after = held.with(event.id, one);
  const others = (groups.get(backendOf(subject)) ?? []).filter(({ event: { id } }) => id !== event.id);
  orders.set(after, {
    groups: groups.with(backendOf(subject), [...others, one].sort(byTurn)),
    dues: dues.with(event.host, Math.min(dues.get(event.host) ?? Number.POSITIVE_INFINITY, dueAt(one))),
    lastTurn: Math.max(lastTurn, one.turn),
  });
  return after;
}

export function withoutWaiting(held: Shelf<Held>, id: EventId): Shelf<Held> {
  const one = held.get(id);
  if (one === undefined) return held;
  const after = held.without(id);
  if (after.size === 0) return after;
  const { groups, dues, lastTurn } = orderOf(held);
  const backend = backendOf(one.subject);
  const others = groups.get(backend)!.filter(({ event }) => event.id !== id);
  const left = others.length === 0 ? groups.without(backend) : groups.with(backend, others);
  // No earlier than before: that it may be later is seen at the next look.
  orders.set(after, { groups: left, dues, lastTurn: one.turn === lastTurn ? lastTurnOf(after) : lastTurn });
  return after;
}

/** The turn of what waits from now on. */
export const nextTurn = (held: Shelf<Held>): number => orderOf(held).lastTurn + 1;

/** What waits of the backend to which a subject belongs, in the order in which it was heard. */
export const waitingWith = (held: Shelf<Held>, subject: string): readonly Held[] =>
  orderOf(held).groups.get(backendOf(subject)) ?? [];

/** Whether something of `host` may have waited too long at `at`. If not, nothing has. */
export const mayBeDue = (held: Shelf<Held>, host: string, at: Instant): boolean =>
  held.size > 0 && at > (orderOf(held).dues.get(host) ?? Number.POSITIVE_INFINITY);

/** What is left has been looked at: from now on it is known when the next of it is due. */
export function lookedAt(held: Shelf<Held>): void {
  if (held.size > 0) orders.set(held, { ...orderOf(held), dues: duesOf(held) });
}

function orderOf(held: Shelf<Held>): Order {
  let order = orders.get(held);
  if (order === undefined) {
    order = { groups: groupsOf(held), dues: duesOf(held), lastTurn: lastTurnOf(held) };
    orders.set(held, order);
  }
  return order;
}

function groupsOf(held: Shelf<Held>): Order['groups'] {
  let groups: Order['groups'] = Shelf.of();
  for (const [, one] of held) {
    const backend = backendOf(one.subject);
    groups = groups.with(backend, [...(groups.get(backend) ?? []), one].sort(byTurn));
  }
  return groups;
}

function duesOf(held: Shelf<Held>): Order['dues'] {
  const dues = new Map<string, Instant>();
  for (const [, one] of held) {
    const { host } = one.event;
    dues.set(host, Math.min(dues.get(host) ?? Number.POSITIVE_INFINITY, dueAt(one)));
  }
  return Shelf.of(dues);
}

function lastTurnOf(held: Shelf<Held>): number {
  let last = 0;
  for (const [, { turn }] of held) last = Math.max(last, turn);
  return last;
}

const dueAt = (one: Held): Instant => one.event.at + patienceMs(one);
const byTurn = (a: Held, b: Held): number => a.turn - b.turn;

/** What a server's subject and the backend's own have in common, with their worker. */
const backendOf = (subject: string): string => subject.split('/', 1)[0]!;
