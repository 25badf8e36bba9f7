/** What people do with rows of the outbox by hand: give what failed another chance, or give up what waits. */
import type { Database } from 'better-sqlite3';
import type { Instant } from '../../parsers/index.js';
import type { OutboxState, Store, Unfit } from './store.js';

/** The rows of one incident for one receiver. */
export interface Thread {
  incident: string;
  receiver: string;
}

/**
 * @param unmute puts back the muted rows of a thread
 * @param end ends a row without delivery
 */
export function byHand(
  db: Database,
  unmute: (thread: Thread) => void,
  end: (seq: number, state: string, at: Instant, reason: string) => void,
): Pick<Store, 'retry' | 'drop'> {
  const row = db.prepare<[{ seq: number }], Thread & { addresseeOf: string | null; state: OutboxState }>(
    'SELECT incident, receiver, addressee_of AS addresseeOf, state FROM outbox WHERE seq = @seq',
  );
  // One address was told the end with the others, unless it has a row of its own for it: then it refused it.
  const endTold = db.prepare<[Thread & { addresseeOf: string | null }]>(`
    SELECT 1 FROM outbox
    WHERE incident = @incident AND event = 'resolved' AND state = 'delivered'
      AND (receiver = @receiver OR receiver = @addresseeOf AND NOT EXISTS (
        SELECT 1 FROM outbox AS own
        WHERE own.incident = @incident AND own.receiver = @receiver AND own.event = 'resolved'))`);
  const putBack = db.prepare<[object], Thread>(`
    UPDATE outbox SET state = 'due', due_at = 0, attempts = 0, closed_at = NULL, letter = NULL
    WHERE seq = @seq
    RETURNING incident, receiver`);

  // Without the end that failed with it, what is told now would be an alarm that never ends.
  const putBackEnd = db.prepare<[Thread]>(`
    UPDATE outbox SET state = 'due', due_at = 0, attempts = 0, closed_at = NULL, letter = NULL
    WHERE incident = @incident AND receiver = @receiver AND event = 'resolved' AND state IN ('rejected', 'expired', 'dropped')`);

  const whyNoRetry = (seq: number): Unfit['why'] | null => {
    const found = row.get({ seq });
    if (!found) return 'missing';
    const { state, ...thread } = found;
    if (state === 'delivered' || state === 'muted') return state;
    return endTold.get(thread) ? 'over' : null;
  };
  const whyNoDrop = (seq: number): Unfit['why'] | null => {
    const state = row.get({ seq })?.state ?? 'missing';
    return state === 'due' ? null : state;
  };

  return {
    retry: db.transaction((seqs: readonly number[]) => {
      const unfit = firstUnfit(seqs, whyNoRetry);
      if (unfit) return unfit;
      for (const seq of seqs) {
        const thread = putBack.get({ seq })!;
        putBackEnd.run(thread);
        unmute(thread);
      }
      return null;
    }).immediate,
    drop: db.transaction((seqs: readonly number[], at: Instant) => {
      const unfit = firstUnfit(seqs, whyNoDrop);
      if (unfit) return unfit;
      for (const seq of seqs) end(seq, 'dropped', at, 'dropped by hand');
      return null;
    }).immediate,
  };
}

function firstUnfit(seqs: readonly number[], whyUnfit: (seq: number) => Unfit['why'] | null): Unfit | null {
  for (const seq of seqs) {
    const why = whyUnfit(seq);
    if (why !== null) return { seq, why };
  }
  return null;
}
