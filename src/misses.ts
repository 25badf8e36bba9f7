/** The lines of a batch that were not understood: all are counted, a few are kept. Pure. */
import type { Instant, LogRecord } from '../parsers/index.js';
import type { Counted, DatedSample } from './store/store.js';
import type { Batch } from './tail/batch.js';
import { isDisplaced } from './tail/displaced.js';

/** How many lines of a batch are kept of each kind: rejected, nearly understood, and the others. */
const SAMPLES_MAX = 5;
const SAMPLE_CHARS_MAX = 200;

const CUT_OFF = 'cut off';

/** What to do about sentences that are cut off on their way (docs/decisions/0011-cut-sentences.md). */
export const CUT_REMEDY =
  "HAProxy's sentences are cut off on their way, and what is cut tells nothing: let `len` of its `log` lines be 1024 or more, and `maxMessageSize` of rsyslog 8k";

/** Whether one of the samples ends too early. */
export function someCut(samples: readonly Pick<DatedSample, 'reason'>[]): boolean {
  return samples.some(({ reason }) => reason === CUT_OFF);
}

export class Misses {
  /** The tail's own samples first, then ours. */
  readonly samples: DatedSample[];
  readonly #batch: Batch;
  #rejected = 0;
  #nearMisses = 0;
  #unknown = 0;
  #displaced = 0;

  constructor(batch: Batch) {
    this.#batch = batch;
    this.samples = batch.samples.map((sample) => ({ ...sample, at: batch.readAt }));
  }

  /** A line whose header is impossible. Only the kind of `reason` counts: `no such time: Feb 31` becomes `no such time`. */
  rejected(text: string, reason: string): void {
    if (isDisplaced(text)) this.#displaced++;
    if (++this.#rejected <= SAMPLES_MAX)
      this.samples.push(sampleOf(text, reason.split(':', 1)[0]!, this.#batch.readAt));
  }

  /**
   * A line with a good header and no known sentence. One that begins like a known sentence is a near miss: cut off, the new wording of a
   * version, or a forgery.
   */
  unknown(line: string, { sentence }: LogRecord): void {
    const near = sentence.kind !== 'other';
    if (!near && isDisplaced(line)) this.#displaced++;
    const nth = near ? ++this.#nearMisses : ++this.#unknown;
    const reason = near ? (sentence.kind === 'truncated' ? CUT_OFF : 'near miss') : 'unknown sentence';
    if (nth <= SAMPLES_MAX) this.samples.push(sampleOf(line, reason, this.#batch.readAt));
  }

  get counted(): Counted {
    const { tally } = this.#batch;
    const displaced = tally.displaced + this.#displaced;
    return { ...tally, displaced, rejected: this.#rejected, nearMisses: this.#nearMisses, unknown: this.#unknown };
  }
}

/** So many sentences behind unknown words are no chance, and no single request. */
const DISPLACED_MIN = 3;

/** Whether a line that begins as HAProxy's sentences do was understood. */
export function someUnderstood({ candidates, rejected, nearMisses, unknown }: Counted): boolean {
  return candidates > rejected + nearMisses + unknown;
}

/** What the operator is told where HAProxy's sentences stand in lines of which none is understood; null where it is not so. */
export function displacedSaid(counted: Counted): string | null {
  const { displaced } = counted;
  if (displaced < DISPLACED_MIN || someUnderstood(counted)) return null;
  return `${displaced} lines that end as HAProxy's sentences do begin in no way that haplog knows, and nothing is understood of them (README: Logs that rsyslog did not write)`;
}

export const NOTHING_COUNTED: Counted = {
  ...{ lines: 0, bytes: 0, traffic: 0, candidates: 0, other: 0, oversize: 0, displaced: 0 },
  ...{ rejected: 0, nearMisses: 0, unknown: 0 },
};

export function added(a: Counted, b: Counted): Counted {
  return Object.fromEntries(Object.entries(a).map(([kind, n]) => [kind, n + b[kind as keyof Counted]])) as typeof a;
}

/** How many of the counted lines are neither traffic nor understood. */
export function notUnderstood({ other, oversize, rejected, nearMisses, unknown }: Counted): number {
  return other + oversize + rejected + nearMisses + unknown;
}

function sampleOf(text: string, reason: string, at: Instant): DatedSample {
  return { text: text.slice(0, SAMPLE_CHARS_MAX), reason, at };
}
