/**
 * The order of what waits, by backend and by when it is due: in a storm thousands of events wait at once, and each line asks. The order follows from the
 * events alone, so it is never stored: it is remembered beside their shelf, and made anew if it is not.
 *
 * The order is handed from one shelf to the next and changed in place; an older shelf that is asked again gets its order made anew. To copy lists of
 * thousands for each line would cost more than everything else.
 */
import { saidOf, strike } from './copies.js';
import type { EventId } from './event.js';
import { COPY_DELAY_MAX_MS, type Heard, type Held, heardWith, WITNESS_MS } from './heard.js';
import type { Instant } from './record.js';
import type { Shelf } from './shelf.js';

type Lists = Map<string, Held[]>;

interface Order {
  /** The events of one backend that wait for a witness, first heard first. */
  groups: Lists;
  /** The events of one host that wait for a second, first due first; of equals, first heard first. */
  queues: Lists;
  /** Likewise those that wait for a minute: events that were not believed, and events that wait for a worker. */
  doubted: Lists;
  legacies: Lists;
  lastTurn: number;
}

const orders = new WeakMap<Shelf<Held>, Order>();

const NONE: readonly Held[] = [];

/** How long an event may wait for a witness; or for the worker that inherits it, or a line that comes late. */
export const patienceMs = ({ legacy, doubted }: Held): number => (legacy || doubted ? COPY_DELAY_MAX_MS : WITNESS_MS);

/** The shelf with `one` waiting on it, in place of what has its id already. */
export function withWaiting(held: Shelf<Held>, one: Held): Shelf<Held> {
  const before = held.get(one.event.id);
  const order = orderOf(held);
  if (before !== undefined) leave(order, before);
  enter(order, one);
  return handedOver(held, order, held.with(one.event.id, one));
}

/** The shelf without the event that has this id. */
export function withoutWaiting(held: Shelf<Held>, id: EventId): Shelf<Held> {
  const one = held.get(id);
  if (one === undefined) return held;
  const order = orderOf(held);
  leave(order, one);
  const after = held.without(id);
  if (one.turn === order.lastTurn) order.lastTurn = lastTurnOf(after);
  return handedOver(held, order, after);
}

/** `heard` without an event that was not believed: nothing pairs with it any more. */
export function struck(heard: Heard, { event, subject, serial }: Held): Heard {
  const { held, subjects } = heard;
  const rest = strike(subjects.get(subject)!, serial);
  return heardWith(heard, {
    held: withoutWaiting(held, event.id),
    subjects: rest.recent.length === 0 ? subjects.without(subject) : subjects.with(subject, rest),
  });
}

/** The turn of the next event that waits. */
export const nextTurn = (held: Shelf<Held>): number => (held.size === 0 ? 1 : orderOf(held).lastTurn + 1);

/** The events that wait for a witness in a subject's backend, first heard first. The list changes with what waits. */
export const waitingWith = (held: Shelf<Held>, subject: string): readonly Held[] =>
  held.size === 0 ? NONE : (orderOf(held).groups.get(groupOf(subject)) ?? NONE);

/** The events of a host that wait for a second, first due first. The list changes with what waits. */
export const waitingAt = (held: Shelf<Held>, host: string): readonly Held[] =>
  held.size === 0 ? NONE : (orderOf(held).queues.get(host) ?? NONE);

/** The time of a host's latest event that still waits for a second; undefined if none does. */
export const waitingSince = ({ held }: Heard, host: string): Instant | undefined =>
  waitingAt(held, host).at(-1)?.event.at;

/** The events of a host that were not believed and wait for a late line, first due first. The list changes with what waits. */
export const doubtedAt = (held: Shelf<Held>, host: string): readonly Held[] =>
  held.size === 0 ? NONE : (orderOf(held).doubted.get(host) ?? NONE);

/** The events of a host that wait for the worker they were loaded for, first due first. The list changes with what waits. */
export const legacies = (held: Shelf<Held>, host: string): readonly Held[] =>
  held.size === 0 ? NONE : (orderOf(held).legacies.get(host) ?? NONE);

