/** What haplog relies on in a store that keeps what people have said by command. */
import assert from 'node:assert/strict';
import { EVERYTHING } from '../../../alerts/index.js';
import { commitOf, id, incident } from './examples.js';
import { type MakeStore, promiser } from './promiser.js';

const DAY = 24 * 3_600_000;
const NOW = 400 * DAY;

const silence = (from: number, until: number) => ({ match: EVERYTHING, from, until, author: 'ada', reason: 'work' });

export function heedsWishes(engine: string, makeStore: MakeStore): void {
  const promise = promiser(engine, makeStore);

  promise('a silence that lasts goes on, however far ahead another one is planned', async (store) => {
    await store.addSilence(silence(NOW, NOW + 7 * DAY), NOW);
    await store.addSilence(silence(NOW + 180 * DAY, NOW + 181 * DAY), NOW);
    assert.deepEqual(
      (await store.silences()).map(({ id }) => id),
      [1, 2],
    );
  });

  promise('a silence is remembered for 90 days after its end', async (store) => {
    await store.addSilence(silence(NOW, NOW + 1), NOW);
    await store.addSilence(silence(NOW, NOW + DAY), NOW);
    const later = NOW + 1 + 90 * DAY;
    await store.addSilence(silence(later, later + DAY), later);
    assert.equal((await store.silences()).length, 3);
    await store.addSilence(silence(later, later + DAY), later + 1);
    assert.deepEqual(
      (await store.silences()).map(({ id }) => id),
      [2, 3, 4],
    );
  });

  promise('what goes up and down, and is well for the moment, can be taken on until it is over', async (store) => {
    const flaps = { changes: 5, state: 'up' as const };
    const server = incident({ rule: 'flapping', subject: 'api/web1', flaps, resolvedAt: 5_000, workers: [] });
    const again = incident({ id: id('f1:7'), settlesMs: 300_000, resolvedAt: 6_000, endEvidence: 'observed' });
    await store.apply(commitOf({ incidents: [server, again] }));
    assert.deepEqual(await store.openIncidents(), [server, again]);
    assert.deepEqual((await store.history({ since: 8_000, until: 9_000 })).incidents, [server, again]);
    assert.equal(await store.acknowledge(server.id, { at: 8_000, by: 'ada', note: null }), true);
    assert.deepEqual([...(await store.wishes()).acknowledgements.keys()], [server.id]);
    await store.apply(commitOf({ incidents: [server, again].map((one) => ({ ...one, phase: 'resolved' })) }));
    assert.deepEqual(await store.openIncidents(), []);
    assert.deepEqual((await store.history({ since: 8_000, until: 9_000 })).incidents, []);
  });
}
