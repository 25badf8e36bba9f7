/**
 * Where several logs flow together. While more than one is behind, as after haplog was away, their lines are taken in by their stamps, because
 * they may be of one load balancer: the log whose next line is the oldest goes first, and each keeps its own order. Batches are then of a line
 * each, and as many as make a whole one are stored together.
 */
import type { Instant } from '../parsers/index.js';
import { type Arrival, begins, contextOf } from './line-time.js';
import { type Batch, FULL_PORTION, type Portion } from './tail/batch.js';
import { SILENT_BYTES_MAX } from './tail/batches.js';

/** A batch that waits for its turn. */
interface Head {
  arrival: Arrival;
  /** -Infinity: it need not wait for older lines. */
  at: Instant;
  resolve: () => void;
  reject: (error: unknown) => void;
}

interface Branch {
  /** It was not read to its end yet: what others have waits until it is known when its lines were written. Once there, it goes on by itself. */
  isBehind: boolean;
  head: Head | null;
  /** When the last line was written that began a batch. */
  last: Instant | null;
}

export class Confluence {
  /** How much each log is to put at once. */
  readonly portion: Portion = { ...FULL_PORTION };
  /** By path, in the order of the configuration. */
  readonly #branches: Map<string, Branch>;
  readonly #take: (arrivals: Arrival[]) => Promise<void>;
  /** In their order, and not yet handed over. */
  #gathered: Arrival[] = [];

  /**
   * @param paths the logs that are followed; none has been read yet
   * @param take is called with batches in their order, at the moment at which they are complete; resolves when they are stored
   */
  constructor(paths: readonly string[], take: (arrivals: Arrival[]) => Promise<void>) {
    this.#branches = new Map(paths.map((path) => [path, { isBehind: true, head: null, last: null }]));
    this.#take = take;
    this.#measure();
  }

  /**
   * Takes the next batch of a log. Resolves when the log may be read on: at its end only when all is stored; before that, while others are
   * behind, once the batch has its place among theirs. Rejects when the store fails.
   */
  put(arrival: Arrival): Promise<void> {
    const { batch, source } = arrival;
    const branch = this.#branches.get(source.path)!;
    // Once all have been read to their ends, nothing waits, and nobody need know.
    const at = this.#behind === 0 ? null : begins(batch, contextOf(arrival), branch.last);
    branch.last = at ?? branch.last;
    return new Promise((resolve, reject) => {
      branch.head = { arrival, at: at ?? Number.NEGATIVE_INFINITY, resolve, reject };
      this.#flow();
    });
  }

  /** Nothing more is to be waited for of a log: there is nothing to read, or it cannot be read. Resolves when what came before is stored. */
  async rest(path: string): Promise<void> {
    this.#branches.get(path)!.isBehind = false;
    this.#flow();
    if (this.#behind === 0 && this.#gathered.length > 0) await this.#store();
  }

  get #behind(): number {
    let behind = 0;
    for (const { isBehind } of this.#branches.values()) if (isBehind) behind++;
    return behind;
  }

  /** Brings together what has its turn by now. */
  #flow(): void {
    for (let next = this.#next(); next !== null; next = this.#next()) {
      const { arrival, resolve, reject } = next.head!;
      next.head = null;
      this.#gathered.push(arrival);
      if (isAtEnd(arrival.batch)) next.isBehind = false;
      if (next.isBehind && this.#behind > 1 && !this.#isWhole()) resolve();
      else this.#store().then(resolve, reject);
    }
    this.#measure();
  }

  /** The log whose turn it is; null while an older line may still come. */
  #next(): Branch | null {
    let next: Branch | null = null;
    for (const branch of this.#branches.values()) {
      if (branch.head === null && branch.isBehind) return null;
      if (branch.head !== null && (next === null || branch.head.at < next.head!.at)) next = branch;
    }
    return next;
  }

  #isWhole(): boolean {
    const sum = (one: (batch: Batch) => number) => this.#gathered.reduce((all, { batch }) => all + one(batch), 0);
    return (
      sum(({ lines }) => lines.length) >= FULL_PORTION.lines || sum(({ tally }) => tally.bytes) >= SILENT_BYTES_MAX
    );
  }

  #measure(): void {
    this.portion.lines = this.#behind > 1 ? 1 : FULL_PORTION.lines;
  }

  #store(): Promise<void> {
    const arrivals = this.#gathered;
    this.#gathered = [];
    return this.#take(arrivals);
  }
}

/** Whether the log has been read as far as it can be. */
function isAtEnd({ caughtUp, blocked }: Batch): boolean {
  return caughtUp || blocked;
}
