/**
 * The hottest loop of haplog: passes over lines of traffic until one comes that is not traffic, or that is to be looked at. It is alone
 * here and knows nothing else, so that it is compiled early, once, and stays so (docs/decisions/0008-speed.md).
 *
 * Where many lines in a row bear the same header, sweep.ts takes over, if it can: it is faster, and knows less.
 */
import { classify, type LineClass, lastHeader } from '../../parsers/index.js';
import { type Sweep, sweepAtHand } from './sweep.js';

const NEWLINE = 0x0a;

/** After this many lines of traffic in a row with the same header, more of them will come. */
const FAMILIAR_LINES = 8;
/** How many bytes are worth the call. */
const SWEEP_BYTES = 4 * 1024;

/** Where it stopped: the line in `[start, end)` of the chunk, which was not passed over. */
export interface Stop {
  start: number;
  /** -1: the chunk ends before the line does. */
  end: number;
  kind: LineClass | 'oversize';
  /** How many lines were passed over. */
  passed: number;
}

/**
 * Goes on from `from`, the start of a line. No line that reaches beyond `mark` is passed over.
 * @param longest a line with more bytes is `oversize`
 * @param help returns the faster sweep, or null
 */
export function passOver(
  chunk: Buffer,
  from: number,
  mark: number,
  longest: number,
  stop: Stop,
  help: () => Sweep | null = sweepAtHand,
): void {
  const limit = Math.min(mark + 1, chunk.length);
  let start = from;
  let passed = 0;
  // If it goes on in a row of lines with one header, the first of them is enough.
  let row = lastHeader.row >= FAMILIAR_LINES ? FAMILIAR_LINES - 1 : 0;
  let kind: Stop['kind'] = 'traffic';
  let end = chunk.indexOf(NEWLINE, start);
  while (end >= 0) {
    kind = end - start > longest ? 'oversize' : classify(chunk, start, end);
    if (kind !== 'traffic' || end > mark) break;
    passed++;
    const before = start;
    start = end + 1;
    if (++row >= FAMILIAR_LINES && lastHeader.row >= FAMILIAR_LINES && limit - start >= SWEEP_BYTES) {
      row = 0;
      const sweep = help();
      if (sweep !== null) {
        start = sweep.over(chunk, before, start, limit, longest);
        passed += sweep.passed;
      }
    }
    end = chunk.indexOf(NEWLINE, start);
  }
  stop.start = start;
  stop.end = end;
  stop.kind = kind;
  stop.passed = passed;
}