/** The states of servers that a process has loaded, for a worker or for itself, in the order in which it told them. */
export const legacyOf = (held: Shelf<Held>, host: string, pid: number | null): readonly Held[] =>
  legacies(held, host)
    .filter(({ event }) => event.pid === pid && event.says.kind !== 'proxy.stopped')
    .sort(byTurn);

/**
 * What a process has told for the worker that it starts now. A new master was not known as one until this, so some of it may wait for a second line, which
 * does not come: masters write to no `log` target.
 */
export function loadedBy(heard: Heard, host: string, master: number | null): readonly Held[] {
  const isMasters = (one: Held) =>
    one.event.pid === master && one.tagPid === master && saidOf(heard, one).by.syslog === 0;
  const own = waitingAt(heard.held, host).filter(isMasters);
  return [...legacyOf(heard.held, host, master), ...own].sort(byTurn);
}

/** The events of a host that wait for a second, and whose stamps no late line explains: the clock was set back since, and they would wait as much longer. */
export function aheadOf(held: Shelf<Held>, host: string, at: Instant): readonly Held[] {
  const waiting = waitingAt(held, host);
  const isAhead = ({ event }: Held) => event.at - at > COPY_DELAY_MAX_MS;
  const last = waiting.at(-1);
  return last !== undefined && isAhead(last) ? waiting.filter(isAhead) : NONE;
}

/** The events of a host that have waited too long at `at`, first due first; of equals, first heard first. */
export function dueAt(held: Shelf<Held>, host: string, at: Instant): readonly Held[] {
  if (held.size === 0) return NONE;
  const due: Held[] = [];
  for (const queue of [waitingAt(held, host), doubtedAt(held, host), legacies(held, host)]) {
    for (const one of queue) {
      if (at <= deadline(one)) break;
      due.push(one);
    }
  }
  return due.sort(byDeadline);
}

function orderOf(held: Shelf<Held>): Order {
  const known = orders.get(held);
  if (known !== undefined) return known;
  const order: Order = { groups: new Map(), queues: new Map(), doubted: new Map(), legacies: new Map(), lastTurn: 0 };
  for (const [, one] of [...held].sort(([, a], [, b]) => byTurn(a, b))) enter(order, one);
  orders.set(held, order);
  return order;
}

function handedOver(before: Shelf<Held>, order: Order, after: Shelf<Held>): Shelf<Held> {
  orders.delete(before);
  if (after.size > 0) orders.set(after, order);
  return after;
}

function enter(order: Order, one: Held): void {
  if (!one.legacy) insert(order.groups, groupOf(one.subject), one, byTurn);
  insert(queueOf(order, one), one.event.host, one, byDeadline);
  order.lastTurn = Math.max(order.lastTurn, one.turn);
}

function leave(order: Order, one: Held): void {
  if (!one.legacy) remove(order.groups, groupOf(one.subject), one);
  remove(queueOf(order, one), one.event.host, one);
}

const queueOf = ({ queues, doubted, legacies }: Order, one: Held): Lists =>
  one.legacy ? legacies : one.doubted ? doubted : queues;

/** Searches from the end, because a new event mostly belongs there. */
function insert(lists: Lists, key: string, one: Held, compare: (a: Held, b: Held) => number): void {
  const list = lists.get(key);
  if (list === undefined) {
    lists.set(key, [one]);
    return;
  }
  let at = list.length;
  while (at > 0 && compare(list[at - 1]!, one) > 0) at--;
  list.splice(at, 0, one);
}

function remove(lists: Lists, key: string, one: Held): void {
  const list = lists.get(key)!;
  if (list.length === 1) lists.delete(key);
  else list.splice(list.indexOf(one), 1);
}

function lastTurnOf(held: Shelf<Held>): number {
  let last = 0;
  for (const [, { turn }] of held) last = Math.max(last, turn);
  return last;
}

const deadline = (one: Held): Instant => one.event.at + patienceMs(one);
/** First heard first. */
export const byTurn = (a: Held, b: Held): number => a.turn - b.turn;
/** First due first; of equals, first heard first. */
export const byDeadline = (a: Held, b: Held): number => deadline(a) - deadline(b) || byTurn(a, b);

/** What the subjects of a backend and of its servers have in common: the worker and the backend. */
export const groupOf = (subject: string): string => subject.split('/', 1)[0]!;
