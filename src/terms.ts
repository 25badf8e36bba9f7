/**
 * The daemon's life in terms, each with one configuration. The next term begins where the last one ended, with what the file says by then,
 * as a restarted process would, but without giving up the lock.
 */

export interface Terms<T> {
  /** Reads the configuration again, and ends the term. A configuration that cannot be used changes nothing. */
  renew(): Promise<void>;
  /**
   * Serves term after term, the first with `first`, until `signal` aborts or a term ends by itself. Rejects as `serve` does.
   * @param serve runs until its signal aborts, and leaves nothing running
   */
  run(first: T, signal: AbortSignal, serve: (config: T, signal: AbortSignal) => Promise<void>): Promise<void>;
}

/** @param read returns the configuration as it is now; null if it cannot be used, after it has said so */
export function terms<T>(read: () => Promise<T | null>): Terms<T> {
  let next: T | null = null;
  let term = new AbortController();
  return {
    async renew() {
      const config = await read();
      if (config === null) return;
      next = config;
      term.abort();
    },
    async run(first, signal, serve) {
      const end = () => term.abort();
      signal.addEventListener('abort', end, { once: true });
      let config = first;
      do {
        config = next ?? config;
        next = null;
        term = new AbortController();
        if (signal.aborted) end();
        await serve(config, term.signal);
      } while (next !== null && !signal.aborted);
      signal.removeEventListener('abort', end);
    },
  };
}
