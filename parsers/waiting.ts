/**
 * What waits for a witness, by its backend and by when it is due: in a storm thousands wait at once, and each line asks. All of
 * that follows from what waits. It is remembered beside it and made anew where it is not, so that nothing of it is stored.
 */
import { WITNESS_MS } from './belief.js';
import type { EventId } from './event.js';
import { COPY_DELAY_MAX_MS, type Held } from './heard.js';
import type { Instant } from './record.js';
import { Shelf } from './shelf.js';

interface Order {
  /** Those of one backend, who came first in front. */
  groups: Shelf<readonly Held[]>;
  /** Those of one host, who is due first in front; of equals who came first. */
  queues: Shelf<readonly Held[]>;
  lastTurn: number;
}

const orders = new WeakMap<Shelf<Held>, Order>();

/** How long it may wait: for a witness; for the worker that inherits it, or for a line on stderr that comes late. */
export const patienceMs = ({ heir, doubted }: Held): number => (heir || doubted ? COPY_DELAY_MAX_MS : WITNESS_MS);

/** `one` waits, too, or otherwise than before. */
export function withWaiting(held: Shelf<Held>, one: Held): Shelf<Held> {
  const before = held.get(one.event.id);
  const after = held.with(one.event.id, one);
  const order = orderOf(held);
  orders.set(after, orderWith(before === undefined ? order : orderWithout(order, before), one));
  return after;
}

export function withoutWaiting(held: Shelf<Held>, id: EventId): Shelf<Held> {
  const one = held.get(id);
  if (one === undefined) return held;
  const after = held.without(id);
  if (after.size === 0) return after;
  const order = orderWithout(orderOf(held), one);
  orders.set(after, one.turn === order.lastTurn ? { ...order, lastTurn: lastTurnOf(after) } : order);
  return after;
}

/** The turn of what waits from now on. */
export const nextTurn = (held: Shelf<Held>): number => orderOf(held).lastTurn + 1;

/** What waits of the backend to which a subject belongs, in the order in which it was heard. */
export const waitingWith = (held: Shelf<Held>, subject: string): readonly Held[] =>
  orderOf(held).groups.get(backendOf(subject)) ?? [];

/** What waits of a host, who is due first in front. */
export const waitingAt = (held: Shelf<Held>, host: string): readonly Held[] =>
  held.size === 0 ? [] : (orderOf(held).queues.get(host) ?? []);

/** What of a host has waited too long at `at`, in the order in which it was heard. */
export function dueAt(held: Shelf<Held>, host: string, at: Instant): readonly Held[] {
  const queue = waitingAt(held, host);
  let due = 0;
  while (due < queue.length && at > deadline(queue[due]!)) due++;
  return queue.slice(0, due).sort(byTurn);
}

function orderOf(held: Shelf<Held>): Order {
  let order = orders.get(held);
  if (order === undefined) {
    order = { groups: Shelf.of(), queues: Shelf.of(), lastTurn: 0 };
    for (const [, one] of [...held].sort(([, a], [, b]) => byTurn(a, b))) order = orderWith(order, one);
    orders.set(held, order);
  }
  return order;
}

function orderWith({ groups, queues, lastTurn }: Order, one: Held): Order {
  const backend = backendOf(one.subject);
  const { host } = one.event;
  return {
    groups: groups.with(backend, inserted(groups.get(backend), one, byTurn)),
    queues: queues.with(host, inserted(queues.get(host), one, byDeadline)),
    lastTurn: Math.max(lastTurn, one.turn),
  };
}

function orderWithout({ groups, queues, lastTurn }: Order, one: Held): Order {
  return {
    groups: withoutOne(groups, backendOf(one.subject), one),
    queues: withoutOne(queues, one.event.host, one),
    lastTurn,
  };
}

/** Who comes last mostly belongs to the end. */
function inserted(list: readonly Held[] = [], one: Held, compare: (a: Held, b: Held) => number): readonly Held[] {
  let at = list.length;
  while (at > 0 && compare(list[at - 1]!, one) > 0) at--;
  return list.toSpliced(at, 0, one);
}

function withoutOne(lists: Order['groups'], key: string, one: Held): Order['groups'] {
  const list = lists.get(key)!;
  return list.length === 1 ? lists.without(key) : lists.with(key, list.toSpliced(list.indexOf(one), 1));
}

function lastTurnOf(held: Shelf<Held>): number {
  let last = 0;
  for (const [, { turn }] of held) last = Math.max(last, turn);
  return last;
}

const deadline = (one: Held): Instant => one.event.at + patienceMs(one);
/** Who was heard first comes first. */
export const byTurn = (a: Held, b: Held): number => a.turn - b.turn;
const byDeadline = (a: Held, b: Held): number => deadline(a) - deadline(b) || byTurn(a, b);

/** What a server's subject and the backend's own have in common, with their worker. */
const backendOf = (subject: string): string => subject.split('/', 1)[0]!;
