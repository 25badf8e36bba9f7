/**
 * What is asked of a far side beside the messages, such as to end a ringing: a few at a time, and no message waits for it for long, however
 * much there is and however slow the far side. What is not done by then is done behind the messages' backs.
 */
import { type Deadline, deadlineWithin } from './deadline.js';

/** How many are made at once. */
const WIDTH = 3;
/** How long one may take. */
const EACH_MS = 3_000;
/** How long whoever asked waits for what was asked. */
const WAIT_MS = 3_000;

export interface Asides<Ask> {
  /** Makes them, each once though it be asked for again while it waits. Returns when all are made, or it has waited long enough. */
  make(asked: ReadonlyMap<string, Ask>, signal: AbortSignal): Promise<void>;
  /** Ends what is being made, and makes nothing more. */
  close(): void;
}

/** @param makeOne asks one, to its end; never throws */
export function asides<Ask>(makeOne: (ask: Ask, deadline: Deadline) => Promise<unknown>): Asides<Ask> {
  const waiting = new Map<string, Ask>();
  const closing = new AbortController();
  const workers = new Set<Promise<void>>();
  let working = 0;

  const work = async () => {
    working++;
    // What is asked for meanwhile comes at the end of it.
    for (const [name, ask] of waiting) {
      if (closing.signal.aborted) break;
      waiting.delete(name);
      using deadline = deadlineWithin(closing.signal, EACH_MS);
      await makeOne(ask, deadline);
    }
    working--;
  };

  return {
    async make(asked, signal) {
      if (asked.size === 0 || signal.aborted) return;
      for (const [name, ask] of asked) waiting.set(name, ask);
      while (waiting.size > 0 && working < WIDTH && !closing.signal.aborted) {
        const worker = work().then(() => void workers.delete(worker));
        workers.add(worker);
      }
      using patience = deadlineWithin(signal, WAIT_MS);
      const passed = new Promise((resolve) => patience.signal.addEventListener('abort', resolve, { once: true }));
      await Promise.race([Promise.all(workers), passed]);
    },
    close: () => closing.abort(),
  };
}
