/**
 * Counts the requests that no server took, by load balancer and backend, between one line about a state and the next, and notes which
 * backends have requests in the log at all. Nothing is allocated for a line that adds to a count.
 *
 * All failed requests are counted. Of the others a few are looked at: the lines at the beginning of an hour of the log, then one in so many
 * bytes. Which ones depends on their places in the file, not on how it is cut into chunks; a reading that begins in the middle looks at
 * more.
 */
import { findRequest, messageStart, type RequestPlace } from '../../parsers/index.js';
import type { RequestsSeen } from './batch.js';
import { areBefore, isAt, speakerIn, type Words, wordsOf } from './header-words.js';
import { LetterSearch } from './letter-search.js';

/** This many are enough for a batch. */
const SEEN_MAX = 1_000;
/** When an hour of a worker begins, this many lines are looked at; then one in so many bytes. */
const LOOKS_PER_HOUR = 64;
const LOOK_EVERY_BYTES = 1024 * 1024;
/** How many workers are known by their words, and how many backends of each: more than there are, unless somebody makes them up. */
const SPEAKERS_MAX = 1_000;
const BACKENDS_MAX = 2_000;

const FAMILIAR_MAX = 64;

/** `2024-02-21T07`, `Feb 21 07`, `Sun 2026-11-29 07`: in all stamps the minutes stand behind the first colon. */
const HOUR = /^[^:]+/;

/** A worker, known by the words before its messages, and the backends whose requests were seen in its current hour. */
interface Voice {
  host: string;
  pid: number | null;
  hour: string;
  backends: Set<string>;
}

/** What stands in all lines of one process about one backend. */
interface Alike {
  words: Words;
  name: Buffer;
}

interface Group extends Alike {
  seen: RequestsSeen;
}

interface Familiar extends Alike {
  /** How the lines of that hour begin. */
  hour: Buffer;
}

export class Requests {
  /** The line that holds the byte at this offset, or the first after it, is looked at, whatever it says. */
  #lookAt = 0;
  #seen: RequestsSeen[] = [];
  /** The failed requests since the last line about a state. */
  readonly #groups = new Map<string, Group>();
  #last: Group | null = null;
  readonly #voices = new Map<string, Voice | null>();
  #looks = LOOKS_PER_HOUR;
  /** Lines that were looked at lately, so that nothing has to be decoded to recognise their like. */
  #familiar: Familiar[] = [];
  readonly #place: RequestPlace = { backend: 0, backendEnd: 0, failed: false };
  /** The terminations of failed requests are SC, sC and sQ (parsers/request.ts). */
  readonly #inC = new LetterSearch(['S', 's'], 'C');
  readonly #inQ = new LetterSearch(['s', 's'], 'Q');
  #nextC = -1;
  #nextQ = -1;

  /** What is seen until the next `begin`, while it is being gathered. */
  get seen(): RequestsSeen[] {
    return this.#seen;
  }

  get full(): boolean {
    return this.#seen.length >= SEEN_MAX;
  }

  /** Begins a new list: what was seen until now belongs to the caller. */
  begin(): void {
    this.#seen = [];
    this.part();
  }

