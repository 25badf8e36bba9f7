/** Makes batches of what was found, and remembers whether it has reported being caught up. */
import type { Instant } from '../../parsers/index.js';
import type { Batch, Checkpoint, Fingerprint } from './batch.js';
import { PIECES_APART_MS } from './pieces.js';
import type { Splitter } from './splitter.js';

/** How much may be passed over without a batch; a restart reads it again. */
export const SILENT_BYTES_MAX = 16 * 1024 * 1024;
const SILENT_MS_MAX = 5_000;

/** How far the reading has come: on its way, to the end of all that can be read (`blocked`), or to the end of everything. */
export type Reached = 'line' | 'blocked' | 'end';

export interface Clock {
  now(): Instant;
}

export class BatchMaker {
  /** What was stored last: where to go on after trouble. */
  checkpoint: Checkpoint | null;
  readonly #path: string;
  readonly #clock: Clock;
  readonly #silentBytesMax: number;
  #live = false;
  #toldCaughtUp = false;
  #madeAt = Number.NEGATIVE_INFINITY;
  #inPiecesSince: Instant | null = null;

  /** @param silentBytesMax how many bytes may be passed over without a batch */
  constructor(
    path: string,
    clock: Clock,
    checkpoint: Checkpoint | null = null,
    silentBytesMax: number = SILENT_BYTES_MAX,
  ) {
    this.#path = path;
    this.#clock = clock;
    this.checkpoint = checkpoint;
    this.#silentBytesMax = silentBytesMax;
  }

  /** Whether enough was found, or passed over, for a batch before the end is reached. */
  ripe(splitter: Splitter): boolean {
    return splitter.full || (!splitter.inPieces && splitter.found.tally.bytes >= this.#silentBytesMax);
  }

  /** Whether there is something to report at the end of a file. Mere traffic is reported once in a while. */
  due(splitter: Splitter, caughtUp: boolean): boolean {
    if (!this.#isWhole(splitter)) return false;
    const { lines, tally } = splitter.found;
    if (lines.length > 0 || caughtUp !== this.#toldCaughtUp) return true;
    const silentMs = this.#clock.now() - this.#madeAt;
    // A clock that was set back must not silence us.
    return tally.lines > 0 && (silentMs >= SILENT_MS_MAX || silentMs < 0);
  }

  /** Waits for the end of a line in pieces, so that no batch ends within it; not for ever. */
  #isWhole(splitter: Splitter): boolean {
    if (!splitter.inPieces) {
      this.#inPiecesSince = null;
      return true;
    }
    const now = this.#clock.now();
    this.#inPiecesSince ??= now;
    if (Math.abs(now - this.#inPiecesSince) < PIECES_APART_MS) return false;
    splitter.giveUpPieces();
    this.#inPiecesSince = null;
    return true;
  }

  make(splitter: Splitter, fingerprint: Fingerprint, reached: Reached): Batch {
    const caughtUp = reached === 'end';
    const live = this.#live;
    if (caughtUp) this.reachedEnd();
    this.#toldCaughtUp = caughtUp;
    this.#madeAt = this.#clock.now();
    this.checkpoint = { path: this.#path, fingerprint, offset: splitter.lineStart };
    return {
      checkpoint: this.checkpoint,
      ...splitter.take(),
      readAt: this.#madeAt,
      caughtUp,
      blocked: reached === 'blocked',
      live,
    };
  }

  /**
   * The end was reached in a file without a complete line, which has no name, so that no batch can say so.
   * @returns whether the last batch left it open, and it must be told otherwise
   */
  namelessEnd(): boolean {
    const wasOpen = !this.#toldCaughtUp;
    this.#toldCaughtUp = true;
    return wasOpen;
  }

  /** Everything that was there is read: what comes from now on is written while haplog watches. */
  reachedEnd(): void {
    this.#live = true;
  }

  /** Lines may have been written that haplog did not see at once. */
  lostSight(): void {
    this.#live = false;
  }
}
