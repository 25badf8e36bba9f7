/** The one writer of history: batches and ticks go through here one at a time, and what they mean is remembered only once the store has it. */
import { nextTickAt, type Plan } from '../alerts/index.js';
import { type Instant, nextVerdictAt } from '../parsers/index.js';
import { type Arrival, contextOf } from './line-time.js';
import { ALL_IS_NEWS, afterSetBack, type Memory, onceRead } from './memory.js';
import type { OwnClock } from './own-clock.js';
import { commitOf, type Ingested, ingest, tick, together } from './pipeline.js';
import type { Commit, News, Store } from './store/store.js';

export interface IntakeDeps {
  store: Pick<Store, 'apply' | 'wishes'>;
  /** The configuration's part of the plan. */
  plan: Plan;
  clock: OwnClock;
  /**
   * Since when what it tells is news, for each log that was read to its end at least once, or was missing. What began before that was before
   * haplog's time, if it is over by then.
   */
  onceRead: ReadonlyMap<string, Instant>;
  /** Called after each commit that is on disk; `before` is what was remembered until then. */
  onCommit(commit: Commit, before: Memory): void;
  /** Called when our clock was set back by so many ms, or forward again (negative), once what waits waits no longer for it. */
  onSetBack(byMs: number): void;
}

export class Intake {
  readonly #deps: IntakeDeps;
  #memory: Memory;
  #plan: Plan;
  /** How far behind our clock was, as what is remembered allows for. */
  #behindMs = 0;
  #turn: Promise<void> = Promise.resolve();
  #ended = false;
  readonly #onceRead: Map<string, Instant>;
  /** Those that have come to their end, or were found missing, since then: the store does not know it yet. */
  readonly #atEnd = new Map<string, Instant>();

  constructor(deps: IntakeDeps, memory: Memory) {
    this.#deps = deps;
    this.#memory = memory;
    this.#plan = deps.plan;
    this.#onceRead = new Map(deps.onceRead);
  }

  get memory(): Memory {
    return this.#memory;
  }

  /** Takes in batches of the logs, one after the other, and stores them together. Rejects when the store fails. */
  take(arrivals: readonly Arrival[]): Promise<void> {
    return this.#queue((before) => {
      let memory = before;
      const all: News[] = [];
      for (const { batch: asRead, source } of arrivals) {
        const { live, caughtUp, blocked } = asRead;
        if (caughtUp || blocked) this.reachedEnd(source.path);
        // It may have been read just before our clock was set back.
        const readAt = Math.min(asRead.readAt, this.#deps.clock.now());
        const batch = { ...asRead, readAt };
        const newsSince = live ? ALL_IS_NEWS : this.#newsSince(source.path);
        const context = contextOf({ batch, source });
        const ingested = ingest(memory, batch, this.#plan, context, { heardAt: () => readAt, newsSince });
        memory = ingested.memory;
        all.push(ingested.news);
      }
      return { memory, news: together(all) };
    });
  }

  /** A log has been read to its end. The next tick ends its first reading, if it was one. */
  reachedEnd(path: string): void {
    if (this.#onceRead.get(path) !== ALL_IS_NEWS) this.#atEnd.set(path, ALL_IS_NEWS);
  }

  /** A log is missing. If it was never read, it may appear with a history of its own: only what comes after this is news. */
  missing(path: string): void {
    if (!this.#onceRead.has(path) && !this.#atEnd.has(path)) this.#atEnd.set(path, this.#deps.clock.now());
  }

  /** The log at `path` is the one that was read at `from`. */
  inherit(path: string, from: string): void {
    this.#onceRead.delete(path);
    this.#atEnd.delete(path);
    const newsSince = this.#onceRead.get(from);
    if (newsSince !== undefined) this.#onceRead.set(path, newsSince);
  }

  #newsSince(path: string): Instant {
    return this.#onceRead.get(path) ?? Number.POSITIVE_INFINITY;
  }

  /** Lets time pass up to now. Only to be called when every log has been read to its end. */
  tick(): Promise<void> {
    return this.#passTime({});
  }

  /** The same for the first time since lines were taken in that had been written before haplog looked. */
  tickAfterCatchingUp(): Promise<void> {
    return this.#passTime({ live: false });
  }

  /**
   * The first tick of the daemon's life. Incidents told in an earlier life are offered to the receivers that the routes name now: if the
   * receiver that got the message is gone, nothing else would tell the new ones.
   */
  firstTick(): Promise<void> {
    return this.#passTime({ live: false, anew: true });
  }

  /** Whether people have silenced, acknowledged or imported something by command that no turn has heeded yet; a tick will heed it. */
  async hasWishes(): Promise<boolean> {
    const { silences, acknowledgements, over } = await this.#deps.store.wishes();
    const plan = this.#plan;
    return silences !== plan.silences || acknowledgements !== plan.acknowledgements || over !== plan.over;
  }

  /** How long until time alone changes something, in ms; Infinity if nothing waits. That our clock was set is to be heeded at once. */
  untilNextTick(): number {
    if (this.#deps.clock.behindMs() !== this.#behindMs) return 0;
    const { heard, situation } = this.#memory;
    const next = Math.min(nextTickAt(situation, this.#plan), nextVerdictAt(heard));
    return Math.max(0, next - this.#deps.clock.now());
  }

  /** Takes nothing in any more; resolves when the work under way is stored. What comes too late is read again by the next intake. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#turn;
  }

  #passTime(how: { anew?: boolean; live?: boolean }): Promise<void> {
    const read = [...this.#atEnd];
    const firsts = how.live === false ? read.map(([path]) => this.#newsSince(path)) : [];
    const newsSince = Math.max(ALL_IS_NEWS, ...firsts);
    return this.#queue((memory) => tick(memory, this.#deps.clock.now(), this.#plan, { ...how, newsSince }), read);
  }

  async #heedWishes(): Promise<void> {
    this.#plan = { ...this.#plan, ...(await this.#deps.store.wishes()) };
  }

  /** @param read the logs whose first reading ends with this, or that were found missing */
  #queue(
    work: (memory: Memory) => Ingested,
    read: readonly (readonly [path: string, newsSince: Instant])[] = [],
  ): Promise<void> {
    const turn = this.#turn.then(async () => {
      if (this.#ended) return;
      await this.#heedWishes();
      const before = this.#memory;
      const behindMs = this.#deps.clock.behindMs();
      const byMs = behindMs - this.#behindMs;
      const { memory, news } = work(byMs === 0 ? before : afterSetBack(before, byMs));
      const notedAt = this.#deps.clock.now();
      const notifications = news.notifications.map((each) => ({ ...each, notedAt }));
      const changes = commitOf(before, { memory, news: { ...news, notifications } });
      const commit: Commit = { ...changes, remember: [...changes.remember, ...read.map((each) => onceRead(...each))] };
      await this.#deps.store.apply(commit);
      this.#memory = memory; // believed only once it is on disk
      this.#behindMs = behindMs;
      if (byMs !== 0) this.#deps.onSetBack(byMs);
      for (const [path, newsSince] of read) {
        this.#onceRead.set(path, newsSince);
        if (this.#atEnd.get(path) === newsSince) this.#atEnd.delete(path);
      }
      this.#deps.onCommit(commit, before);
    });
    this.#turn = turn.catch(() => {}); // the caller gets the error; the queue itself goes on
    return turn;
  }
}
