/**
 * Counts how many messages the notifications of a replay would have been: with an outbox in memory, on the log's own time, whose receiver
 * accepts at once. The number is approximate: what one look at a log brings together depends on when it is taken. Pure.
 */
import {
  COMPANY_MAX,
  ceilingSince,
  companySince,
  fullUntil,
  groupBy,
  type Letter,
  lettersOf,
  type Notification,
  rowsOf,
  type Told,
  topicOf,
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

/** A time this far back belongs to another log. */
const ANOTHER_LOG_MS = 60_000;

export class LetterCount {
  notifications = 0;
  readonly #taking: Taking;
  #messages = 0;
  #waiting: Waiting[] = [];
  /** Rows that wait for company, by their subject (`topicOf`): nobody looks at them until `#heldUntil`. */
  readonly #held = new Map<string, Waiting[]>();
  #heldUntil = Number.POSITIVE_INFINITY;
  /** When letters were accepted in the last minute. */
  #accepted: Instant[] = [];
  /** What was told lately. */
  #told: Told[] = [];
  #now = Number.NEGATIVE_INFINITY;

  constructor(taking: Taking) {
    this.#taking = taking;
  }

  /** Takes the next notification; they come in the order of time, give or take a minute. */
  add(notification: Notification): void {
    const { createdAt } = notification;
    if (createdAt < this.#now - ANOTHER_LOG_MS) this.#begin();
    else this.#sendUntil(createdAt);
    this.#now = Math.max(this.#now, createdAt);
    const seq = ++this.notifications;
    const row = { seq, notification, attempts: 0, letter: null, answer: null, passedOn: null, addressee: null };
    // The notifications of one subject go in turn.
    (this.#held.get(topicOf(row)) ?? this.#waiting).push(row);
  }

  /** How many messages there would have been, with those that wait for room. */
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

  /** Sends what waits as soon as there is room and it has no company to wait for, as far as that is before `end`. */
  #sendUntil(end: Instant): void {
    while (this.#now < end) {
      if (this.#heldUntil <= this.#now) this.#release();
      const next = this.#waiting.length === 0 ? this.#heldUntil : this.#send();
      if (next >= end) return;
      this.#now = next;
    }
  }

  /** Sends what can go now, holds what has company, and returns when the next look at the rest is due. */
  #send(): Instant {
    const { takesDigests, ceiling } = this.#taking;
    const now = this.#now;
    this.#accepted = this.#accepted.filter((at) => at > ceilingSince(now));
    const full = fullUntil(ceiling, this.#accepted);
    if (full !== null) return full;
    this.#told = this.#told.filter(({ at }) => at > companySince(now)).slice(-COMPANY_MAX);
    const going: Letter[] = [];
    for (const letter of lettersOf(this.#waiting, takesDigests)) {
      const until = takesDigests ? waitsUntil(letter, this.#told, now) : null;
      if (until === null) going.push(letter);
      else this.#hold(letter, until);
    }
    const letters = underCeiling(going, ceiling, this.#accepted, takesDigests);
    this.#messages += letters.length;
    this.#accepted.push(...letters.map(() => now));
    const rows = letters.flatMap(rowsOf);
    for (const { notification, passedOn } of rows) this.#told.push({ ...notification, passedOn, at: now });
    const gone = new Set(rows.map(({ seq }) => seq));
    this.#waiting = this.#waiting.filter((row) => !gone.has(row.seq) && !this.#held.has(topicOf(row)));
    return now;
  }

  /** All held rows are looked at again when the first one is due, as in `haplog run`. */
  #hold(letter: Letter, until: Instant): void {
    for (const [topic, rows] of groupBy([...rowsOf(letter), ...letter.behind.flat()], topicOf))
      this.#held.set(topic, rows);
    this.#heldUntil = Math.min(this.#heldUntil, until);
  }

  #release(): void {
    this.#waiting = [...this.#waiting, ...[...this.#held.values()].flat()].sort((a, b) => a.seq - b.seq);
    this.#held.clear();
    this.#heldUntil = Number.POSITIVE_INFINITY;
  }
}
