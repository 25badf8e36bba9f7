/**
 * What haplog relies on in a store, whatever engine stands behind it: an engine's test calls `keepsTheFacts` and
 * `keepsTheOutbox` with a function that makes a fresh, empty store.
 */
import assert from 'node:assert/strict';
import type { Incident, Transition } from '../../../alerts/index.js';
import type { History } from '../../../src/store/store.js';
import { commitOf, id, incident, notification, outage, suspect, transition } from './examples.js';
import { type MakeStore, promiser } from './promiser.js';

const always = { since: 0, until: Number.MAX_SAFE_INTEGER };
const nothing: History = { transitions: [], outages: [], incidents: [] };

/** The promises about what happened, how far the log was read, and what is remembered. */
export function keepsTheFacts(engine: string, makeStore: MakeStore): void {
  const promise = promiser(engine, makeStore);

  promise('a new store knows nothing', async (store) => {
    assert.deepEqual(await store.history(always), nothing);
    assert.deepEqual(await store.memory(), []);
    assert.equal(await store.checkpoint('/var/log/haproxy.log'), null);
    assert.deepEqual(await store.due(1e15, 10), []);
    assert.equal(await store.nextDueAt(), null);
  });

  promise('all that one reading brought is there afterwards', async (store) => {
    const checkpoint = { path: '/var/log/haproxy.log', fingerprint: 'f1', offset: 5_000_000_000 };
    const facts = { transitions: [transition()], outages: [outage()], incidents: [incident()] };
    const remember = [{ shelf: 'worker', key: 'allyrion 1305572', body: { exhausted: ['k8s-api-server'] } }];
    const told = { ...notification('firing'), notedAt: 1_500 };
    await store.apply(commitOf({ ...facts, checkpoints: [checkpoint], remember, notifications: [told] }));
    assert.deepEqual(await store.history(always), facts);
    assert.deepEqual(await store.memory(), remember);
    assert.deepEqual(await store.checkpoint(checkpoint.path), checkpoint);
    assert.deepEqual(
      (await store.due(1_000, 10)).map((row) => row.notification),
      [told],
    );
  });

  promise(
    'what may be forged is kept apart, the last thousand of it, and taken back when it proves true',
    async (store) => {
      await store.apply(commitOf({ suspects: [suspect('f:1', 1), suspect('f:2', 2)] }));
      await store.apply(commitOf({ suspects: [suspect('f:2', 2), suspect('f:3', 3)], cleared: [id('f:1')] }));
      const kept = await store.suspects(always);
      assert.deepEqual(
        kept.map((line) => [line.id, line.at, line.reason]),
        [
          ['f:2', 2, 'nobody else said so'],
          ['f:3', 3, 'nobody else said so'],
        ],
      );
      assert.deepEqual(await store.suspects({ since: 3, until: 4 }), kept.slice(1));
      assert.deepEqual(await store.history(always), nothing);
      await store.apply(commitOf({ suspects: Array.from({ length: 1_200 }, (_, i) => suspect(`g:${i}`, 10 + i)) }));
      assert.equal((await store.suspects(always)).length, 1_000);
    },
  );

  promise('names and words come back as they were, whatever bytes a server wrote', async (store) => {
    const strange = transition({
      server: 'wéb.\u0000DOWN',
      cause: { ...transition().cause, info: 'a\u0000\ud800"\n\ufffd' },
    });
    await store.apply(
      commitOf({ transitions: [strange], remember: [{ shelf: 'heard', key: 'k\u0000é', body: 'x\u0000' }] }),
    );
    assert.deepEqual((await store.history(always)).transitions, [strange]);
    assert.deepEqual(await store.memory(), [{ shelf: 'heard', key: 'k\u0000é', body: 'x\u0000' }]);
  });

  promise('failed requests do not become fewer by a log that has fewer of them', async (store) => {
    const failing = (failed: number | null) => incident({ impact: { failed, queued: 3 } });
    for (const failed of [null, 5, 2, null, 9]) await store.apply(commitOf({ incidents: [failing(failed)] }));
    assert.deepEqual((await store.history(always)).incidents, [failing(9)]);
    await store.apply(commitOf({ incidents: [failing(8)] }));
    assert.deepEqual((await store.history(always)).incidents, [failing(9)]);
  });

  promise('importing what the daemon has stored changes nothing, and forgets not that it was told', async (store) => {
    const over: Partial<Incident> = { phase: 'resolved', resolvedAt: 9_000, endEvidence: 'inferred', workers: [] };
    const facts = {
      transitions: [transition()],
      outages: [outage({ end: 9_000, endHow: 'recovered' })],
      incidents: [incident({ ...over, toldAt: 1_000, reminders: 2 })],
    };
    await store.apply(commitOf(facts));
    const imports = [
      commitOf({
        transitions: [transition({ copies: 1 })],
        outages: [outage()],
        incidents: [incident({ phase: 'pending', firedAt: null, toldAt: null })],
      }),
      commitOf({ incidents: [incident({ toldAt: null })], copies: [{ id: id('f1:0'), copies: 2 }] }),
      commitOf({ outages: facts.outages, incidents: [incident({ ...over, toldAt: null })] }),
    ];
    for (const commit of imports) {
      await store.apply(commit);
      assert.deepEqual(await store.history(always), facts);
    }
  });

  promise('an import forgets neither who was told nor who has taken it on', async (store) => {
    const told = incident({ receivers: ['chat'], ack: { at: 5_000, by: 'ada', note: null }, remindedAt: 4_000 });
    await store.apply(commitOf({ incidents: [told] }));
    await store.apply(commitOf({ incidents: [incident({ receivers: [], ack: null, remindedAt: null })] }));
    assert.deepEqual((await store.history(always)).incidents, [told]);
    const more = { ...told, receivers: ['chat', 'oncall'], remindedAt: 9_000 };
    await store.apply(commitOf({ incidents: [more] }));
    assert.deepEqual((await store.history(always)).incidents, [more]);
  });

  promise("an import that takes the log to be another host's takes nothing away from the host", async (store) => {
    await store.apply(commitOf({ transitions: [transition()], outages: [outage()], incidents: [incident()] }));
    const elsewhere = { host: 'localhost', pid: 0 };
    const over: Partial<Incident> = { phase: 'resolved', resolvedAt: 9_000, endEvidence: 'observed' };
    await store.apply(
      commitOf({
        imported: true,
        transitions: [transition(elsewhere)],
        outages: [outage({ ...elsewhere, end: 9_000, endHow: 'recovered' })],
        incidents: [incident({ ...over, host: 'localhost' })],
      }),
    );
    assert.deepEqual(await store.history(always), {
      transitions: [transition()],
      outages: [outage({ end: 9_000, endHow: 'recovered' })],
      incidents: [incident(over)],
    });
  });

  promise('an import that takes the log to be of another zone changes nothing', async (store) => {
    const facts = { transitions: [transition()], outages: [outage()], incidents: [incident()] };
    await store.apply(commitOf(facts));
    const over: Partial<Incident> = { phase: 'resolved', resolvedAt: 9_000, endEvidence: 'observed' };
    await store.apply(
      commitOf({
        imported: true,
        transitions: [transition({ at: 4_600_000 })],
        outages: [outage({ start: 4_600_000, end: 4_609_000, endHow: 'recovered' })],
        incidents: [incident({ ...over, openedAt: 4_600_000, resolvedAt: 4_609_000 })],
      }),
    );
    assert.deepEqual(await store.history(always), facts);
  });

  promise('an incident that was brought back with the clock of its host is stored so', async (store) => {
    await store.apply(commitOf({ incidents: [incident({ openedAt: 5_000 })] }));
    await store.apply(commitOf({ incidents: [incident({ openedAt: 1_000 })] }));
    assert.deepEqual((await store.history(always)).incidents, [incident({ openedAt: 1_000 })]);
  });

  promise('what was seen to end ends no later by a log with a gap, and earlier by one without', async (store) => {
    const ending = (end: number) => ({
      outages: [outage({ end, endHow: 'recovered' })],
      incidents: [incident({ phase: 'resolved', resolvedAt: end, endEvidence: 'observed' })],
    });
    for (const end of [90_000, 9_000, 70_000]) await store.apply(commitOf(ending(end)));
    const { outages, incidents } = await store.history(always);
    assert.deepEqual([outages[0]?.end, incidents[0]?.resolvedAt], [9_000, 9_000]);
  });

  promise('further lines that say the same raise the copies of the change', async (store) => {
    const copiesOf = async () => (await store.history(always)).transitions.map(({ copies }) => copies);
    await store.apply(commitOf({ transitions: [transition({ copies: 1 })] }));
    await store.apply(commitOf({ copies: [{ id: id('f1:0'), copies: 2 }] }));
    assert.deepEqual(await copiesOf(), [2]);
    await store.apply(commitOf({ transitions: [transition({ copies: 3 })] }));
    assert.deepEqual(await copiesOf(), [3]);
    await store.apply(commitOf({ copies: [{ id: id('nobody:0'), copies: 2 }] }));
    assert.deepEqual(await copiesOf(), [3]);
  });

  promise('an incident that was well for a moment and fell ill again is open', async (store) => {
    await store.apply(commitOf({ incidents: [incident({ resolvedAt: 5_000, endEvidence: 'inferred' })] }));
    await store.apply(commitOf({ incidents: [incident({ workers: [7] })] }));
    assert.deepEqual((await store.history(always)).incidents, [incident({ workers: [7] })]);
  });

  promise(
    'a change belongs to the span in which it happened: its first instant counts, its last does not',
    async (store) => {
      await store.apply(
        commitOf({ transitions: [9, 10, 15, 19, 20].map((at) => transition({ id: id(`f1:${at}`), at })) }),
      );
      const { transitions } = await store.history({ since: 10, until: 20 });
      assert.deepEqual(
        transitions.map(({ at }) => at),
        [10, 15, 19],
      );
    },
  );

  promise('each state that is asked for ends with the next change of its server in its worker', async (store) => {
    const change = (at: number, parts: Partial<Transition> = {}) => transition({ at, id: id(`f1:${at}`), ...parts });
    const [bettley, gardener] = [change(10), change(12, { server: 'gardener' })];
    const next = [change(21, { to: 'up' }), change(30, { server: 'gardener' })];
    const others = [
      change(22, { server: 'gardener', pid: 7 }),
      change(23, { server: 'gardener', host: 'bettley' }),
      change(24, { server: 'gardener', backend: 'web' }),
      change(25),
    ];
    await store.apply(commitOf({ transitions: [bettley, gardener, ...next, ...others] }));
    assert.deepEqual(await store.nextChanges(20, [bettley, gardener]), next);
    assert.deepEqual(await store.nextChanges(20, [bettley]), next.slice(0, 1));
    assert.deepEqual(await store.nextChanges(26, [bettley]), []);
  });

  const stretches = [
    { name: 'over before the span', start: 1, end: 10, seen: false },
    { name: 'into the span', start: 1, end: 11, seen: true },
    { name: 'within the span', start: 12, end: 14, seen: true },
    { name: 'of no length, at its first instant', start: 10, end: 10, seen: true },
    { name: 'across the span', start: 1, end: 99, seen: true },
    { name: 'open since before', start: 1, end: null, seen: true },
    { name: 'out of the span', start: 19, end: 30, seen: true },
    { name: 'begun when it ends', start: 20, end: null, seen: false },
    { name: 'of no length, when it ends', start: 20, end: 20, seen: false },
  ];
  for (const { name, start, end, seen } of stretches) {
    promise(`an outage and an incident ${name} are ${seen ? '' : 'not '}shown`, async (store) => {
      const facts = {
        outages: [outage({ start, end })],
        incidents: [incident({ openedAt: start, resolvedAt: end, phase: end === null ? 'firing' : 'resolved' })],
      };
      await store.apply(commitOf(facts));
      const { outages, incidents } = await store.history({ since: 10, until: 20 });
      assert.deepEqual({ outages, incidents }, seen ? facts : { outages: [], incidents: [] });
    });
  }

  promise(
    'a story is told from its beginning, and what happened in one instant in the order of the log',
    async (store) => {
      const late = {
        transitions: [transition({ id: id('f2:9'), at: 7 })],
        outages: [outage({ id: id('f2:9'), start: 7 })],
      };
      const early = ['f1:5', 'f1:10', 'f1:20'].map((name) => ({ id: id(name) }));
      await store.apply(commitOf({ ...late, incidents: [incident({ id: id('f2:9'), openedAt: 7 })] }));
      await store.apply(
        commitOf({
          transitions: early.map((name) => transition({ ...name, at: 3 })),
          outages: early.map((name) => outage({ ...name, start: 3 })),
          incidents: early.map((name) => incident({ ...name, openedAt: 3 })),
        }),
      );
      const { transitions, outages, incidents } = await store.history(always);
      for (const facts of [transitions, outages, incidents]) {
        assert.deepEqual(
          facts.map((fact) => fact.id),
          ['f1:5', 'f1:10', 'f1:20', 'f2:9'],
        );
      }
    },
  );

  promise('a story told one by one is the same, all kinds in the order of time', async (store) => {
    await store.apply(
      commitOf({
        transitions: [3, 1, 7].map((at) => transition({ id: id(`f1:${at}`), at })),
        outages: [3, 0, 8].map((start) => outage({ id: id(`f1:${start}`), start })),
        incidents: [3, 9].map((openedAt) => incident({ id: id(`f1:${openedAt}`), openedAt })),
      }),
    );
    const told: string[] = [];
    for await (const { kind, at } of store.story({ since: 1, until: 9 })) told.push(`${at} ${kind}`);
    const expected = ['0 outage', '1 transition', '3 transition', '3 outage', '3 incident', '7 transition', '8 outage'];
    assert.deepEqual(told, expected);
    for await (const { kind } of store.story(always)) {
      assert.equal(kind, 'outage');
      break; // who has heard enough leaves, and the store can be used again
    }
    await store.apply(commitOf({ transitions: [transition({ id: id('f1:99') })] }));
  });

  promise('what is remembered again is replaced, and what is forgotten is gone', async (store) => {
    const row = (shelf: string, key: string, body: unknown) => ({ shelf, key, body });
    await store.apply(
      commitOf({ remember: [row('server', 'a', 1), row('server', 'b', { deep: [null, 'x'] }), row('worker', 'a', 3)] }),
    );
    await store.apply(commitOf({ remember: [row('server', 'b', [true])], forget: [{ shelf: 'worker', key: 'a' }] }));
    assert.deepEqual(await store.memory(), [row('server', 'a', 1), row('server', 'b', [true])]);
  });

  promise('each log has a checkpoint of its own, and the last one counts', async (store) => {
    const at = (path: string, fingerprint: string, offset: number) => ({ path, fingerprint, offset });
    await store.apply(commitOf({ checkpoints: [at('/a.log', 'f1', 100)] }));
    await store.apply(commitOf({ checkpoints: [at('/b.log', 'f2', 200)] }));
    await store.apply(commitOf({ checkpoints: [at('/a.log', 'f3', 0)] }));
    await store.apply(commitOf({ transitions: [transition()] }));
    assert.deepEqual(await store.checkpoint('/a.log'), at('/a.log', 'f3', 0));
    assert.deepEqual(await store.checkpoint('/b.log'), at('/b.log', 'f2', 200));
    assert.equal(await store.checkpoint('/c.log'), null);
  });
}
