/**
 * Finds lines that rsyslog writes a second time. When it forwards by TCP from a queue of its own and the log host was away, it sends the first line that it
 * could not send, or the first hundred lines of the backlog, once more: with their old stamps, and after what came later (tried with 8.2302). Taken for news,
 * one such line would open an outage that is over, for good.
 *
 * The same line, byte for byte, was there before. That alone tells only where stamps have fractions of a second, and another stamp stands between the two:
 * the lines of two `log` targets that are alike stand beside each other. In stamps of whole seconds a server may fall twice in the same words. There the
 * host's time must have gone back as well. Once one line is written again, so are those that follow it in the same order.
 */
import { STAMP } from './header-words.js';

/** Of a hundred lines that rsyslog sends in one go (`queue.dequeueBatchSize` is 128) the first is still known at the last. */
const KNOWN_MIN = 512;
/** Longer ones are not remembered: HAProxy's own have 1024 bytes at most by default (`log ... len`), and a client may write thousands of 64 KiB. */
const KNOWN_CHARS_MAX = 2_048;
/** How many hosts' times are remembered, the last ones. */
const HOSTS_MAX = 1_000;

/** A time of whole seconds; some write them with zeros behind. */
const TIME = /(\d\d):(\d\d):(\d\d)(?!\d|[.,]0*[1-9])/;

const DAY_S = 86_400;
/** Lines of one moment may be in any order, and in two seconds. */
const IN_ORDER_S = 1;

export class WrittenAgain {
  /** The number of each line, in their order. */
  #young = new Map<string, number>();
  #old = new Map<string, number>();
  #count = 0;
  /** The number of the last line that was written again. */
  #repeated = Number.NaN;
  #hadWholeSeconds = false;
  /** The stamp of the line before. */
  #last = '';
  /** The time of day of each host's line before, in seconds, where its stamps have whole seconds. */
  #times = new Map<string, number>();

  /** Takes in the next line that may tell of a state. Returns whether it is an earlier one, written again. */
  take(line: string): boolean {
    const [, stamp = '', host = ''] = STAMP.exec(line) ?? [];
    const isOther = stamp !== this.#last;
    this.#last = stamp;
    if (line.length > KNOWN_CHARS_MAX) return false;
    const time = TIME.exec(stamp);
    const known = this.#young.get(line) ?? this.#old.get(line);
    if (known === undefined) this.#remember(line);
    else if (
      this.#follows(known, time !== null) ||
      (time === null ? isOther : this.#hasGoneBack(host, secondsOf(time)))
    ) {
      this.#repeated = known;
      this.#hadWholeSeconds = time !== null;
      return true;
    }
    if (time !== null) this.#note(host, secondsOf(time));
    return false;
  }

  /** Whether it is the last line that was written again, or the one that followed that one. They came one way, so their stamps are alike. */
  #follows(known: number, hasWholeSeconds: boolean): boolean {
    const isNext = known === this.#repeated || known === this.#repeated + 1;
    return isNext && hasWholeSeconds === this.#hadWholeSeconds;
  }

  #hasGoneBack(host: string, seconds: number): boolean {
    const back = ((this.#times.get(host) ?? seconds) - seconds + DAY_S) % DAY_S;
    return back > IN_ORDER_S && back < DAY_S / 2;
  }

  #remember(line: string): void {
    if (this.#young.size === KNOWN_MIN) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#count += 1;
    this.#young.set(line, this.#count);
  }

  #note(host: string, seconds: number): void {
    if (this.#times.size === HOSTS_MAX) this.#times.clear();
    this.#times.set(host, seconds);
  }
}

const secondsOf = ([, hours, minutes, seconds]: RegExpExecArray): number =>
  Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
