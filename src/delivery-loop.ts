/** The delivery loop: passes over the outbox, sleeps until a message falls due or the bell is rung, and ends in good order. */
import { setMaxListeners } from 'node:events';
import { type DeliveryDeps, serve } from './deliver.js';
import { type Lane, lanesDue } from './lanes.js';

/** The longest the loop sleeps: the clock may have been set meanwhile, or somebody has put a message back (`haplog outbox retry`). */
const LONGEST_NAP_MS = 60_000;
/** Keeps the loop from spinning while everything due belongs to receivers that are being served. */
const SHORTEST_NAP_MS = 1_000;

export interface Delivery {
  /** There may be something new in the outbox. */
  ring(): void;
  /** Begins nothing new, waits up to `graceMs` for the sends in flight, then ends them. Rejects as `ended` does. */
  stop(graceMs: number): Promise<void>;
  /** Settles when the loop has ended; rejects if the store failed, because then nothing can be marked. */
  ended: Promise<void>;
}

/** Starts the loop; the first look is taken at once. */
export function startDelivery(deps: Omit<DeliveryDeps, 'signal'>, { longestNapMs = LONGEST_NAP_MS } = {}): Delivery {
  const closing = new AbortController();
  const hurry = new AbortController();
  setMaxListeners(0, hurry.signal); // one for each send in flight

  const bell = doorbell();
  const own = { ...deps, signal: hurry.signal, back: new Set<string>() };
  const busy = new Map<string, Lane>();
  const inFlight = new Set<Promise<void>>();
  const failures: unknown[] = [];

  const close = () => {
    closing.abort();
    bell.ring();
  };
  const end = () => {
    hurry.abort();
    close();
  };
  const fail = (error: unknown) => {
    failures.push(error);
    end();
  };

  const begin = (receiver: string, lane: Lane) => {
    busy.set(receiver, lane);
    const served = serve(own, lane, closing.signal)
      .catch(fail)
      .then(() => {
        busy.delete(receiver);
        inFlight.delete(served);
        bell.ring();
      });
    inFlight.add(served);
  };

  const run = async () => {
    while (!closing.signal.aborted) {
      const lanes = await lanesDue(own, busy);
      for (const [receiver, lane] of lanes) begin(receiver, lane);
      // One receiver's rows may have filled the page: look again, without the receivers that are being served now.
      if (lanes.size === 0) await bell.wait(Math.min(await napMs(deps), longestNapMs));
    }
  };

  const settle = async () => {
    await run().catch(fail);
    await Promise.all(inFlight);
    if (failures.length > 0) throw failures[0];
  };

  const ended = settle();

  return {
    ring: bell.ring,
    async stop(graceMs) {
      close();
      const grace = setTimeout(end, graceMs);
      try {
        await ended;
      } finally {
        clearTimeout(grace);
      }
    },
    ended,
  };
}

async function napMs({ store, clock }: Pick<DeliveryDeps, 'store' | 'clock'>): Promise<number> {
  const at = await store.nextDueAt();
  return at === null ? Number.POSITIVE_INFINITY : Math.max(at - clock.now(), SHORTEST_NAP_MS);
}

/** Wakes the waiter; a ring that nobody waits for is kept for the next wait. */
function doorbell() {
  let rung = false;
  let wake = () => {};
  return {
    ring() {
      rung = true;
      wake();
    },
    async wait(ms: number): Promise<void> {
      let timer: NodeJS.Timeout | undefined;
      if (!rung) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          timer = setTimeout(resolve, ms);
        });
      }
      clearTimeout(timer);
      rung = false;
    },
  };
}
