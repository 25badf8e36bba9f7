/** Which of the followed logs cannot be read now, and what was lost of them: for the daemon itself and, in the store, for `haplog status`. */
import type { Awaitable, Store } from './store/store.js';
import type { Clock } from './tail/batches.js';
import type { Notice } from './tail/notice.js';

export class Sight {
  /** The paths of logs that cannot be read now. */
  readonly waitedFor = new Set<string>();
  readonly #store: Pick<Store, 'trouble' | 'lost'>;
  readonly #clock: Clock;
  /** Those of which the store knows it. */
  readonly #noted = new Set<string>();
  #turn: Promise<void> = Promise.resolve();
  #fail: (error: unknown) => void = () => {};
  /** Rejects when the store fails; never resolves. */
  readonly failed = new Promise<never>((_, reject) => {
    this.#fail = reject;
  });

  constructor(store: Pick<Store, 'trouble' | 'lost'>, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    this.failed.catch(() => {});
  }

  /** Takes in what happened to a log. Returns whether it cannot be read now. */
  hear({ kind, path, detail }: Notice): boolean {
    const isAway = kind === 'missing' || kind === 'unreadable';
    if (isAway) this.waitedFor.add(path);
    else this.waitedFor.delete(path);
    // Where reading goes on there may be the same trouble still, which is not told twice.
    const isOver = kind === 'following' || kind === 'rotated' || kind === 'truncated';
    if (isAway || (isOver && this.#noted.has(path))) this.#noteTrouble(path, isAway ? detail : null);
    if (kind === 'lost') {
      const at = this.#clock.now();
      this.#note(() => this.#store.lost(path, detail, at));
    }
    return isAway;
  }

  #noteTrouble(path: string, trouble: string | null): void {
    if (trouble === null) this.#noted.delete(path);
    else this.#noted.add(path);
    this.#note(() => this.#store.trouble(path, trouble));
  }

  /** One after the other: what is told last holds. */
  #note(tell: () => Awaitable<void>): void {
    this.#turn = this.#turn.then(tell).catch(this.#fail);
  }

  /** Resolves when the store knows all of it. */
  async end(): Promise<void> {
    await this.#turn;
  }
}