  /** A line about a state stands here: what follows is counted anew. */
  part(): void {
    this.#last = null;
    if (this.#groups.size > 0) this.#groups.clear();
  }

  /**
   * Begins with a new chunk, whose first byte stands at `base` in the file. Returns the first place from `at` on whose line is to be given
   * to `line`; if there is none, the chunk's length or more.
   */
  search(chunk: Buffer, at: number, base: number): number {
    this.#nextC = -1;
    this.#nextQ = -1;
    return this.next(chunk, at, base);
  }

  /** The next such place from `at` on, or an earlier one if its line was no traffic. */
  next(chunk: Buffer, at: number, base: number): number {
    if (this.#nextC < at) this.#nextC = this.#inC.from(chunk, at);
    if (this.#nextQ < at) this.#nextQ = this.#inQ.from(chunk, at);
    return Math.min(this.#nextC, this.#nextQ, this.#lookAt - base);
  }

  /** Takes in the traffic line in `bytes[start, end)` that stands at `offset` of its file. */
  line(bytes: Buffer, start: number, end: number, offset: number): void {
    const isLook = offset + end - start > this.#lookAt;
    if (isLook) {
      this.#looks--;
      this.#planLook(offset + end - start);
    }
    const message = messageStart(bytes, start, end);
    const place = this.#place;
    if (!findRequest(bytes, message, end, place)) return;
    if (place.failed) this.#count(bytes, start, message, offset);
    // Where all requests fail for days, those of each hour show that the load balancer is there.
    if (isLook && !this.#isFamiliar(bytes, start, message)) this.#note(bytes, start, message, offset, 0);
  }

  /** The next look is at the next line as long as there are looks left, then at one line in so many bytes. */
  #planLook(offset: number): void {
    this.#lookAt = this.#looks > 0 ? offset : (Math.floor(offset / LOOK_EVERY_BYTES) + 1) * LOOK_EVERY_BYTES;
  }

  #count(bytes: Buffer, start: number, message: number, offset: number): void {
    const known = this.#knownGroup(bytes, message);
    if (known !== null) {
      known.seen.failed++;
      this.#last = known;
      return;
    }
    const header = bytes.toString('utf8', start, message);
    const words = wordsOf(header);
    const name = bytes.toString('utf8', this.#place.backend, this.#place.backendEnd);
    const key = `${words.key}${name}`;
    let group = this.#groups.get(key);
    if (group === undefined) {
      const seen = this.#note(bytes, start, message, offset, 1);
      if (seen === null) return;
      group = { seen, words, name: Buffer.from(name) };
      this.#groups.set(key, group);
    } else {
      group.seen.failed++;
    }
    this.#last = group;
  }

  /** Mostly the last one. The others are compared only while there are so few that it costs less than decoding a name. */
  #knownGroup(bytes: Buffer, message: number): Group | null {
    if (this.#last !== null && this.#isOf(this.#last, bytes, message)) return this.#last;
    if (this.#groups.size > FAMILIAR_MAX) return null;
    for (const group of this.#groups.values()) if (this.#isOf(group, bytes, message)) return group;
    return null;
  }

  #isOf({ words, name }: Alike, bytes: Buffer, message: number): boolean {
    const { backend, backendEnd } = this.#place;
    return isAt(bytes, backend, backendEnd, name) && areBefore(words, bytes, message);
  }

  #isFamiliar(bytes: Buffer, start: number, message: number): boolean {
    for (const one of this.#familiar) {
      if (this.#isOf(one, bytes, message) && isAt(bytes, start, start + one.hour.length, one.hour)) return true;
    }
    return false;
  }

  /** Notes the line if it is a failed request, or the first one of its backend in an hour. */
  #note(bytes: Buffer, start: number, message: number, offset: number, failed: number): RequestsSeen | null {
    const header = bytes.toString('utf8', start, message);
    const voice = this.#voiceOf(header);
    if (voice === null) return null;
    const hour = HOUR.exec(header)?.[0] ?? header;
    if (voice.hour !== hour) {
      voice.hour = hour;
      voice.backends.clear();
      this.#looks = LOOKS_PER_HOUR;
      this.#planLook(offset);
    }
    const backend = bytes.toString('utf8', this.#place.backend, this.#place.backendEnd);
    const isNew = !voice.backends.has(backend) && voice.backends.size < BACKENDS_MAX;
    if (isNew) voice.backends.add(backend);
    if (this.#familiar.length >= FAMILIAR_MAX) this.#familiar = [];
    this.#familiar.push({ hour: Buffer.from(hour), words: wordsOf(header), name: Buffer.from(backend) });
    if (failed === 0 && !isNew) return null;
    const { host, pid } = voice;
    const seen: RequestsSeen = { host, pid, backend, failed, start: offset, header: isNew ? header : null };
    this.#seen.push(seen);
    return seen;
  }

  /** Null if the grammar finds no header. */
  #voiceOf(header: string): Voice | null {
    const { key } = wordsOf(header);
    const known = this.#voices.get(key);
    if (known !== undefined) return known;
    if (this.#voices.size >= SPEAKERS_MAX) this.#voices.clear();
    const speaker = speakerIn(header);
    const voice = speaker === null ? null : { ...speaker, hour: '', backends: new Set<string>() };
    this.#voices.set(key, voice);
    return voice;
  }
}
