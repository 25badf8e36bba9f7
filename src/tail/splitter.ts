/**
 * Splits bytes into candidate lines, however the bytes are cut into chunks. Traffic lines, 99 % of a busy log, are counted and, except for
 * the few that requests.ts reads, never decoded; a line that is too long is passed over without being kept. Pure; nothing is allocated for
 * a line that is not wanted.
 */
import { classify } from '../../parsers/index.js';
import { type Batch, FULL_PORTION, type Portion, type RequestsSeen, type StrangerSeen } from './batch.js';
import { isDisplacedIn } from './displaced.js';
import { passOver, type Stop } from './pass-over.js';
import { Pieces } from './pieces.js';
import { Requests } from './requests.js';
import { Strangers } from './strangers.js';
import { WrittenAgain } from './written-again.js';

/** Longer lines are skipped as a whole. HAProxy's own limit is far below (`log ... len`, 1024 by default, at most 65535). */
export const LINE_BYTES_MAX = 64 * 1024;
const TEXT_BYTES_MAX = 1024 * 1024;
const SAMPLES_MAX = 5;
const SAMPLE_CHARS_MAX = 200;
const SAMPLE_BYTES_MAX = 4 * SAMPLE_CHARS_MAX; // a character of UTF-8 takes at most four bytes

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** What was found since the last `take`. */
export type Findings = Pick<Batch, 'lines' | 'requests' | 'strangers' | 'tally' | 'samples'>;

export class Splitter {
  /** Offset of the first byte of the line that is not complete yet: where a new reading would go on. */
  lineStart: number;
  readonly #requests = new Requests();
  readonly #strangers = new Strangers();
  readonly #pieces = new Pieces(LINE_BYTES_MAX);
  readonly #again = new WrittenAgain();
  #findings = nothing(this.#requests.seen, this.#strangers.seen);
  #textBytes = 0;
  readonly #stop: Stop = { start: 0, end: 0, kind: 'traffic', passed: 0 };
  /** The beginning of a line whose end lies in a chunk to come. */
  readonly #carry = Buffer.allocUnsafe(LINE_BYTES_MAX);
  #carried = 0;
  /** Bytes of the line that is being skipped; 0 when none is. */
  #skipped = 0;

  /** @param offset the place in the file of the first byte to come; the start of a line */
  constructor(
    offset: number,
    readonly portion: Readonly<Portion> = FULL_PORTION,
  ) {
    this.lineStart = offset;
  }

  /** The place in the file of the next byte to push. */
  get offset(): number {
    return this.lineStart + this.#carried + this.#skipped;
  }

  /** Whether enough was found for one batch: take it before more is pushed. */
  get full(): boolean {
    const isEnough =
      this.#findings.lines.length >= this.portion.lines ||
      this.#textBytes >= TEXT_BYTES_MAX ||
      this.#requests.full ||
      this.#strangers.full;
    return isEnough && !this.#pieces.holdUp;
  }

  /** Whether the last lines are pieces of one whose end is still to come: nothing is to be taken before that. */
  get inPieces(): boolean {
    return this.#pieces.holdUp;
  }

  /** What was found since the last `take`, while it is still being gathered. */
  get found(): Readonly<Findings> {
    return this.#findings;
  }

  /** Hands over what was found, and begins anew. */
  take(): Findings {
    const findings = this.#findings;
    this.#requests.begin();
    this.#strangers.begin();
    this.#findings = nothing(this.#requests.seen, this.#strangers.seen);
    this.#textBytes = 0;
    return findings;
  }

