/**
 * Lets time pass for the intake: a tick when every log has been read to its end, and whenever time alone changes something. Never while
 * lines are unread: the end of an outage may stand a few lines further down.
 */
import type { Intake } from './intake.js';

/** How often haplog looks whether somebody has silenced or acknowledged something by command. */
const LISTEN_MS = 2_000;

export class Timekeeper {
  readonly #intake: Intake;
  readonly #behind: Set<string>;
  readonly #onCaughtUp: () => void;
  #timer: NodeJS.Timeout | undefined;
  #first = true;
  #news = false;
  #fail: (error: unknown) => void = () => {};
  /** Rejects when a tick could not be stored; never resolves. */
  readonly failed = new Promise<never>((_, reject) => {
    this.#fail = reject;
  });

  /**
   * @param paths the logs that are followed; none has been read yet
   * @param onCaughtUp called once, after the tick that tells what holds now
   */
  constructor(intake: Intake, paths: readonly string[], onCaughtUp: () => void) {
    this.#intake = intake;
    this.#behind = new Set(paths);
    this.#onCaughtUp = onCaughtUp;
    this.failed.catch(() => {});
  }

  /** A log has unread lines: time stands still. */
  behind(path: string): void {
    this.#behind.add(path);
    clearTimeout(this.#timer);
  }

  /** Lines were taken in that were written before haplog looked: what they say is told with the next tick, if it still holds. */
  news(): void {
    this.#news = true;
  }

  /** A log has been read to its end, or as far as it can be: a log that cannot be read does not stop time for the others. */
  async caughtUp(path: string): Promise<void> {
    this.#behind.delete(path);
    if (this.#behind.size > 0) return;
    const first = this.#first;
    const news = this.#news;
    this.#first = false;
    this.#news = false;
    if (first) await this.#intake.firstTick();
    else if (news) await this.#intake.tickAfterCatchingUp();
    if (first) this.#onCaughtUp();
    this.#wind();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#behind.add(''); // so that a tick under way does not wind the timer again
  }

  #wind(): void {
    clearTimeout(this.#timer);
    if (this.#behind.size > 0) return;
    this.#timer = setTimeout(() => this.#look().then(() => this.#wind(), this.#fail), this.#waitMs());
  }

  /** Ticks if something is due, or was said by command. A timer may fire a moment early: such a tick would change nothing. */
  async #look(): Promise<void> {
    const isDue = this.#intake.untilNextTick() === 0 || (await this.#intake.hasWishes());
    // Lines may have come while the store was asked.
    if (isDue && this.#behind.size === 0) await this.#intake.tick();
  }

  #waitMs(): number {
    return Math.min(this.#intake.untilNextTick(), LISTEN_MS);
  }

  /** `caughtUp` once `stored` resolves, for callers that cannot wait; errors reject `failed`. */
  caughtUpSoon(path: string, stored: Promise<void>): void {
    stored.then(() => this.caughtUp(path)).catch(this.#fail);
  }
}
