/** Short work on a database that is there: opened, used, and closed. */
import { type Mode, openStore } from '../store/open.js';
import type { Store } from '../store/store.js';
import { databaseFor, onDatabase } from './database.js';

/** Does `work` on the database that a command means; `write` does not make a database that is missing. */
export async function onStore<T>(
  mode: Mode,
  named: string | undefined,
  work: (store: Store) => T | Promise<T>,
): Promise<T> {
  const database = await databaseFor('read', named);
  return await onDatabase(database, async () => {
    if (mode === 'write') await openStore(database, 'read').end(); // what is not there must not be made
    const store = openStore(database, mode);
    try {
      return await work(store);
    } finally {
      await store.end();
    }
  });
}
