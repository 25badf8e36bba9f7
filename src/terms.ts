/**
 * The daemon's life in terms. Each has one configuration; the next one begins where it ended, with what stands in the file by
 * then, as another life of the process would, but without giving up the lock.
 */

export interface Terms<T> {
  /** Somebody asks for the configuration to be read again. What cannot be used changes nothing. */
  renew(): Promise<void>;
  /**
   * Serves term after term, the first with `first`, until `signal` aborts or a term ends by itself. Rejects as `serve` does.
   * @param serve runs until its signal aborts; nothing of it may go on after that
   */
  run(first: T, signal: AbortSignal, serve: (config: T, signal: AbortSignal) => Promise<void>): Promise<void>;
}

/** @param read the configuration as it is now; null where it cannot be used, which it has told then */
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
