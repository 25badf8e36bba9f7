/** What of a batch was not understood: all of it is counted, a few lines of it are kept. Pure. */
import type { Instant } from '../parsers/index.js';
import type { Counted, DatedSample } from './store/store.js';
import type { Batch } from './tail/batch.js';

/** So many lines of a batch are kept that were rejected, and so many that were nearly understood. */
const SAMPLES_MAX = 5;
const SAMPLE_CHARS_MAX = 200;

export class Misses {
  /** The tail's own samples first, then ours. */
  readonly samples: DatedSample[];
  readonly #batch: Batch;
  #rejected = 0;
  #nearMisses = 0;

  constructor(batch: Batch) {
    this.#batch = batch;
    this.samples = batch.samples.map((sample) => ({ ...sample, at: batch.readAt }));
  }

  /** A line whose header cannot be. Only the kind of `reason` counts, `no such time: Feb 31` is `no such time`. */
  rejected(text: string, reason: string): void {
    if (++this.#rejected <= SAMPLES_MAX)
      this.samples.push(sampleOf(text, reason.split(':', 1)[0]!, this.#batch.readAt));
  }

  /** A line that begins as a sentence about a state and is none that is known: a version's new wording, or forgery. */
  nearMiss(text: string): void {
    if (++this.#nearMisses <= SAMPLES_MAX) this.samples.push(sampleOf(text, 'near miss', this.#batch.readAt));
  }

  get counted(): Counted {
    return { ...this.#batch.tally, rejected: this.#rejected, nearMisses: this.#nearMisses };
  }
}

function sampleOf(text: string, reason: string, at: Instant): DatedSample {
  return { text: text.slice(0, SAMPLE_CHARS_MAX), reason, at };
}
