/**
 * Puts the pieces of a container's line together. In the log files of Kubernetes' containers (CRI logging format) `stdout P ` begins a piece that goes on in
 * the next line of the same stream, and `stdout F ` the last one. A runtime cuts lines that are long, and conmon (CRI-O, podman) wherever one read of the
 * container's output ends: HAProxy 3.0 and newer write a sentence to standard error in several parts (tried with podman 4.3). Pure.
 */

/** Pieces of one line are written at once: what comes later begins a line of its own, and the end of the other one is lost. */
export const PIECES_APART_MS = 1_000;
/** With this many bytes of the log behind its first piece, a line holds up nothing any more. */
const HELD_BYTES_MAX = 256 * 1024;
/** Where a line's stamp, stream and tag end at the latest. */
const HEADER_BYTES_MAX = 64;

const HEADER = /^(\S+) (stdout|stderr) ([PF]) /;
const LETTER_F = 0x46;

/** A line that was cut, whole again; of one that is too long only the beginning. */
export interface Rejoined {
  bytes: Buffer;
  tooLong: boolean;
}

interface Pending {
  at: number;
  /** Where `P` stands in the first. */
  tagAt: number;
  parts: Buffer[];
  length: number;
}

/** The line with the header of a whole one. */
export function headedAsWhole(line: string): string {
  return line.replace(HEADER, (header) => header.replace(/P $/, 'F '));
}

export class Pieces {
  /** The beginnings of lines whose ends did not come, for the caller to take away. */
  readonly lost: Buffer[] = [];
  readonly #longest: number;
  readonly #pending = new Map<string, Pending>();
  #bytes = 0;

  /** @param longest a line with more bytes is too long */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /** Whether the end of a line is missing: each line must be given then. */
  get open(): boolean {
    return this.#pending.size > 0;
  }

  /** Whether nothing may be stored yet, so that a new reading would not begin between the pieces of a line. */
  get holdUp(): boolean {
    return this.open && this.#bytes < HELD_BYTES_MAX;
  }

  /**
   * Takes the line in `bytes[start, end)`, which may be a piece.
   * @param isWhole whether these are all its bytes; if not, what it is a piece of is too long
   * @returns the line that it ends; null if more of it is to come; undefined if it is a line by itself
   */
  take(bytes: Buffer, start: number, end: number, isWhole = true): Rejoined | null | undefined {
    this.#bytes += this.open ? end - start : 0;
    const header = HEADER.exec(bytes.toString('latin1', start, Math.min(end, start + HEADER_BYTES_MAX)));
    if (header === null) {
      // A container's log has no such line: what seemed to be a piece was a client's text.
      this.end();
      return undefined;
    }
    const [{ length }, stamp, stream, tag] = header as unknown as [string, string, string, string];
    const at = Date.parse(stamp);
    let pending = this.#pending.get(stream);
    // (Not `>`: a stamp that is no time is near to none.)
    if (pending !== undefined && !(Math.abs(at - pending.at) <= PIECES_APART_MS)) {
      this.#lose(stream, pending);
      pending = undefined;
    }
    if (pending === undefined) {
      if (tag === 'F') return undefined;
      if (!this.open) this.#bytes = 0;
      const first = Buffer.from(bytes.subarray(start, end));
      this.#pending.set(stream, { at, tagAt: length - 2, parts: [first], length: first.length });
      return null;
    }
    if (isWhole && pending.length <= this.#longest)
      pending.parts.push(Buffer.from(bytes.subarray(start + length, end)));
    pending.length += isWhole ? end - start - length : this.#longest + 1;
    if (tag === 'P') return null;
    this.#pending.delete(stream);
    const whole = Buffer.concat(pending.parts);
    whole[pending.tagAt] = LETTER_F;
    return { bytes: whole, tooLong: pending.length > this.#longest };
  }

  /** The ends that are missing will not come. */
  end(): void {
    for (const [stream, pending] of this.#pending) this.#lose(stream, pending);
  }

  #lose(stream: string, { parts }: Pending): void {
    this.#pending.delete(stream);
    this.lost.push(Buffer.concat(parts));
  }
}
