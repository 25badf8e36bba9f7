/** What arrives one by one - mails, requests, lines of a program - kept in order, and awaited without sleeping. */

export class Inbox<T> {
  readonly items: T[] = [];
  readonly #what: string;
  #waiting: (() => void)[] = [];
  #followers: ((item: T) => void)[] = [];

  /** `what` names the things in the error of a wait that was in vain: `mail`, `line of haproxy`. */
  constructor(what: string) {
    this.#what = what;
  }

  put(item: T): void {
    this.items.push(item);
    for (const tell of this.#followers) tell(item);
    const woken = this.#waiting;
    this.#waiting = [];
    for (const wake of woken) wake();
  }

  /** Hands every item to `tell`: those that came already, then each as it comes. */
  follow(tell: (item: T) => void): void {
    this.items.forEach(tell);
    this.#followers.push(tell);
  }

  /** The first `count` items, as soon as there are so many. */
  async first(count: number, withinMs: number): Promise<T[]> {
    await this.#until(() => this.items.length >= count, `${count} of`, withinMs);
    return this.items.slice(0, count);
  }

  /** The first item that fits, arrived already or still to come; `from` skips what came earlier. */
  async match(fits: (item: T) => boolean, withinMs: number, from = 0): Promise<T> {
    const find = () => this.items.slice(from).find(fits);
    await this.#until(() => find() !== undefined, 'a fitting', withinMs);
    return find() as T;
  }

  async #until(enough: () => boolean, wanted: string, withinMs: number): Promise<void> {
    const giveUpAt = Date.now() + withinMs;
    while (!enough()) {
      const left = giveUpAt - Date.now();
      if (left <= 0) {
        const came = this.items
          .slice(-20)
          .map((item) => `\n  ${typeof item === 'string' ? item : JSON.stringify(item)}`);
        throw new Error(`no ${wanted} ${this.#what} within ${withinMs} ms; came: ${this.items.length}${came.join('')}`);
      }
      await this.#arrival(left);
    }
  }

  /** Resolves at the next arrival, or after `ms` at the latest. */
  #arrival(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
