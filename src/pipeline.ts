/**
 * From a batch of lines to one transaction's worth of facts: parse, hear, step. Pure: the same memory and the same
 * batch give the same commit, wherever the daemon was stopped and started in between.
 */
import {
  type Incident,
  type Input,
  type Notification,
  type Outage,
  type Plan,
  type Step,
  step,
  type Transition,
} from '../alerts/index.js';
import {
  type EventId,
  type Instant,
  isUnderstood,
  type LineContext,
  type Suspect,
  withHost,
} from '../parsers/index.js';
import { takeRequests } from './impact.js';
import { type Belief, type LineToRead, meaningOf, meaningOfSilence } from './meaning.js';
import { ALL_IS_NEWS, difference, type Memory, memoryWith } from './memory.js';
import { added, Misses } from './misses.js';
import type { Commit, News } from './store/store.js';
import { withStranger } from './stranger.js';
import type { Batch } from './tail/batch.js';

type Tick = Extract<Input, { kind: 'tick' }>;

export interface Ingested {
  memory: Memory;
  news: News;
}

/** What to give a store that holds `before`. */
export function commitOf(before: Memory, { memory, news }: Ingested): Commit {
  return { ...news, ...difference(before, memory), imported: false };
}

/** The clock by which lines are heard, and since when what they tell is news. */
export type Pace = Pick<LineToRead, 'heardAt' | 'passes' | 'newsSince'>;

/** As if each line had been read when it was written: the log's own time is the only one. */
export const AS_WRITTEN: Pace = { heardAt: (stamp) => stamp, passes: true };

/**
 * Takes in what one look at a log brought.
 * @param context what lines leave out
 * @param pace absent: by our clock, when the batch was read
 */
export function ingest(
  memory: Memory,
  batch: Batch,
  plan: Plan,
  context: LineContext,
  pace: Pace = { heardAt: () => batch.readAt },
): Ingested {
  const news = noNews();
  const facts = new Facts();
  const misses = new Misses(batch);
  const { live } = batch;
  const { heardAt, passes = false, newsSince = ALL_IS_NEWS } = pace;
  let now = memory;
  let nextRequests = 0;
  let nextStranger = 0;
  const takeSeenUntil = (place: number) => {
    for (let seen = batch.strangers[nextStranger]; seen && seen.start < place; seen = batch.strangers[++nextStranger]) {
      now = withStranger(now, seen, context);
    }
    for (let seen = batch.requests[nextRequests]; seen && seen.start < place; seen = batch.requests[++nextRequests]) {
      const { memory: after, changed } = takeRequests(now, withHost(seen, context), context);
      now = after;
      if (changed) facts.struck([changed]);
    }
  };

  for (const { text, start } of batch.lines) {
    takeSeenUntil(start);
    const id = `${batch.checkpoint.fingerprint}:${start}` as EventId;
    const meaning = meaningOf(now, { text, id, live, heardAt, passes, newsSince }, plan, context);
    now = meaning.memory;
    if (meaning.hearing) facts.take(meaning);
    const { parsed } = meaning;
    if (!parsed.ok) misses.rejected(text, parsed.reason);
    else if (!isUnderstood(parsed.record.sentence)) misses.unknown(text, parsed.record);
  }
  takeSeenUntil(Number.POSITIVE_INFINITY);
  facts.writeTo(news);
  news.checkpoints = [batch.checkpoint];
  news.readAt = batch.readAt;
  news.tally = misses.counted;
  news.samples = misses.samples;
  return { memory: now, news };
}

/** Settles the events that wait for a second line: no more lines will come. `live` and `readAt` as of the last batch, `passes` as in `Pace`. */
export function conclude(
  memory: Memory,
  plan: Plan,
  { live, readAt: heardAt, passes = false }: Pick<Batch, 'live' | 'readAt'> & Pick<Pace, 'passes'>,
): Ingested {
  const news = noNews();
  const facts = new Facts();
  const settled = meaningOfSilence(memory, Number.POSITIVE_INFINITY, plan, { live, heardAt, passes });
  facts.take(settled);
  facts.writeTo(news);
  return { memory: settled.memory, news };
}

/**
 * Lets time pass; only to be called when every source has been read to its end.
 * @param how `anew` as in `Input`; `live` is false for the first one after catching up: the events that wait by then were not written just now.
 *   `newsSince`: as in `Reading`, for all logs whose first reading ends with this
 */
