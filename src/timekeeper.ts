/**
 * Lets time pass for the intake: a tick when every log has been read to its end, and when time alone changes something.
 * Never while lines are unread, for their end may stand a few lines further down.
 */
import type { Intake } from './intake.js';

/** So often it is looked whether somebody has said something by command. */
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

  /** There are unread lines in a log: time stands still. */
  behind(path: string): void {
    this.#behind.add(path);
    clearTimeout(this.#timer);
  }

  /** Lines were taken in that were written before haplog looked: what still holds of them is told with the next tick. */
  news(): void {
    this.#news = true;
  }

  /** A log has been read to its end, or as far as it can be: what cannot be read does not stop the time of what can. */
  async caughtUp(path: string): Promise<void> {
    this.#behind.delete(path);
    if (this.#behind.size > 0) return;
    const first = this.#first;
    const news = this.#news;
    this.#first = false;
    this.#news = false;
    if (first) await this.#intake.firstTick();
    else if (news) await this.#intake.tick();
    if (first) this.#onCaughtUp();
    this.#wind();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#behind.add(''); // no tick that is under way winds the timer again
  }

  #wind(): void {
    clearTimeout(this.#timer);
    if (this.#behind.size > 0) return;
    this.#timer = setTimeout(() => this.#look().then(() => this.#wind(), this.#fail), this.#waitMs());
  }

  /** A tick that comes a moment too early would change nothing. */
  async #look(): Promise<void> {
    if (this.#intake.untilNextTick() === 0 || (await this.#intake.hasWishes())) await this.#intake.tick();
  }

  #waitMs(): number {
    return Math.min(this.#intake.untilNextTick(), LISTEN_MS);
  }

  /** For callers that cannot wait: what goes wrong is told by `failed`. */
  caughtUpSoon(path: string): void {
    this.caughtUp(path).catch(this.#fail);
  }
}