  /**
   * Reads on in `chunk` from index `from`, until its end or until it is `full`. The chunk may be overwritten afterwards.
   * @returns the index up to which it was read
   */
  push(chunk: Buffer, from = 0): number {
    let start = from;
    if (this.#carried > 0 || this.#skipped > 0) {
      start = this.#continueLine(chunk, from);
      if (this.full) return start;
    }
    const base = this.lineStart - start;
    // Whichever comes first: a place that may be of a failed request, or one whose line is to be looked at.
    let mark = this.#requests.search(chunk, start, base);
    let lines = 0;
    let traffic = 0;
    for (let isFull = false; !isFull; ) {
      const { open } = this.#pieces;
      passOver(chunk, start, open ? start : mark, LINE_BYTES_MAX, this.#stop);
      const { end, kind, passed } = this.#stop;
      start = this.#stop.start;
      lines += passed;
      traffic += passed;
      if (end < 0) break;
      if (kind === 'piece' || open) {
        this.#piece(kind, chunk, start, end, base + start);
      } else {
        lines++;
        if (kind === 'traffic') {
          traffic++;
          this.#requests.line(chunk, start, withoutReturn(chunk, start, end), base + start);
        } else {
          this.#keep(kind, chunk, start, end, base + start);
        }
      }
      start = end + 1;
      isFull = this.full;
      if (mark < start) mark = this.#requests.next(chunk, start, base);
    }
    const { tally } = this.#findings;
    tally.lines += lines;
    tally.traffic += traffic;
    tally.bytes += base + start - this.lineStart;
    this.lineStart = base + start;
    if (this.#stop.end >= 0) return start;
    if (start < chunk.length) this.#carryOver(chunk, start, chunk.length);
    return chunk.length;
  }

  /** No more bytes will come: a last line without a newline is a line all the same. */
  finish(): void {
    if (this.#carried > 0 || this.#skipped > 0) this.#endLine(0);
    this.giveUpPieces();
  }

  /** The end of a line in pieces will not come. */
  giveUpPieces(): void {
    this.#pieces.end();
    this.#noteLost();
  }

  /** Looks for the end of a line that began in an earlier chunk. */
  #continueLine(chunk: Buffer, from: number): number {
    const newline = chunk.indexOf(NEWLINE, from);
    const end = newline < 0 ? chunk.length : newline;
    this.#carryOver(chunk, from, end);
    if (newline < 0) return end;
    this.#endLine(1);
    return newline + 1;
  }

  #carryOver(chunk: Buffer, start: number, end: number): void {
    const length = end - start;
    if (this.#skipped > 0) {
      this.#skipped += length;
    } else if (this.#carried + length <= LINE_BYTES_MAX) {
      this.#carried += chunk.copy(this.#carry, this.#carried, start, end);
    } else {
      this.#skipped = this.#carried + length;
      chunk.copy(this.#carry, this.#carried, start, Math.min(end, start + SAMPLE_BYTES_MAX));
      this.#carried = 0;
    }
  }

  #endLine(newlineBytes: number): void {
    const length = this.#carried + this.#skipped;
    this.#findings.tally.bytes += length + newlineBytes;
    const kind = this.#skipped > 0 ? 'oversize' : classify(this.#carry, 0, length);
    const end = Math.min(length, LINE_BYTES_MAX);
    if (kind === 'piece' || this.#pieces.open) this.#piece(kind, this.#carry, 0, end, this.lineStart);
    else this.#line(kind, this.#carry, 0, end, this.lineStart);
    this.lineStart += length + newlineBytes;
    this.#carried = 0;
    this.#skipped = 0;
  }

  /** Takes in a line that may be a piece of another one. It has the place of its last piece. */
  #piece(kind: Stop['kind'], bytes: Buffer, start: number, end: number, offset: number): void {
    const whole = this.#pieces.take(bytes, start, withoutReturn(bytes, start, end), kind !== 'oversize');
    this.#noteLost();
    if (whole === undefined) this.#line(kind, bytes, start, end, offset);
    if (!whole) return;
    const { length } = whole.bytes;
    this.#line(whole.tooLong ? 'oversize' : classify(whole.bytes, 0, length), whole.bytes, 0, length, offset);
  }

  #noteLost(): void {
    for (const beginning of this.#pieces.lost.splice(0)) {
      this.#findings.tally.lines++;
      this.#findings.tally.other++;
      this.#sample(beginning, 0, beginning.length, 'a line without its end');
    }
  }

  #line(kind: Stop['kind'], bytes: Buffer, start: number, end: number, offset: number): void {
    const { tally } = this.#findings;
    tally.lines++;
    if (kind === 'traffic') {
      tally.traffic++;
      this.#requests.line(bytes, start, withoutReturn(bytes, start, end), offset);
    } else this.#keep(kind, bytes, start, end, offset);
  }

  /** Takes in a line that is no traffic. */
  #keep(kind: Exclude<Stop['kind'], 'traffic'>, bytes: Buffer, start: number, end: number, offset: number): void {
    const stop = withoutReturn(bytes, start, end);
    const { lines, tally } = this.#findings;
    if (kind === 'candidate') {
      tally.candidates++;
      this.#requests.part();
      this.#strangers.part(bytes, start, stop);
      const text = bytes.toString('utf8', start, stop);
      if (this.#again.take(text)) return;
      this.#textBytes += stop - start;
      lines.push({ text, start: offset });
    } else {
      const seen = kind === 'piece' ? 'other' : kind;
      tally[seen]++;
      if (seen === 'other') this.#strangers.line(bytes, start, stop, offset);
      if (kind === 'other' && isDisplacedIn(bytes, start, stop)) tally.displaced++;
      this.#sample(bytes, start, stop, kind === 'oversize' ? 'too long' : 'unknown opening');
    }
  }

  #sample(bytes: Buffer, start: number, end: number, reason: string): void {
    const { samples } = this.#findings;
    if (samples.length >= SAMPLES_MAX || start === end) return;
    const text = bytes.toString('utf8', start, Math.min(end, start + SAMPLE_BYTES_MAX)).slice(0, SAMPLE_CHARS_MAX);
    samples.push({ text, reason });
  }
}

function withoutReturn(bytes: Buffer, start: number, end: number): number {
  return end > start && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
}

function nothing(requests: RequestsSeen[], strangers: StrangerSeen[]): Findings {
  return {
    lines: [],
    requests,
    strangers,
    tally: { lines: 0, bytes: 0, traffic: 0, candidates: 0, other: 0, oversize: 0, displaced: 0 },
    samples: [],
  };
}
