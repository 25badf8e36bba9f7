/** What haplog relies on when a store keeps its history within bounds: what is over goes, the oldest first, and nothing else. */
import assert from 'node:assert/strict';
import type { Incident } from '../../../alerts/index.js';
import type { Bounds, Store } from '../../../src/store/store.js';
import { commitOf, id, incident, notification, outage, transition } from './examples.js';
import { type MakeStore, promiser } from './promiser.js';

const always = { since: 0, until: Number.MAX_SAFE_INTEGER };
const PLENTY = 1e12;
const over: Partial<Incident> = { phase: 'resolved', resolvedAt: 2_000, endEvidence: 'observed', workers: [] };
const ended = { end: 2_000, endHow: 'recovered' } as const;

async function prune(store: Store, bounds: Bounds): Promise<number> {
  for (let steps = 1; steps < 100; steps++) if (!(await store.prune(bounds))) return steps;
  throw new Error('the store says that there is more and more to take out');
}

export function keepsWithinBounds(engine: string, makeStore: MakeStore): void {
  const promise = promiser(engine, makeStore);

  promise('what was over before goes, and what happened since stays', async (store) => {
    const old = { transitions: [transition({ at: 1_000 })], outages: [outage(ended)], incidents: [incident(over)] };
    const fresh = {
      transitions: [transition({ id: id('f1:5'), at: 5_000 })],
      outages: [outage({ id: id('f1:6'), start: 1_000, end: 5_000, endHow: 'recovered' })],
      incidents: [incident({ id: id('f1:6'), ...over, resolvedAt: 5_000 })],
    };
    await store.apply(commitOf(old));
    await store.apply(commitOf(fresh));
    assert.equal(await prune(store, { before: 5_000, bytes: PLENTY }), 1);
    assert.deepEqual(await store.history(always), fresh);
  });

  promise('what still lasts stays, however old, and so does that it was told', async (store) => {
    const lasting = { transitions: [], outages: [outage()], incidents: [incident()] };
    await store.apply(commitOf({ ...lasting, notifications: [notification('firing')] }));
    await store.delivered(1, 1_500, 'ok');
    await store.acknowledge(id('f1:900'), { at: 1_600, by: 'alice', note: null });
    await prune(store, { before: 1e12, bytes: PLENTY });
    assert.deepEqual(await store.history(always), lasting);
    assert.equal((await store.wishes()).acknowledgements.size, 1);
    await store.apply(commitOf({ incidents: [incident(over)], notifications: [notification('resolved')] }));
    assert.equal((await store.due(1e12, 10)).length, 1, 'who was told the beginning is told the end');
  });

  promise('what waits to be told stays, and what was told goes with its incident', async (store) => {
    await store.apply(commitOf({ incidents: [incident(over)], notifications: [notification('firing')] }));
    await prune(store, { before: 1e12, bytes: PLENTY });
    assert.equal((await store.due(1e12, 10)).length, 1);
    await store.delivered(1, 2_500, 'ok');
    await prune(store, { before: 1e12, bytes: PLENTY });
    const all = { states: ['due', 'delivered', 'muted'] as const, receiver: null, seqs: null, limit: 10 };
    assert.deepEqual(await store.outbox(all), []);
  });

  promise('of what takes too much room the oldest goes, until it fits', async (store) => {
    const transitions = Array.from({ length: 12_000 }, (_, i) => transition({ id: id(`f1:${i}`), at: i }));
    await store.apply(commitOf({ transitions }));
    await prune(store, { before: 0, bytes: 2e6 });
    const left = (await store.history(always)).transitions;
    assert.ok(left.length > 1_000 && left.length < 11_000, `${left.length} are left`);
    assert.deepEqual(left, transitions.slice(-left.length));
    await prune(store, { before: 0, bytes: 1 });
    assert.ok((await store.history(always)).transitions.length < 1_000);
  });

  promise(
    'what may not go stands in the way of nothing that is over, however much and however old it is',
    async (store) => {
      const lasting = incident();
      const reminders = Array.from({ length: 2_500 }, (_, i) => {
        const of = i % 5 === 4 ? `gone:${i}` : 'f1:900';
        return { ...notification('reminder', of), dedupKey: `${of}:reminder-${i}:oncall` };
      });
      await store.apply(commitOf({ incidents: [lasting], notifications: reminders }));
      const seqs = (await store.due(1e12, 4_000)).map(({ seq }) => seq);
      for (let i = 0; i < seqs.length; i += 50) await store.delivered(seqs.slice(i, i + 50), 2_000 + i, 'ok');
      const transitions = Array.from({ length: 12_000 }, (_, i) => transition({ id: id(`f1:${i}`), at: 100_000 + i }));
      await store.apply(commitOf({ transitions }));
      await prune(store, { before: 0, bytes: 5e6 });
      const all = { states: ['delivered'] as const, receiver: null, seqs: null, limit: 4_000 };
      const kept = (await store.outbox(all)).map(({ notification }) => notification.incident.id);
      assert.deepEqual([kept.length, new Set(kept)], [2_000, new Set(['f1:900'])], 'what is over goes from between');
      const left = (await store.history(always)).transitions;
      assert.ok(left.length > 1_000 && left.length < 11_000, `${left.length} are left`);
      assert.deepEqual(left, transitions.slice(-left.length));

      await store.apply(commitOf({ incidents: [incident(over)] }));
      await prune(store, { before: 50_000, bytes: PLENTY });
      assert.deepEqual(await store.outbox(all), [], 'once it is over it goes, from the oldest on');
    },
  );
}
