/**
 * Passes over traffic in place of the loop in pass-over.ts, twice as fast, if WebAssembly with SIMD is to be had. It sees only the memory
 * of sweep.wat: chunks that were read into its room, and other chunks as copies, block by block. It keeps nothing from one call to the
 * next. Whatever it does not know it leaves to `classify`.
 */
import { ALONE, lastHeader } from '../../parsers/index.js';
import { SWEEP } from './sweep.gen.js';

/** The layout of the module's memory (sweep.wat). The room for a chunk comes first. */
const ROOM_BYTES = 5 * 64 * 1024;
const ALONE_AT = ROOM_BYTES;
const HEADER_AT = ALONE_AT + 256;
const BLOCK_AT = HEADER_AT + 256;
/** Small enough for the processor's nearest cache. */
const BLOCK_BYTES = 32 * 1024;

interface Exports {
  memory: { buffer: ArrayBuffer };
  place: { value: number };
  passed: { value: number };
  sweep(start: number, limit: number, longest: number, at: number, length: number, message: number): number;
}

/** The part of WebAssembly that is used: its types come only with a browser's. */
interface WebAssembly {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { exports: Exports };
}

export class Sweep {
  /** How many lines the last call passed over. */
  passed = 0;
  /** A chunk in here is not copied; and the kernel reads faster into memory that begins with a page. */
  readonly room: Buffer;
  readonly #exports: Exports;
  readonly #memory: Uint8Array;

  /** Throws if there is no WebAssembly, or none with SIMD, or no room for its memory. */
  constructor() {
    const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssembly }).WebAssembly;
    this.#exports = new Instance(new Module(Buffer.from(SWEEP, 'base64'))).exports;
    const { buffer } = this.#exports.memory;
    this.room = Buffer.from(buffer, 0, ROOM_BYTES);
    this.#memory = new Uint8Array(buffer);
    this.#memory.set(ALONE, ALONE_AT);
  }

  /**
   * Goes on from `from`, the start of a line, over traffic with the same header as the line at `familiar`, the last that was classified.
   * @param limit no byte from there on decides anything
   * @param longest no line with more bytes is passed over
   * @returns the start of the line at which it stopped
   */
  over(chunk: Uint8Array, familiar: number, from: number, limit: number, longest: number): number {
    const { at, message } = lastHeader;
    this.#memory.set(chunk.subarray(familiar + at, familiar + message), HEADER_AT);
    this.passed = 0;
    if (chunk.buffer !== this.#memory.buffer) return this.#overCopies(chunk, from, limit, longest);
    const { byteOffset } = chunk;
    this.#sweep(byteOffset + from, byteOffset + limit, longest);
    return this.#exports.place.value - byteOffset;
  }

  #overCopies(chunk: Uint8Array, from: number, limit: number, longest: number): number {
    for (let start = from; ; ) {
      const size = Math.min(limit - start, BLOCK_BYTES);
      this.#memory.set(chunk.subarray(start, start + size), BLOCK_AT);
      const isBlockEnd = this.#sweep(BLOCK_AT, BLOCK_AT + size, longest);
      const swept = this.#exports.place.value - BLOCK_AT;
      start += swept;
      if (!isBlockEnd || swept === 0) return start;
    }
  }

  /** Returns whether it came to `limit`. */
  #sweep(start: number, limit: number, longest: number): boolean {
    const { at, message } = lastHeader;
    const { sweep, passed } = this.#exports;
    const isEnd = sweep(start, limit, longest, at, message - at, message) === 1;
    this.passed += passed.value;
    return isEnd;
  }
}

let theOne: Sweep | null | undefined;

/** The one sweep that all share, made when it is first asked for, which takes a millisecond; null if there can be none. */
export function sweepAtHand(): Sweep | null {
  if (theOne !== undefined) return theOne;
  try {
    theOne = new Sweep();
  } catch {
    theOne = null;
  }
  return theOne;
}
