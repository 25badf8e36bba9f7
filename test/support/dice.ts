/** Chance that can be thrown again: the same seed gives the same throws (mulberry32). */

export class Dice {
  #state: number;

  /** @param parts whole numbers that together name the sequence, as a run's seed and a line's number */
  constructor(...parts: number[]) {
    this.#state = 0x9e3779b9;
    for (const part of parts) this.#state = mix(this.#state ^ part) ^ mix(Math.floor(part / 2 ** 32));
  }

  /** A number in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    return mix(this.#state) / 2 ** 32;
  }

  /** A whole number in [0, count). */
  int(count: number): number {
    return Math.floor(this.next() * count);
  }

  /** True in `share` of all throws. */
  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(of: readonly T[]): T {
    return of[this.int(of.length)]!;
  }

  /** Between `min` and `max` things, each thrown anew. */
  several<T>(min: number, max: number, make: () => T): T[] {
    return Array.from({ length: min + this.int(max - min + 1) }, make);
  }
}

function mix(state: number): number {
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return (mixed ^ (mixed >>> 14)) >>> 0;
}
