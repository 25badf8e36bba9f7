/**
 * Where in a chunk may one of a few pairs of bytes stand? The native search for a single byte passes over a chunk faster than
 * anything else, as long as that byte is rare; so the pairs that end in one letter are looked for by that letter. Where the
 * letter is frequent (`Connect from`, `Chrome`), each find costs a call: the chunk's rest is then searched for the pairs.
 *
 * Either way no pair is missed; positions without one may be named.
 */
const DENSE = 64;

export class LetterSearch {
  readonly #letter: number;
  readonly #pairs: readonly Buffer[];
  /** The next place of each pair, while pairs are searched for. */
  readonly #next: number[];
  #finds = 0;

  /** @param firsts each is the first byte of a pair whose second is `letter` */
  constructor(firsts: string, letter: string) {
    this.#letter = letter.charCodeAt(0);
    this.#pairs = [...firsts].map((first) => Buffer.from(first + letter));
    this.#next = this.#pairs.map(() => -1);
  }

  /** A chunk begins. */
  begin(): void {
    this.#finds = 0;
    this.#next.fill(-1);
  }

  /** The next place from `at` on that may be of a pair; the chunk's length where there is none. Ever further on in a chunk. */
  from(chunk: Buffer, at: number): number {
    if (this.#finds < DENSE) {
      this.#finds++;
      const found = chunk.indexOf(this.#letter, at);
      return found < 0 ? chunk.length : found;
    }
    let nearest = chunk.length;
    for (let i = 0; i < this.#pairs.length; i++) {
      let place = this.#next[i]!;
      if (place < at) {
        const found = chunk.indexOf(this.#pairs[i]!, at);
        place = found < 0 ? chunk.length : found;
        this.#next[i] = place;
      }
      if (place < nearest) nearest = place;
    }
    return nearest;
  }
}
