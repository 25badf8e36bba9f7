/** A store with something to tell. */
import type { Notification } from '../../alerts/index.js';
import type { Commit, Store } from '../../src/store/store.js';

const NOTHING: Commit = {
  checkpoints: [],
  readAt: null,
  transitions: [],
  outages: [],
  incidents: [],
  notifications: [],
  copies: [],
  suspects: [],
  cleared: [],
  remember: [],
  forget: [],
  tally: null,
  samples: [],
  imported: false,
};

/** Puts notifications, and the incidents they tell of, into the store, as the daemon does when something happened. */
export async function putInOutbox(store: Store, ...notifications: Notification[]): Promise<void> {
  const incidents = new Map(notifications.map(({ incident }) => [incident.id, incident]));
  await store.apply({ ...NOTHING, incidents: [...incidents.values()], notifications });
}