export function tick(
  memory: Memory,
  at: Instant,
  plan: Plan,
  { live = true, newsSince = ALL_IS_NEWS, ...how }: Pick<Tick, 'anew'> & { live?: boolean; newsSince?: Instant } = {},
): Ingested {
  const news = noNews();
  const facts = new Facts();
  const settled = meaningOfSilence(memory, at, plan, { live, newsSince, heardAt: at });
  facts.take(settled);
  const next = step(settled.memory.situation, { kind: 'tick', at, ...how }, plan);
  facts.add(next);
  facts.writeTo(news);
  return { memory: memoryWith(settled.memory, { situation: next.situation }), news };
}

/** Lets time pass at one host up to `at`, by its own clock. */
export function pass(memory: Memory, { host, at }: { host: string; at: Instant }, plan: Plan): Ingested {
  const news = noNews();
  const facts = new Facts();
  const next = step(memory.situation, { kind: 'tick', at, host }, plan);
  facts.add(next);
  facts.writeTo(news);
  return { memory: memoryWith(memory, { situation: next.situation }), news };
}

/** The news of batches that were taken in one after the other, as of one. */
export function together(all: readonly News[]): News {
  const [first = noNews()] = all;
  if (all.length <= 1) return first;
  const tallies = all.flatMap(({ tally }) => tally ?? []);
  return {
    checkpoints: newest(
      all.flatMap(({ checkpoints }) => checkpoints),
      ({ path }) => path,
    ),
    readAt: all.reduce<Instant | null>((last, { readAt }) => readAt ?? last, null),
    transitions: newest(
      all.flatMap(({ transitions }) => transitions),
      idOf,
    ),
    outages: newest(
      all.flatMap(({ outages }) => outages),
      idOf,
    ),
    incidents: newest(
      all.flatMap(({ incidents }) => incidents),
      idOf,
    ),
    notifications: all.flatMap(({ notifications }) => notifications),
    copies: all.flatMap(({ copies }) => copies),
    suspects: all.flatMap(({ suspects }) => suspects),
    cleared: all.flatMap(({ cleared }) => cleared),
    tally: tallies.length === 0 ? null : tallies.reduce(added),
    samples: all.flatMap(({ samples }) => samples),
  };
}

const idOf = ({ id }: { id: EventId }) => id;

/** Of several versions the last, where the first one stood. */
function newest<T>(all: readonly T[], nameOf: (one: T) => string): T[] {
  return [...new Map(all.map((one) => [nameOf(one), one])).values()];
}

/** The facts of one batch by id: the newest version of each, in the order in which they were first told. */
class Facts {
  readonly #transitions = new Map<EventId, Transition>();
  readonly #outages = new Map<EventId, Outage>();
  readonly #incidents = new Map<EventId, Incident>();
  readonly #copies = new Map<EventId, number>();
  readonly #notifications: Notification[] = [];
  readonly #suspects: Suspect[] = [];
  readonly #cleared: EventId[] = [];

  /** Takes in what was heard, and what came of it. */
  take({ hearing, steps, struck }: Belief): void {
    for (const next of steps) this.add(next);
    this.struck(struck);
    if (hearing.copy) this.#copied(hearing.copy.of, hearing.copy.copies);
    this.#suspects.push(...hearing.suspects);
    this.#cleared.push(...hearing.cleared);
  }

  add(next: Step): void {
    this.#notifications.push(...next.notifications);
    if (next.transition) this.#transitions.set(next.transition.id, next.transition);
    for (const outage of next.outages) this.#outages.set(outage.id, outage);
    for (const incident of next.incidents) this.#incidents.set(incident.id, incident);
  }

  /** Takes in incidents whose impact is better known now. */
  struck(incidents: readonly Incident[]): void {
    for (const incident of incidents) this.#incidents.set(incident.id, incident);
  }

  #copied(id: EventId, copies: number): void {
    const transition = this.#transitions.get(id);
    if (transition) this.#transitions.set(id, { ...transition, copies });
    else this.#copies.set(id, copies);
  }

  writeTo(news: News): void {
    news.transitions = [...this.#transitions.values()];
    news.outages = [...this.#outages.values()];
    news.incidents = [...this.#incidents.values()];
    news.copies = [...this.#copies].map(([id, copies]) => ({ id, copies }));
    news.notifications = this.#notifications;
    news.suspects = this.#suspects;
    news.cleared = this.#cleared;
  }
}

function noNews(): News {
  return {
    checkpoints: [],
    readAt: null,
    transitions: [],
    outages: [],
    incidents: [],
    notifications: [],
    copies: [],
    suspects: [],
    cleared: [],
    tally: null,
    samples: [],
  };
}
