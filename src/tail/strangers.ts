/**
 * Notes how lines begin that begin like nothing that HAProxy writes by itself, for belief (parsers/strangers.ts): for each process, between
 * two candidates, the first such line and the first that begins differently. Which ones depends on their places in the file, not on how it
 * is cut into chunks; a reading that begins in the middle notes more, which says nothing new.
 */
import { messageStart, parseLine } from '../../parsers/index.js';
import type { StrangerSeen } from './batch.js';
import { ANY_CONTEXT, isAt, sentenceBehind, wordsOf } from './header-words.js';

const LT = 0x3c;
const DASH = 0x2d;
const BRACKET_CLOSE = 0x5d;

/** How many processes are known by their words: more than there are, unless somebody makes them up. */
const WRITERS_MAX = 1_000;
/** How many of them are known without decoding anything. */
const FAMILIAR_MAX = 16;
/** This many are enough for a batch. */
const SEEN_MAX = 1_000;

/** A process, and how its strange lines begin: all with the byte `first` (-1: there was none yet), unless enough is known. */
interface Writer {
  words: Buffer;
  first: number;
  isEnough: boolean;
}

export class Strangers {
  /** What is noted until the next `begin`, while it is being gathered. */
  seen: StrangerSeen[] = [];
  readonly #writers = new Map<string, Writer>();
  /** The writers of the latest such lines, so that nothing has to be decoded to know them again: a log may be full of these lines. */
  #familiar: Writer[] = [];

  get full(): boolean {
    return this.seen.length >= SEEN_MAX;
  }

  /** Begins a new list: what was seen until now belongs to the caller. */
  begin(): void {
    this.seen = [];
  }

  /** A candidate stands here: what is known of a worker may be different after it, so everything is noted anew. */
  part(): void {
    if (this.#writers.size > 0) this.#writers.clear();
    if (this.#familiar.length > 0) this.#familiar = [];
  }

  /** Takes in the line in `bytes[start, end)`, which is neither traffic nor a candidate and stands at `offset` of its file. */
  line(bytes: Buffer, start: number, end: number, offset: number): void {
    const message = messageStart(bytes, start, end);
    // A line with a priority has a severity, and that cannot be forged.
    if (message >= end || bytes[start] === LT || !mayHavePid(bytes, message)) return;
    const first = bytes[message]!;
    const writer = this.#writerOf(bytes, start, message);
    if (writer.isEnough || writer.first === first) return;
    const stranger = strangerIn(bytes, start, message, end);
    if (stranger === 'own') return;
    writer.isEnough = writer.first >= 0 || stranger === 'nobody';
    writer.first = first;
    if (stranger !== 'nobody') this.seen.push({ ...stranger, start: offset });
  }

  #writerOf(bytes: Buffer, start: number, message: number): Writer {
    for (const one of this.#familiar) if (isAt(bytes, message - one.words.length, message, one.words)) return one;
    const words = wordsOf(bytes.toString('utf8', start, message));
    let writer = this.#writers.get(words);
    if (writer === undefined) {
      writer = { words: Buffer.from(words), first: -1, isEnough: false };
      if (this.#writers.size >= WRITERS_MAX) this.#writers.clear();
      this.#writers.set(words, writer);
    }
    if (this.#familiar.length >= FAMILIAR_MAX) this.#familiar = [];
    this.#familiar.push(writer);
    return writer;
  }
}

type Stranger = Omit<StrangerSeen, 'start'>;

/** How one line, given as a text, begins and which process wrote it; null if it is not strange. */
export function strangerOf(line: string): Stranger | null {
  const bytes = Buffer.from(line);
  const message = messageStart(bytes, 0, bytes.length);
  if (message >= bytes.length || bytes[0] === LT) return null;
  const stranger = strangerIn(bytes, 0, message, bytes.length);
  return typeof stranger === 'string' ? null : stranger;
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
