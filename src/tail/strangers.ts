/**
 * Notes how lines begin that begin like nothing that HAProxy writes by itself, for belief (parsers/strangers.ts): for each process, between
 * two candidates, the first such line and the first that begins differently; apart from these, the same of the few that directly follow a line of the process
 * that looks like stderr, as the further lines of a warning do. Which ones depends on their places in the file, not on how it
 * is cut into chunks; a reading that begins in the middle notes more, which says nothing new (but of further lines whose first one was read before).
 */
import { messageStart, parseHeader, parseLine } from '../../parsers/index.js';
import type { StrangerSeen } from './batch.js';
import { ANY_CONTEXT, areBefore, sentenceBehind, type Words, wordsOf } from './header-words.js';

const LT = 0x3c;
const BRACKET_OPEN = 0x5b;
const DASH = 0x2d;
const BRACKET_CLOSE = 0x5d;

/** How many processes are known by their words: more than there are, unless somebody makes them up. */
const WRITERS_MAX = 1_000;
/** How many of them are known without decoding anything. */
const FAMILIAR_MAX = 16;
/** This many are enough for a batch. */
const SEEN_MAX = 1_000;
/** How many lines of one text follow the first one, at most, and how much later they are written. */
const FURTHER_MAX = 8;
const FURTHER_MS = 1_000;

/** How HAProxy begins a line on stderr. */
const LEVEL = /^\[(?:NOTICE|WARNING|ALERT|DIAG)\] /;
const LEVEL_BYTES = 12;

/** A process, and how its strange lines begin: all with the byte `first` (-1: there was none yet), unless enough is known. */
interface Writer {
  words: Words;
  first: number;
  isEnough: boolean;
}

/** The writer of the last candidate, if that looks like stderr: `left` further lines of its text may follow. */
interface Ahead extends Writer {
  header: string;
  left: number;
}

export class Strangers {
  /** What is noted until the next `begin`, while it is being gathered. */
  seen: StrangerSeen[] = [];
  readonly #writers = new Map<string, Writer>();
  /** The writers of the latest such lines, so that nothing has to be decoded to know them again: a log may be full of these lines. */
  #familiar: Writer[] = [];
  #ahead: Ahead | null = null;
  /** The header of the last candidate, if that looks like stderr, until a strange line follows: mostly none does. */
  #headerAhead: string | null = null;

  get full(): boolean {
    return this.seen.length >= SEEN_MAX;
  }

  /** Begins a new list: what was seen until now belongs to the caller. */
  begin(): void {
    this.seen = [];
  }

  /** A candidate stands in `bytes[start, end)`: what is known of a worker may be different after it, so everything is noted anew. */
  part(bytes: Buffer, start: number, end: number): void {
    if (this.#writers.size > 0) this.#writers.clear();
    if (this.#familiar.length > 0) this.#familiar = [];
    this.#ahead = null;
    this.#headerAhead = headerOnStderr(bytes, start, end);
  }

  /** Takes in the line in `bytes[start, end)`, which is neither traffic nor a candidate and stands at `offset` of its file. */
  line(bytes: Buffer, start: number, end: number, offset: number): void {
    const message = messageStart(bytes, start, end);
    // A line with a priority has a severity, and that cannot be forged.
    if (message >= end || bytes[start] === LT || !mayHavePid(bytes, message)) return;
    const first = bytes[message]!;
    const ahead = this.#isBehind(bytes, start, message) ? this.#ahead : null;
    const writer = ahead ?? this.#writerOf(bytes, start, message);
    if (writer.isEnough || writer.first === first) return;
    const stranger = strangerIn(bytes, start, message, end);
    if (stranger === 'own') return;
    writer.isEnough = writer.first >= 0 || stranger === 'nobody';
    writer.first = first;
    if (stranger === 'nobody') return;
    this.seen.push({
      ...stranger,
      start: offset,
      header: bytes.toString('utf8', start, message),
      behind: ahead !== null,
    });
  }

  /** Whether the line whose message begins here may be a further one of the text that the last candidate begins. */
  #isBehind(bytes: Buffer, start: number, message: number): boolean {
    if (this.#headerAhead !== null) {
      this.#ahead = aheadOf(this.#headerAhead);
      this.#headerAhead = null;
    }
    const ahead = this.#ahead;
    if (ahead === null || !areBefore(ahead.words, bytes, message)) return false;
    const isBehind = ahead.left-- > 0 && isSoon(ahead.header, bytes.toString('utf8', start, message));
    if (!isBehind) this.#ahead = null;
    return isBehind;
  }

  #writerOf(bytes: Buffer, start: number, message: number): Writer {
    for (const one of this.#familiar) if (areBefore(one.words, bytes, message)) return one;
    const words = wordsOf(bytes.toString('utf8', start, message));
    let writer = this.#writers.get(words.key);
    if (writer === undefined) {
      writer = { words, first: -1, isEnough: false };
      if (this.#writers.size >= WRITERS_MAX) this.#writers.clear();
      this.#writers.set(words.key, writer);
    }
    if (this.#familiar.length >= FAMILIAR_MAX) this.#familiar = [];
    this.#familiar.push(writer);
    return writer;
  }
}

type Stranger = Pick<StrangerSeen, 'host' | 'pid' | 'first'>;

/** The header of the line in `bytes[start, end)`, if that looks like stderr. */
function headerOnStderr(bytes: Buffer, start: number, end: number): string | null {
  const message = messageStart(bytes, start, end);
  if (bytes[message] !== BRACKET_OPEN || bytes[start] === LT) return null;
  if (!LEVEL.test(bytes.toString('latin1', message, Math.min(end, message + LEVEL_BYTES)))) return null;
  return bytes.toString('utf8', start, message);
}

function aheadOf(header: string): Ahead {
  return { words: wordsOf(header), first: -1, isEnough: false, header, left: FURTHER_MAX };
}

/** Whether the second of two lines, given by their headers, was written within a moment of the first. */
function isSoon(header: string, next: string): boolean {
  const [before, after] = [header, next].map((one) => parseHeader(one, ANY_CONTEXT)?.stamp.at ?? Number.NaN);
  return Math.abs(after! - before!) <= FURTHER_MS;
}

/**
 * `own`: the line is a sentence that HAProxy is known to write. `nobody`: its header names no process. The writer is the process that a
 * sentence in this place would come from.
 */
function strangerIn(bytes: Buffer, start: number, message: number, end: number): Stranger | 'own' | 'nobody' {
  const line = parseLine(bytes.toString('utf8', start, end), ANY_CONTEXT);
  if (!line.ok) return 'nobody';
  const { sentence, level, inWords } = line.record;
  // Behind a severity of HAProxy's own nothing is a client's but in its place; nor behind one in words, as behind `<PRI>` above.
  if (sentence.kind !== 'other' || level !== null || inWords) return 'own';
  const header = bytes.toString('utf8', start, message);
  const said = line.record.pid === null ? sentenceBehind(header) : line;
  if (!said.ok || said.record.pid === null) return 'nobody';
  const { host, pid } = said.record;
  return { host, pid, first: String.fromCodePoint(bytes.toString('utf8', message, end).codePointAt(0) ?? 0) };
}

/** Whether the header may name a process: by `tag[pid]: `, also without the colon, or by the `- ` before a message of RFC 5424. */
function mayHavePid(bytes: Buffer, message: number): boolean {
  const last = bytes[message - 2];
  return last === BRACKET_CLOSE || last === DASH || bytes[message - 3] === BRACKET_CLOSE;
}
