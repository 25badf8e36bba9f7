/**
 * Passes over traffic in the place of the loop in pass-over.ts, twice as fast, where WebAssembly with SIMD is to be had: by
 * blocks, which are copied into the memory of sweep.wat. It keeps nothing from one call to the next. Whatever it does not know it leaves
 * to `classify`.
 */
import { ALONE, lastHeader } from '../../parsers/index.js';
import { SWEEP } from './sweep.gen.js';

/** Small enough for the processor's nearest cache; and one page of WebAssembly's memory holds it. */
const BLOCK_BYTES = 32 * 1024;

/** Where in the module's memory what it needs lies (sweep.wat). */
const ALONE_AT = 0;
const HEADER_AT = 256;
const BLOCK_AT = 512;

interface Exports {
  memory: { buffer: ArrayBuffer };
  place: { value: number };
  passed: { value: number };
  sweep(size: number, at: number, length: number, message: number): number;
}

/** What of WebAssembly is used: its types come with a browser's. */
interface WebAssembly {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { exports: Exports };
}

export class Sweep {
  /** How many lines the last call passed over. */
  passed = 0;
  readonly #exports: Exports;
  readonly #memory: Uint8Array;

  /** Throws where there is no WebAssembly, or none with SIMD, or no room for its memory. */
  constructor() {
    const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssembly }).WebAssembly;
    this.#exports = new Instance(new Module(Buffer.from(SWEEP, 'base64'))).exports;
    this.#memory = new Uint8Array(this.#exports.memory.buffer);
    this.#memory.set(ALONE, ALONE_AT);
  }

  /**
   * Goes on from `from`, the start of a line, over traffic that bears the header which the line at `familiar` bears, the last that
   * was classified.
   * @param limit no byte from there on is looked at
   * @param longest no line with more bytes is passed over
   * @returns the start of the line at which it stopped
   */
  over(chunk: Uint8Array, familiar: number, from: number, limit: number, longest: number): number {
    const { at, message } = lastHeader;
    const { sweep, place, passed } = this.#exports;
    this.#memory.set(chunk.subarray(familiar + at, familiar + message), HEADER_AT);
    this.passed = 0;
    for (let start = from; ; start += place.value) {
      const size = Math.min(limit - start, BLOCK_BYTES, longest);
      this.#memory.set(chunk.subarray(start, start + size), BLOCK_AT);
      const more = sweep(size, at, message - at, message) === 1;
      this.passed += passed.value;
      if (!more || passed.value === 0) return start + place.value;
    }
  }
}

let theOne: Sweep | null | undefined;

/** The one for all, made when it is first asked for, which takes a millisecond; null where there can be none. */
export function sweepAtHand(): Sweep | null {
  if (theOne !== undefined) return theOne;
  try {
    theOne = new Sweep();
  } catch {
    theOne = null;
  }
  return theOne;
}
