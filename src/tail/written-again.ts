/**
 * Finds lines that rsyslog writes a second time. When it forwards by TCP from a queue of its own and the log host was away, it sends the first line that it
 * could not send, or the first hundred lines of the backlog, once more: with their old stamps, and after what came later (tried with 8.2302). Taken for news,
 * one such line would open an outage that is over, for good.
 *
 * A line is written again if the same was there before, byte for byte, and one with another stamp stands between the two: the lines of two `log` targets
 * that are alike stand beside each other. At worst a copy is lost, of which any one is enough (docs/decisions/0002-copies.md).
 */

/** Of a hundred lines that rsyslog sends in one go (`queue.dequeueBatchSize` is 128) the first is still known at the last. */
const KNOWN_MIN = 512;
/** Longer ones are not remembered: HAProxy's own have 1024 bytes at most by default (`log ... len`), and a client may write thousands of 64 KiB. */
const KNOWN_CHARS_MAX = 2_048;

/** What stands before the host, in all headers that bear a stamp. */
const STAMP = /^(?:<\d+>(?:1 )?)?(?:[A-Z][a-z]{2} [ \d]\d )?\S+/;

export class WrittenAgain {
  #young = new Set<string>();
  #old = new Set<string>();
  /** The stamp of the line before. */
  #last = '';

  /** Takes in the next line that may tell of a state. Returns whether it is an earlier one, written again. */
  take(line: string): boolean {
    const stamp = STAMP.exec(line)?.[0] ?? '';
    const isOther = stamp !== this.#last;
    this.#last = stamp;
    if (line.length > KNOWN_CHARS_MAX) return false;
    if (this.#young.has(line) || this.#old.has(line)) return isOther;
    if (this.#young.size === KNOWN_MIN) {
      this.#old = this.#young;
      this.#young = new Set();
    }
    this.#young.add(line);
    return false;
  }
}
