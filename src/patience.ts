/**
 * A store that outlasts a full disk. While the disk is full, or another program keeps the database locked, nothing is stored and nothing is
 * lost: the same call is made again until it succeeds. Meanwhile the log waits on its own disk.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Awaitable, Store } from './store/store.js';

const AGAIN_MS = 1_000;

/** Errors that time or an operator can cure, by the codes of SQLite (https://www.sqlite.org/rescode.html) and of the system. */
const CURABLE = ['SQLITE_FULL', 'SQLITE_BUSY', 'SQLITE_IOERR_SHMSIZE', 'ENOSPC', 'EDQUOT'];

export interface PatienceDeps {
  /** Ends the waiting: a waiting call is then rejected with its error. */
  signal: AbortSignal;
  /** Called when a spell of trouble begins: once, however many calls wait. */
  onTrouble(error: unknown): void;
  /** Called when the spell is over: no call waits any more. */
  onRelief(): void;
  againMs?: number;
}

/** Whether the error is one that patience may cure. */
export function isCurable(error: unknown): boolean {
  const code = String((error as NodeJS.ErrnoException | null)?.code ?? '');
  return CURABLE.some((curable) => code === curable || code.startsWith(`${curable}_`));
}

/** The same store, whose writes wait and try again after a curable error. Any other error is thrown as it is. */
export function patient(store: Store, { signal, onTrouble, onRelief, againMs = AGAIN_MS }: PatienceDeps): Store {
  let waiting = 0;
  const persisting =
    <A extends unknown[]>(act: (...args: A) => Awaitable<void>) =>
    async (...args: A): Promise<void> => {
      let waits = false;
      for (;;) {
        try {
          await act(...args);
          if (waits && --waiting === 0) onRelief();
          return;
        } catch (error) {
          if (!isCurable(error) || signal.aborted) throw error;
          if (!waits && waiting++ === 0) onTrouble(error);
          waits = true;
          await sleep(againMs, undefined, { signal }).catch(() => {});
          if (signal.aborted) throw error;
        }
      }
    };
  return {
    ...store,
    apply: persisting(store.apply),
    inherit: persisting(store.inherit),
    follow: persisting(store.follow),
    trouble: persisting(store.trouble),
    lost: persisting(store.lost),
    limitWaits: persisting(store.limitWaits),
    seal: persisting(store.seal),
    delivered: persisting(store.delivered),
    postpone: persisting(store.postpone),
    hold: persisting(store.hold),
    quiet: persisting(store.quiet),
    close: persisting(store.close),
  };
}
