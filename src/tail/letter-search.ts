/**
 * Finds either of two pairs of bytes in a chunk, both of which end in the same letter. The native search for a single byte passes over a
 * chunk faster than anything else, as long as that byte is rare. (A search for the whole pairs stops at every `s`.)
 */
export class LetterSearch {
  readonly #letter: number;
  readonly #first: number;
  readonly #other: number;

  /** @param firsts the first bytes of the pairs; @param letter the second one of both */
  constructor(firsts: readonly [string, string], letter: string) {
    this.#letter = letter.charCodeAt(0);
    this.#first = firsts[0].charCodeAt(0);
    this.#other = firsts[1].charCodeAt(0);
  }

  /** The next place of a pair's letter from `at` on; the chunk's length if there is none. */
  from(chunk: Buffer, at: number): number {
    for (let found = chunk.indexOf(this.#letter, at); found >= 0; found = chunk.indexOf(this.#letter, found + 1)) {
      const before = chunk[found - 1];
      if (before === this.#first || before === this.#other) return found;
    }
    return chunk.length;
  }
}
