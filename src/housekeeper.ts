/** Keeps the history within its bounds while the daemon runs, a little at a time, so that nothing else waits. */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Keeping } from './config/config.js';
import { isCurable } from './patience.js';
import type { Store } from './store/store.js';
import type { Clock } from './tail/batches.js';

/** Not at once: at a start there is more important work. */
const FIRST_MS = 60_000;
const EVERY_MS = 3_600_000;

export interface HousekeepingDeps {
  store: Pick<Store, 'prune'>;
  keeping: Keeping;
  clock: Clock;
  signal: AbortSignal;
  firstMs?: number;
}

/** Never resolves; rejects when the store fails. A full disk or a locked database is left for the next time. */
export async function keepHouse({
  store,
  keeping,
  clock,
  signal,
  firstMs = FIRST_MS,
}: HousekeepingDeps): Promise<never> {
  const { keepMs, bytes } = keeping;
  for (let waitMs = firstMs; ; waitMs = EVERY_MS) {
    await sleep(waitMs, undefined, { signal }).catch(() => {});
    while (!signal.aborted) {
      const before = keepMs === null ? 0 : clock.now() - keepMs;
      if (!(await pruned(store, { before, bytes }))) break;
      await nextTurn();
    }
    if (signal.aborted) return never;
  }
}

const never = new Promise<never>(() => {});

async function pruned(store: Pick<Store, 'prune'>, bounds: Parameters<Store['prune']>[0]): Promise<boolean> {
  try {
    return await store.prune(bounds);
  } catch (error) {
    if (isCurable(error)) return false;
    throw error;
  }
}
