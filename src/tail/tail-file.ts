/**
 * The only file that knows the package `tail-file`. The package watches the log's folder and reads what was appended to a file that we hold
 * open; this file hands it over as bytes.
 *
 * The package's line mode is slow (4 KiB reads, strings) and counts characters. Its own change from a rotated file to the new one can lose
 * the last line (it looks for the new file after it has read the old one to its end, and does not read again). Its `start` throws out of a
 * callback if no watch can be had. It documents that options replace its methods, so it gets ours for these: bytes instead of lines, our
 * file descriptor, no change of files, and no end that closes what is ours. An error ends it for good; make another one.
 */
import { realpathSync } from 'node:fs';
import { basename } from 'node:path';
import Tail from 'tail-file';

const CHUNK_BYTES = 64 * 1024;
/** Where a watch sees nothing (network file systems, a link into another folder), polling still does. */
const POLL_MS = 1_000;
/** The least time between two looks: a busy log costs no more, and a quiet one is read at once. */
const LOOKS_APART_MS = 5;

export interface TailOptions {
  /** The log's path: its folder is watched, for changes to names that begin like its own. */
  path: string;
  /** Open for reading; stays open. */
  fd: number;
  /** Where to read on, in bytes. */
  offset: number;
  /** Aborting it ends the waiting in `next`. */
  signal: AbortSignal;
}

export class ByteTail {
  /** Why it has stopped; null while it works. */
  failure: Error | null = null;
  readonly #tail: Tail;
  readonly #poll: NodeJS.Timeout;
  /** What was read and not yet asked for. */
  #ready: Buffer | null | undefined;
  #asked: ((chunk: Buffer | null) => void) | null = null;
  /** A chunk is in use: its buffer must not be read into. */
  #held = false;
  /** The last read brought less than was asked for: the end was reached. */
  #short = false;
  #lookedAt = 0;
  #nextLook: NodeJS.Timeout | null = null;
  #reading = false;
  #readEnded = () => {};
  #closed = false;
  readonly #signal: AbortSignal;
  readonly #wake = () => this.#deliver(null);

  /** Begins to watch and to read. Throws what `fs.watch` throws, for example if the system's watches are used up. */
  constructor({ path, fd, offset, signal }: TailOptions) {
    const realPath = realPathOf(path);
    const prefix = basename(realPath);
    const self = this;
    this.#tail = new Tail(realPath, {
      _bufsize: CHUNK_BYTES,
      createReader() {
        this.fd = fd;
      },
      getLine() {
        this.readStuff();
      },
      readStuff() {
        if (self.#held || self.#closed) return;
        Tail.prototype.readStuff.call(this);
        self.#reading ||= this.reading;
      },
      append(error, bytesRead, buffer) {
        self.#reading = false;
        self.#readEnded();
        Tail.prototype.append.call(this, error, bytesRead, buffer);
      },
      decode(chunk) {
        self.#arrived(chunk);
      },
      checkDir(_type, name) {
        if (name === null || name.startsWith(prefix)) self.#look();
      },
      _stop() {
        this.fd = null;
        Tail.prototype._stop.call(this);
      },
    });
    this.#tail.on('error', (error: Error) => {
      this.failure = error;
      this.#wake();
    });
    this.#tail.setBytePos(offset);
    this.#tail.startTail(realPath);
    this.#poll = setInterval(() => this.#look(), POLL_MS);
    this.#signal = signal;
    signal.addEventListener('abort', this.#wake);
  }

  /**
   * The bytes that follow those of the last call, valid until the next call; null each time the end was reached after
   * something may have changed, and once it has failed or was closed.
   */
  next(): Promise<Buffer | null> {
    if (this.failure || this.#closed) return Promise.resolve(null);
    if (this.#ready !== undefined) {
      const ready = this.#ready;
      this.#ready = undefined;
      return Promise.resolve(ready);
    }
    if (this.#held) {
      this.#held = false;
      if (this.#tail.readable) this.#look();
      if (this.#short) return Promise.resolve(null);
      this.#tail.readStuff();
    }
    return new Promise((resolve) => {
      this.#asked = resolve;
    });
  }

  /** Stops watching and reading; the descriptor is free to be closed when it resolves. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#signal.removeEventListener('abort', this.#wake);
    clearInterval(this.#poll);
    if (this.#nextLook) clearTimeout(this.#nextLook);
    this.#tail.watcher?.close();
    // The descriptor's number may belong to another file as soon as it is closed.
    if (this.#reading) await new Promise<void>((resolve) => (this.#readEnded = resolve));
    this.#tail._stop();
    this.#wake();
  }

  /** Something may have changed: read, now or soon. */
  #look(): void {
    this.#tail.readable = true;
    if (this.#held || this.#nextLook) return;
    const now = performance.now();
    const wait = this.#lookedAt + LOOKS_APART_MS - now;
    if (wait > 0) {
      this.#nextLook = setTimeout(() => {
        this.#nextLook = null;
        this.#look();
      }, wait);
    } else {
      this.#lookedAt = now;
      this.#tail.readStuff();
    }
  }

  #arrived(chunk: Buffer | null): void {
    if (this.#closed || this.failure) return;
    if (chunk === null && this.#tail.readable) {
      this.#look();
      return;
    }
    this.#held = chunk !== null;
    this.#short = chunk !== null && chunk.length < CHUNK_BYTES;
    this.#deliver(chunk);
  }

  #deliver(chunk: Buffer | null): void {
    const asked = this.#asked;
    this.#asked = null;
    if (asked) asked(chunk);
    else this.#ready = chunk;
  }
}

function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
