/**
 * Splits bytes into lines, every one of them, however the bytes are cut into chunks: for commands that show a log as it is. (The daemon
 * reads with the splitter, which passes over traffic.) Of a line that is too long only the beginning is given; one in pieces is put together, and has the
 * place of its last piece. Pure.
 */
import { classify } from '../../parsers/index.js';
import { Pieces } from './pieces.js';
import { LINE_BYTES_MAX } from './splitter.js';

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** How much of a line that is too long is worth showing. */
const BEGINNING_BYTES = 1024;

/** A line lies in `bytes[start, end)` until the call returns; where `bytes` hold only its beginning, it is not whole. */
export type TakeLine = (bytes: Buffer, start: number, end: number, whole: boolean) => void;

export class LineReader {
  /** Of the line that is being given: its number, from 1, and the offset of its first byte. */
  number = 0;
  offset = 0;
  #next = 0;
  /** The beginning of a line whose end lies in a chunk to come. */
  readonly #carry = Buffer.allocUnsafe(LINE_BYTES_MAX);
  #carried = 0;
  /** How long that line is so far. */
  #length = 0;
  readonly #pieces = new Pieces(LINE_BYTES_MAX);

  /** Gives every line that ends in `chunk`, which may be overwritten afterwards. */
  push(chunk: Buffer, take: TakeLine): void {
    for (let start = 0; start < chunk.length; ) {
      const newline = chunk.indexOf(NEWLINE, start);
      const end = newline < 0 ? chunk.length : newline;
      if (newline < 0 || this.#length > 0) this.#carryOver(chunk, start, end);
      if (newline < 0) return;
      if (this.#length > 0) this.#giveCarried(1, take);
      else this.#give(chunk, start, end, end - start, 1, take);
      start = newline + 1;
    }
  }

  /** No more bytes will come: a last line without a newline is a line all the same. */
  finish(take: TakeLine): void {
    if (this.#length > 0) this.#giveCarried(0, take);
    this.#pieces.end();
    this.#giveLost(take);
  }

  #carryOver(chunk: Buffer, start: number, end: number): void {
    this.#carried += chunk.copy(this.#carry, this.#carried, start, end);
    this.#length += end - start;
  }

  #giveCarried(newlineBytes: number, take: TakeLine): void {
    const length = this.#length;
    const carried = this.#carried;
    this.#length = 0;
    this.#carried = 0;
    this.#give(this.#carry, 0, carried, length, newlineBytes, take);
  }

  #give(bytes: Buffer, start: number, end: number, length: number, newlineBytes: number, take: TakeLine): void {
    this.number++;
    this.offset = this.#next;
    this.#next += length + newlineBytes;
    if (length > LINE_BYTES_MAX) {
      take(bytes, start, start + BEGINNING_BYTES, false);
      return;
    }
    const stop = end > start && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
    const isPiece = this.#pieces.open || classify(bytes, start, stop) === 'piece';
    const whole = isPiece ? this.#pieces.take(bytes, start, stop) : undefined;
    this.#giveLost(take);
    if (whole === undefined) take(bytes, start, stop, true);
    else if (whole !== null) take(whole.bytes, 0, whole.tooLong ? BEGINNING_BYTES : whole.bytes.length, !whole.tooLong);
  }

  #giveLost(take: TakeLine): void {
    for (const beginning of this.#pieces.lost.splice(0)) take(beginning, 0, beginning.length, true);
  }
}
