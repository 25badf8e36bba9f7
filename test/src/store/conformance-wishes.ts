/** What haplog relies on in a store that keeps what people have said by command. */
import assert from 'node:assert/strict';
import { EVERYTHING } from '../../../alerts/index.js';
import { commitOf, id, incident, outage, transition } from './examples.js';
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

  const held = {
    outages: [outage()],
    incidents: [incident()],
    remember: [
      { shelf: 'backend', key: 'allyrion 1305572 k8s-api-server', body: { outage: outage() } },
      { shelf: 'incident', key: 'allyrion outage k8s-api-server', body: incident() },
    ],
  };
  const seenOver = {
    imported: true,
    transitions: [
      transition({ id: id('f1:5'), at: 9_000, from: 'down', to: 'up' }),
      transition({ id: id('f1:6'), at: 9_000, server: 'fenn', from: 'down', to: 'up' }),
      transition({ id: id('f1:7'), at: 9_500, server: 'fenn' }),
      transition({ id: id('f1:8'), at: 9_600, backend: 'web', server: 'w1', from: 'down', to: 'up' }),
    ],
    outages: [outage({ end: 9_000, endHow: 'recovered' })],
    incidents: [incident({ phase: 'resolved', resolvedAt: 9_000, endEvidence: 'observed', workers: [] })],
  };

  promise(
    'what the daemon holds open stays open when an import saw its end, until the daemon ends it',
    async (store) => {
      await store.apply(commitOf(held));
      await store.apply(commitOf(seenOver));
      const { outages, incidents } = await store.history({ since: 0, until: 20_000 });
      assert.deepEqual({ outages, incidents }, { outages: held.outages, incidents: held.incidents });
      assert.deepEqual(await store.openIncidents(), held.incidents);
      const end = { outages: [outage({ end: 9_000, endHow: 'recovered', evidence: 'inferred' })] };
      await store.apply(commitOf({ ...end, incidents: seenOver.incidents, forget: held.remember }));
      assert.deepEqual((await store.history({ since: 0, until: 20_000 })).outages, end.outages);
      assert.deepEqual(await store.openIncidents(), []);
    },
  );

  promise(
    'an end that an import saw of what the daemon holds open waits for the daemon, with the servers that are back',
    async (store) => {
      await store.apply(commitOf(held));
      await store.acknowledge(id('f1:900'), { at: 8_000, by: 'ada', note: null });
      await store.apply(commitOf(seenOver));
      const { over } = await store.wishes();
      const { id: outageId, host, pid, backend } = outage();
      assert.deepEqual(over, [{ id: outageId, host, pid, backend, end: 9_000, back: ['bettley'] }]);
      await store.apply(commitOf(seenOver));
      await store.apply(commitOf({ outages: seenOver.outages, forget: held.remember }));
      await store.acknowledge(id('f1:900'), { at: 8_000, by: 'ada', note: null });
      assert.deepEqual((await store.wishes()).over, []);
    },
  );

  promise(
    'an end is no end for the daemon if the import saw another outage of the backend that still lasts',
    async (store) => {
      await store.apply(commitOf(held));
      await store.apply(
        commitOf({ ...seenOver, outages: [...seenOver.outages, outage({ id: id('f1:7'), start: 9_500 })] }),
      );
      assert.deepEqual((await store.wishes()).over, []);
    },
  );

  promise('an import ends nothing that the daemon holds open because its worker seems to be gone', async (store) => {
    await store.apply(commitOf(held));
    await store.apply(commitOf({ imported: true, outages: [outage({ end: 9_000, endHow: 'process_replaced' })] }));
    assert.deepEqual((await store.history({ since: 0, until: 20_000 })).outages, held.outages);
    assert.deepEqual((await store.wishes()).over, []);
  });
}
