/** Waiting for what has no event of its own: a file that appears, a line that is written. */
import { setTimeout as pause } from 'node:timers/promises';

/** Looks every 20 ms until `done`; after `withinMs` throws what `otherwise` says. */
export async function until(
  done: () => boolean | Promise<boolean>,
  otherwise: () => string,
  withinMs = 10_000,
): Promise<void> {
  for (const giveUpAt = Date.now() + withinMs; !(await done()); await pause(20)) {
    if (Date.now() > giveUpAt) throw new Error(`${otherwise()} (waited ${withinMs} ms)`);
  }
}
