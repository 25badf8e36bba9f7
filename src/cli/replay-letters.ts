/**
 * How many messages the notifications of a replay would have been: an outbox in memory, on the log's own time, whose receiver
 * accepts at once. About so many: what one look at a log brings together depends on when it is taken. Pure.
 */
import {
  COMPANY_MAX,
  ceilingSince,
  companySince,
  fullUntil,
  lettersOf,
  type Notification,
  rowsOf,
  type Told,
  underCeiling,
  type Waiting,
  waitsUntil,
} from '../../alerts/index.js';
import type { Instant } from '../../parsers/index.js';

/** How a receiver takes messages: `ceiling` is how many in a minute, null for no bound. */
export interface Taking {
  takesDigests: boolean;
  ceiling: number | null;
}

/** A time so far back is that of another log. */
const ANOTHER_LOG_MS = 60_000;

export class LetterCount {
  notifications = 0;
  readonly #taking: Taking;
  #messages = 0;
  #waiting: Waiting[] = [];
  /** When letters were accepted in the last minute. */
  #accepted: Instant[] = [];
  /** What was told lately. */
  #told: Told[] = [];
  #now = Number.NEGATIVE_INFINITY;

  constructor(taking: Taking) {
    this.#taking = taking;
  }

  /** Takes the next one, in the order of time but for a minute. */
  add(notification: Notification): void {
    const { createdAt } = notification;
    if (createdAt < this.#now - ANOTHER_LOG_MS) this.#begin();
    else this.#sendUntil(createdAt);
    this.#now = Math.max(this.#now, createdAt);
    const seq = ++this.notifications;
    this.#waiting.push({ seq, notification, attempts: 0, letter: null, answer: null, passedOn: null, addressee: null });
  }

  /** How many there would have been, with those that wait for room. */
  messages(): number {
    this.#sendUntil(Number.POSITIVE_INFINITY);
    return this.#messages;
  }

  #begin(): void {
    this.#sendUntil(Number.POSITIVE_INFINITY);
    this.#accepted = [];
    this.#told = [];
    this.#now = Number.NEGATIVE_INFINITY;
  }

  /** What waits goes as soon as there is room, as far as that is before `end`. */
  #sendUntil(end: Instant): void {
    const { takesDigests, ceiling } = this.#taking;
    while (this.#waiting.length > 0 && this.#now < end) {
      const since = ceilingSince(this.#now);
      this.#accepted = this.#accepted.filter((at) => at > since);
      const full = fullUntil(ceiling, this.#accepted);
      if (full !== null) {
        // Whatever waits goes no earlier: in a storm to put it into letters at each look takes longer than all else.
        if (full >= end) return;
        this.#now = full;
        continue;
      }
      this.#told = this.#told.filter(({ at }) => at > companySince(this.#now)).slice(-COMPANY_MAX);
      const all = lettersOf(this.#waiting, takesDigests).map((letter) => {
        return { letter, until: takesDigests ? waitsUntil(letter, this.#told, this.#now) : null };
      });
      const free = all.flatMap(({ letter, until }) => (until === null ? [letter] : []));
      const { letters, waitUntil } = underCeiling(free, ceiling, this.#accepted, takesDigests);
      if (letters.length === 0) {
        const next = Math.min(...all.flatMap(({ until }) => until ?? []), waitUntil ?? Number.POSITIVE_INFINITY);
        if (next >= end) return;
        this.#now = next;
        continue;
      }
      this.#messages += letters.length;
      this.#accepted.push(...letters.map(() => this.#now));
      this.#told.push(...letters.flatMap(rowsOf).map(({ notification }) => ({ ...notification, at: this.#now })));
      const gone = new Set(letters.flatMap(rowsOf).map(({ seq }) => seq));
      this.#waiting = this.#waiting.filter(({ seq }) => !gone.has(seq));
    }
  }
}
