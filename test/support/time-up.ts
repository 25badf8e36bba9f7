/**
 * A time limit that passes when a test says so. Node 20's own mock of timers mixes up timers that are cleared after they
 * ran, as a closing connection's are; so only the limits of one length are taken away, and all other timers are real.
 */
import type { TestContext } from 'node:test';

/** Takes the limit in milliseconds; returns what ends the ones that run. */
export function limitOf(t: TestContext, ms: number): () => void {
  const real = globalThis.setTimeout;
  const running = new Set<() => void>();
  const held = (run: () => void, after?: number, ...args: unknown[]) => {
    if (after !== ms) return real(run, after, ...(args as []));
    running.add(run);
    return real(() => {}, 0);
  };
  t.mock.method(globalThis, 'setTimeout', held as typeof setTimeout);
  return () => {
    for (const run of running) run();
    running.clear();
  };
}
