/**
 * Reads one file of a log: to its end, and on as it grows, until a younger one has taken its place and nothing more can
 * come, or until it was emptied.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Batch, Portion } from './batch.js';
import type { BatchMaker, Reached } from './batches.js';
import { chunksOf } from './chunks.js';
import { CannotRead, LogFile } from './log-file.js';
import type { Teller } from './notice.js';
import { Splitter } from './splitter.js';
import { locate, look, openNext, type Place, type Sight } from './succession.js';
import { ByteTail } from './tail-file.js';

/** After the new file has its first line, a second writer may still finish one in the old file. */
const LINGER_MS = 100;
const LOOK_AGAIN_MS = 250;
/** A rename and the new file's creation are rarely further apart. */
const MISSING_GRACE_MS = 2_000;
const RETRY_MS = 1_000;
const RETRY_MS_MAX = 5_000;

/** What stays the same from file to file. */
export interface Course {
  path: string;
  signal: AbortSignal;
  portion: Readonly<Portion>;
  batches: BatchMaker;
  teller: Teller;
}

/** Waits, but not longer than the stream lives. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}

/** Yields what the file brings. Returns where to go on, or null when the stream was ended. Leaves the file open. */
export async function* readOn(course: Course, { file, offset }: Place): AsyncGenerator<Batch, Place | null> {
  return yield* new FileReading(course, file, new Splitter(offset, course.portion)).run();
}

class FileReading {
  #failures = 0;
  #followed = false;
  #exhausted = false;

  constructor(
    readonly course: Course,
    readonly file: LogFile,
    readonly splitter: Splitter,
  ) {}

  get #place(): Place {
    return { file: this.file, offset: this.splitter.offset };
  }

  get #truncated(): boolean {
    return this.file.truncatedSince(this.splitter.offset);
  }

  async *run(): AsyncGenerator<Batch, Place | null> {
    const { path, signal, teller } = this.course;
    let replaced = false;
    while (!signal.aborted) {
      if (this.#truncated) return yield* this.#afterTruncation();
      yield* this.#readToEnd();
      if (signal.aborted) break;
      const sight = await look(path, this.#place);
      if (sight.kind === 'truncated') continue;
      if (sight.kind === 'replaced' && !replaced) {
        // Lines written into the old file before the new one was begun may have come after our last read.
        replaced = true;
        if (this.#followed) await pause(LINGER_MS, signal);
      } else if (sight.kind === 'replaced') {
        const next = await openNext(path, this.#place, ({ kind, why }) => teller.tell(kind, why));
        if (next) return yield* this.#leaveFor(next);
        await pause(LOOK_AGAIN_MS, signal);
      } else {
        replaced = false;
        yield* this.#follow(sight);
      }
    }
    return null;
  }

  /** Our own read loop: up to the end that the file has now. */
  async *#readToEnd(): AsyncGenerator<Batch, void> {
    if (this.#exhausted) return;
    this.#exhausted = this.file.compressed;
    try {
      for await (const chunk of chunksOf(this.file, this.splitter.offset)) {
        const paused = yield* this.#take(chunk);
        if (this.course.signal.aborted || (paused && this.#truncated)) return;
      }
    } catch (error) {
      if (!(error instanceof CannotRead) || !this.file.compressed) throw error;
      this.course.teller.tell('lost', `${error.message}; going on with the next file`);
    }
  }

  /** Returns whether it had to pause: a batch may wait long for its turn, or for room on the disk. */
  async *#take(chunk: Buffer): AsyncGenerator<Batch, boolean> {
    let paused = false;
    this.file.hasRead(chunk, this.splitter.offset);
    for (let at = 0; at < chunk.length; ) {
      at = this.splitter.push(chunk, at);
      if (!this.course.batches.ripe(this.splitter)) continue;
      yield this.#batch('line');
      paused = true;
    }
    return paused;
  }

  /** tail-file's turn: until the path names something else, or the file was emptied, or tail-file has failed. */
  async *#follow(sight: Sight): AsyncGenerator<Batch, void> {
    yield* this.#atEnd(sight);
    if (this.file.compressed) return pause(LOOK_AGAIN_MS, this.course.signal);
    const tail = this.#tail();
    try {
      for (let paused = true; tail && !tail.failure; ) {
        const chunk = await tail.next();
        if (this.course.signal.aborted) return;
        if (chunk !== null) {
          if (paused && this.#truncated) return;
          paused = yield* this.#take(chunk);
        } else {
          const seen = await look(this.course.path, this.#place);
          if (seen.kind === 'truncated' || seen.kind === 'replaced') return;
          yield* this.#atEnd(seen);
          this.#failures = 0;
          paused = true;
        }
      }
    } finally {
      await tail?.close();
      this.#followed = true;
    }
    await pause(Math.min(RETRY_MS * 2 ** this.#failures++, RETRY_MS_MAX), this.course.signal);
  }

  #tail(): ByteTail | null {
    const { path, signal } = this.course;
    try {
      return new ByteTail({ path, fd: this.file.fd, offset: this.splitter.offset, signal });
    } catch {
      // No watch to be had: our own reads, once in a while, are the fallback.
      return null;
    }
  }

  async *#atEnd(sight: Sight): AsyncGenerator<Batch, void> {
    const { batches, teller } = this.course;
    const caughtUp = !(sight.kind === 'waiting' && sight.because === 'unreadable');
    // Without a complete line a file has no name, so nothing can be stored about it.
    if (this.splitter.lineStart > 0 && batches.due(this.splitter, caughtUp)) {
      yield this.#batch(caughtUp ? 'end' : 'blocked');
    }
    if (caughtUp) batches.reachedEnd();
    // Reported after the last batch: by then everything that was there has been handed out.
    if (sight.kind === 'same') {
      teller.over();
      const isOwed = this.splitter.lineStart === 0 && batches.namelessEnd();
      teller.following(`from byte ${this.splitter.lineStart} on`, isOwed);
    } else if (sight.kind === 'waiting' && sight.because === 'empty') {
      if (teller.over()) teller.following('the file there is empty');
    } else if (sight.kind === 'waiting') {
      const graceMs = sight.because === 'missing' ? MISSING_GRACE_MS : 0;
      teller.trouble(sight.because, `${sight.detail}; waiting for it`, graceMs);
    }
  }

  async *#leaveFor(next: Place): AsyncGenerator<Batch, Place> {
    const { batches, teller } = this.course;
    this.splitter.finish();
    if (this.splitter.found.tally.lines > 0) yield this.#batch('line', true);
    if (teller.over()) batches.lostSight();
    teller.tell('rotated', `the old file is read to its end; going on with ${next.file.openedAs}`);
    return next;
  }

  async *#afterTruncation(): AsyncGenerator<Batch, Place> {
    const { path, teller } = this.course;
    this.splitter.giveUpPieces();
    if (this.splitter.found.tally.lines > 0) yield this.#batch('line');
    const { offset } = this.splitter;
    const fingerprint = this.file.fingerprint();
    const copy = fingerprint && (await locate(path, { path, fingerprint, offset: this.splitter.lineStart }));
    const place = copy || { file: LogFile.open(path), offset: 0 };
    teller.tell(
      'truncated',
      `emptied after ${offset} bytes were read; going on in ${place.file.openedAs} at byte ${place.offset}`,
    );
    return place;
  }

  #batch(reached: Reached, complete = false): Batch {
    const fingerprint = this.file.fingerprint(complete);
    if (fingerprint === null) throw new CannotRead(this.course.path, 'it changed while it was read');
    return this.course.batches.make(this.splitter, fingerprint, reached);
  }
}
