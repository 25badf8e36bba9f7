/** The store in SQLite: its tables behind the narrow door of store.ts. */
import type { Database } from 'better-sqlite3';
import { acceptedView } from './accepted.js';
import { endTables } from './ends.js';
import { factTables } from './facts.js';
import { historyReader, nextReader } from './history.js';
import { outboxTable } from './outbox.js';
import { outboxView } from './outbox-view.js';
import { progressReader } from './progress.js';
import { readingTables } from './reading.js';
import { pruner } from './retention.js';
import { ringingView } from './ringing.js';
import type { Commit, Store } from './store.js';
import { storyReader } from './story.js';
import { suspectTable } from './suspects.js';
import { waits } from './waits.js';
import { wishTables } from './wishes.js';

/**
 * Takes an open database with haplog's tables. A full disk, a lock held too long or a damaged file make a call throw
 * SQLite's own error; nothing of that call is then stored, and the call can be made again.
 */
export function sqliteStore(db: Database): Store {
  const facts = factTables(db);
  const ends = endTables(db);
  const outbox = outboxTable(db);
  const reading = readingTables(db);
  const suspects = suspectTable(db);

  const apply = db.transaction((commit: Commit) => {
    for (const checkpoint of commit.checkpoints) reading.putCheckpoint(checkpoint, commit.readAt);
    for (const transition of commit.transitions) facts.addTransition(transition);
    for (const { id, copies } of commit.copies) facts.raiseCopies(id, copies);
    for (const outage of commit.outages) {
      if (commit.imported && ends.holdsOutage(outage)) continue;
      facts.putOutage(outage, commit.imported);
      if (!commit.imported && outage.end !== null) ends.ended(outage.id);
    }
    for (const incident of commit.incidents) {
      if (!(commit.imported && ends.holdsIncident(incident))) facts.putIncident(incident, commit.imported);
    }
    for (const notification of commit.notifications) outbox.add(notification);
    for (const row of commit.forget) reading.forget(row);
    for (const row of commit.remember) reading.remember(row);
    if (commit.tally) reading.count({ ...commit.tally });
    const doubted = suspects.add(commit.suspects) - suspects.clear(commit.cleared);
    if (doubted !== 0) reading.count({ suspects: doubted });
    reading.keepSamples(commit.samples);
  });

  return {
    // Immediate: a write lock is asked for at the start, where waiting for it is possible.
    apply: apply.immediate,
    memory: reading.memory,
    checkpoint: reading.checkpoint,
    orphans: reading.orphans,
    inherit: reading.inherit,
    follow: reading.follow,
    trouble: reading.trouble,
    lost: reading.lost,
    due: outbox.due,
    nextDueAt: outbox.nextDueAt,
    seal: outbox.seal,
    ...acceptedView(db),
    delivered: outbox.delivered,
    postpone: outbox.postpone,
    close: outbox.close,
    retry: outbox.retry,
    drop: outbox.drop,
    ...waits(db),
    ...ringingView(db),
    ...outboxView(db),
    ...wishTables(db, ends),
    history: historyReader(db),
    nextChanges: nextReader(db),
    progress: progressReader(db, reading),
    prune: pruner(db),
    suspects: suspects.read,
    story: storyReader(db),
    end: () => {
      db.close();
    },
  };
}
