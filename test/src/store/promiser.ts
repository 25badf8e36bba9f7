/** How the conformance tests make a test of each promise. */
import { type TestContext, test } from 'node:test';
import type { Awaitable, Store } from '../../../src/store/store.js';

/** Makes a store for one test, which ends it. */
export type MakeStore = (t: TestContext) => Awaitable<Store>;

/** What makes a test of a promise: with a fresh store, which is ended whatever comes of it. */
export function promiser(engine: string, makeStore: MakeStore) {
  return (what: string, keep: (store: Store) => Promise<void>) =>
    test(`${engine}: ${what}`, async (t) => {
      const store = await makeStore(t);
      try {
        await keep(store);
      } finally {
        await store.end();
      }
    });
}
