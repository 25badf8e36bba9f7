/**
 * Notes how the lines begin that begin as nothing which HAProxy writes of itself, for belief (parsers/strangers.ts): of each
 * process the first line, and the first that begins with another character. That depends on where they stand in the file, not on how
 * it is cut into chunks; who goes on in the middle notes more, which says nothing new.
 */
import { messageStart } from '../../parsers/index.js';
import type { StrangerSeen } from './batch.js';
import { isAt, strangerIn, wordsOf } from './header-words.js';

const BRACKET_CLOSE = 0x5d;

/** So many processes are known by their words: more than there are, unless somebody makes them up. */
const PROCESSES_MAX = 1_000;
/** So many of them are known without decoding anything. */
const FAMILIAR_MAX = 16;
/** So many are enough for a batch. */
const SEEN_MAX = 1_000;

/** A process, and how its strange lines begin: all with this byte, or enough is known. */
interface Writer {
  words: Buffer;
  first: number;
  isEnough: boolean;
}

export class Strangers {
  /** What is noted until the next `begin`, while it is being gathered. */
  seen: StrangerSeen[] = [];
  readonly #known = new Map<string, Writer>();
  /** Those that wrote lately, so that nothing has to be decoded to know them again: a log may be full of such lines. */
  #familiar: Writer[] = [];

  get full(): boolean {
    return this.seen.length >= SEEN_MAX;
  }

  /** What was seen is somebody else's now. */
  begin(): void {
    this.seen = [];
  }

  /** Takes in the line in `bytes[start, end)`, which is neither traffic nor a candidate and stands at `offset` of its file. */
  line(bytes: Buffer, start: number, end: number, offset: number): void {
    const message = messageStart(bytes, start, end);
    if (message >= end || !hasPid(bytes, message)) return;
    const first = bytes[message]!;
    const writer = this.#writerOf(bytes, start, message);
    if (writer.isEnough || writer.first === first) return;
    const speaker = strangerIn(bytes.toString('utf8', start, end));
    if (speaker === null) return;
    writer.isEnough = writer.first >= 0;
    writer.first = first;
    this.seen.push({ ...speaker, first: String.fromCharCode(first), start: offset });
  }

  #writerOf(bytes: Buffer, start: number, message: number): Writer {
    for (const one of this.#familiar) if (isAt(bytes, message - one.words.length, message, one.words)) return one;
    const words = wordsOf(bytes.toString('utf8', start, message));
    const writer = this.#known.get(words) ?? { words: Buffer.from(words), first: -1, isEnough: false };
    if (this.#known.size >= PROCESSES_MAX) this.#known.clear();
    this.#known.set(words, writer);
    if (this.#familiar.length >= FAMILIAR_MAX) this.#familiar = [];
    this.#familiar.push(writer);
    return writer;
  }
}

/** `tag[pid]: `, also without the colon. */
function hasPid(bytes: Buffer, message: number): boolean {
  return bytes[message - 2] === BRACKET_CLOSE || bytes[message - 3] === BRACKET_CLOSE;
}
