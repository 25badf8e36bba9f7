/**
 * The hottest loop of haplog: passes over lines of traffic until one comes that is none, or that is to be looked at. It is alone
 * here and knows nothing else, so that it is compiled early, once, and stays so (docs/decisions/0008-speed.md).
 */
import { classify, type LineClass } from '../../parsers/index.js';

const NEWLINE = 0x0a;

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
 */
export function passOver(chunk: Buffer, from: number, mark: number, longest: number, stop: Stop): void {
  let start = from;
  let passed = 0;
  let kind: Stop['kind'] = 'traffic';
  let end = chunk.indexOf(NEWLINE, start);
  while (end >= 0) {
    kind = end - start > longest ? 'oversize' : classify(chunk, start, end);
    if (kind !== 'traffic' || end > mark) break;
    passed++;
    start = end + 1;
    end = chunk.indexOf(NEWLINE, start);
  }
  stop.start = start;
  stop.end = end;
  stop.kind = kind;
  stop.passed = passed;
}
