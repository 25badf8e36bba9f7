/** A time limit for one attempt. */

export interface Deadline extends Disposable {
  /** Aborts when the time has passed or the outer signal aborts. */
  signal: AbortSignal;
  /** Whether it aborted because the time has passed. */
  readonly passed: boolean;
}

/**
 * Takes the signal that ends an attempt from outside and the milliseconds that the attempt may take; dispose the deadline when the attempt
 * is over. Used in place of `AbortSignal.any` with `AbortSignal.timeout`, whose timers may be lost to garbage collection.
 */
export function deadlineWithin(outer: AbortSignal, ms: number): Deadline {
  const controller = new AbortController();
  let passed = false;
  const end = () => controller.abort();
  const timer = setTimeout(() => {
    passed = true;
    end();
  }, ms);
  outer.addEventListener('abort', end, { once: true });
  if (outer.aborted) end();
  return {
    signal: controller.signal,
    get passed() {
      return passed;
    },
    [Symbol.dispose]() {
      clearTimeout(timer);
      outer.removeEventListener('abort', end);
    },
  };
}
