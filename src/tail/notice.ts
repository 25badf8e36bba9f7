/** What happened to a followed log, for haplog's own log: not about HAProxy, but about our sight of its log. */
import type { CannotRead } from './log-file.js';

/**
 * `following`: read to its end, and watched from now on. `resumed`: going on where the last run stopped. `rotated`: the old file was read
 * to its end, a younger one is read now. `truncated`: emptied in place. `missing`, `unreadable`: waited for; told once per spell. `lost`:
 * lines may have been missed. `copy`: a rotated file was passed over, because an older one holds the same.
 */
export type NoticeKind = 'following' | 'resumed' | 'rotated' | 'truncated' | 'missing' | 'unreadable' | 'lost' | 'copy';

export interface Notice {
  kind: NoticeKind;
  /** The followed path. */
  path: string;
  /** What happened and what follows from it: a clause for the operator, without a full stop. */
  detail: string;
}

/** Why a rotated file cannot be read, and what can be done about it. */
export function unreadableSaid({ message, packed }: CannotRead): string {
  if (!packed) return message;
  return `${message}, and haplog import adds it to the history; from now on let logrotate use gzip or \`delaycompress\``;
}

/** Reports a trouble once per spell, however often it is met. */
export class Teller {
  readonly #path: string;
  readonly #onNotice: (notice: Notice) => void;
  #trouble: NoticeKind | null = null;
  #troubleSince = 0;
  #following = false;

  constructor(path: string, onNotice: (notice: Notice) => void) {
    this.#path = path;
    this.#onNotice = onNotice;
  }

  tell(kind: NoticeKind, detail: string): void {
    this.#onNotice({ kind, path: this.#path, detail });
  }

  /** Reported once, and again only after a trouble has come and gone, or if it is `owed`: nothing else tells that all is read. */
  following(detail: string, owed = false): void {
    if (owed || !this.#following) this.tell('following', detail);
    this.#following = true;
  }

  /** @param graceMs how long it may last before it is worth a word */
  trouble(kind: 'missing' | 'unreadable', detail: string, graceMs = 0): void {
    const now = performance.now();
    if (this.#troubleSince === 0) this.#troubleSince = now;
    if (this.#trouble === kind || now - this.#troubleSince < graceMs) return;
    this.#trouble = kind;
    this.#following = false;
    this.tell(kind, detail);
  }

  /** The trouble, if there was one, is over. Returns whether it was told. */
  over(): boolean {
    const told = this.#trouble !== null;
    this.#trouble = null;
    this.#troubleSince = 0;
    return told;
  }
}
