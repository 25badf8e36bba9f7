/** Which of the followed logs cannot be read now: for the daemon itself and, in the store, for `haplog status`. */
import type { Store } from './store/store.js';
import type { Notice } from './tail/notice.js';

export class Sight {
  /** The paths of logs that cannot be read now. */
  readonly waitedFor = new Set<string>();
  readonly #store: Pick<Store, 'trouble'>;
  /** Those of which the store knows it. */
  readonly #noted = new Set<string>();
  #turn: Promise<void> = Promise.resolve();
  #fail: (error: unknown) => void = () => {};
  /** Rejects when the store fails; never resolves. */
  readonly failed = new Promise<never>((_, reject) => {
    this.#fail = reject;
  });

  constructor(store: Pick<Store, 'trouble'>) {
    this.#store = store;
    this.failed.catch(() => {});
  }

  /** Takes in what happened to a log. Returns whether it cannot be read now. */
  hear({ kind, path, detail }: Notice): boolean {
    const isLost = kind === 'missing' || kind === 'unreadable';
    if (isLost) this.waitedFor.add(path);
    else this.waitedFor.delete(path);
    // Where reading goes on there may be the same trouble still, which is not told twice.
    const isOver = kind === 'following' || kind === 'rotated' || kind === 'truncated';
    if (isLost || (isOver && this.#noted.has(path))) this.#note(path, isLost ? detail : null);
    return isLost;
  }

  /** One after the other: what is told last holds. */
  #note(path: string, trouble: string | null): void {
    if (trouble === null) this.#noted.delete(path);
    else this.#noted.add(path);
    this.#turn = this.#turn.then(() => this.#store.trouble(path, trouble)).catch(this.#fail);
  }

  /** Resolves when the store knows all of it. */
  async end(): Promise<void> {
    await this.#turn;
  }
}
