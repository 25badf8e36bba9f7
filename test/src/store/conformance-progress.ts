/** What haplog relies on in what a store tells of its own progress, whatever engine stands behind it. See conformance.ts. */
import assert from 'node:assert/strict';
import type { Counted } from '../../../src/store/store.js';
import { commitOf, id, notification } from './examples.js';
import { type MakeStore, promiser } from './promiser.js';

const NOTHING: Counted = {
  lines: 0,
  bytes: 0,
  traffic: 0,
  candidates: 0,
  other: 0,
  oversize: 0,
  displaced: 0,
  rejected: 0,
  nearMisses: 0,
  unknown: 0,
};

/** The promises about what was counted, what was not understood, and what waits. */
export function tellsItsProgress(engine: string, makeStore: MakeStore): void {
  const promise = promiser(engine, makeStore);

  promise('a log that was moved keeps what was known of it, and nothing else changes its name', async (store) => {
    const at = (path: string, offset: number) => ({ path, fingerprint: 'f', offset });
    const known = (shelf: string, key: string, body: unknown = true) => ({ shelf, key, body });
    const remember = [
      known('read', '/a.log'),
      known('read', '/b.log'),
      known('read', '/c.log', 7),
      known('x', '/a.log'),
    ];
    await store.apply(commitOf({ checkpoints: [at('/a.log', 1), at('/b.log', 2)], remember }));
    await store.follow(['/b.log', '/c.log'], 0);
    assert.deepEqual(await store.orphans(), [at('/a.log', 1)]);
    await store.inherit('/c.log', '/a.log', 'read');
    assert.deepEqual(await store.orphans(), []);
    assert.deepEqual(await store.checkpoint('/c.log'), at('/c.log', 1));
    assert.deepEqual(await store.memory(), [known('read', '/b.log'), known('read', '/c.log'), known('x', '/a.log')]);
  });

  promise('a new store has come nowhere', async (store) => {
    assert.deepEqual(await store.progress(5, 1e12), {
      sources: [],
      untold: { failed: 0, stuck: 0 },
      checkpoints: [],
      memory: [],
      counted: { ...NOTHING, suspects: 0 },
      disbelieved: [],
      samples: [],
      outbox: { due: 0, delivered: 0, rejected: 0, expired: 0, muted: 0, dropped: 0 },
      delivered: [],
    });
  });

  promise('how far each log was read, and what is remembered, is told', async (store) => {
    const remember = [{ shelf: 'worker', key: 'allyrion 7', body: { firstAt: 1 } }];
    await store.apply(commitOf({ checkpoints: [{ path: '/b.log', fingerprint: 'f2', offset: 200 }], remember }));
    await store.apply(commitOf({ checkpoints: [{ path: '/a.log', fingerprint: 'f1', offset: 5_000_000_000 }] }));
    const { checkpoints, memory } = await store.progress(0, 1e12);
    assert.deepEqual(checkpoints, [
      { path: '/a.log', fingerprint: 'f1', offset: 5_000_000_000 },
      { path: '/b.log', fingerprint: 'f2', offset: 200 },
    ]);
    assert.deepEqual(memory, remember);
  });

  promise('which logs are followed is told, as it was said last', async (store) => {
    const sources = async () => (await store.progress(0, 1e12)).sources;
    await store.follow(['/b.log', '/a.log', '/b.log'], 7);
    assert.deepEqual(await sources(), [
      { path: '/a.log', trouble: null, readAt: 7, lost: null, lostAt: null },
      { path: '/b.log', trouble: null, readAt: 7, lost: null, lostAt: null },
    ]);
    await store.follow(['/c.log'], 8);
    assert.deepEqual(await sources(), [{ path: '/c.log', trouble: null, readAt: 8, lost: null, lostAt: null }]);
  });

  promise('when a log was read last is told, and what keeps it from being read', async (store) => {
    const sources = async () => (await store.progress(0, 1e12)).sources;
    await store.follow(['/a.log', '/b.log'], 7);
    await store.trouble('/b.log', 'permission denied');
    await store.apply(commitOf({ checkpoints: [{ path: '/a.log', fingerprint: 'f1', offset: 1 }], readAt: 9 }));
    await store.apply(commitOf({ checkpoints: [{ path: '/imported.log', fingerprint: 'f2', offset: 1 }], readAt: 9 }));
    await store.apply(commitOf({}));
    assert.deepEqual(await sources(), [
      { path: '/a.log', trouble: null, readAt: 9, lost: null, lostAt: null },
      { path: '/b.log', trouble: 'permission denied', readAt: 7, lost: null, lostAt: null },
    ]);
    await store.trouble('/b.log', null);
    assert.deepEqual((await sources())[1]?.trouble, null);
  });

  promise('what was lost of a log is told for a day, whatever happens to it meanwhile', async (store) => {
    const DAY = 86_400_000;
    const lost = async (now: number) =>
      (await store.progress(0, now)).sources.map(({ lost, lostAt }) => [lost, lostAt]);
    await store.follow(['/a.log', '/b.log'], 1_000);
    await store.lost('/a.log', 'damaged', 2_000);
    await store.lost('/a.log', 'not found', 3_000);
    assert.deepEqual(await lost(4_000), [
      ['not found', 3_000],
      [null, null],
    ]);
    await store.trouble('/a.log', 'permission denied');
    await store.apply(commitOf({ checkpoints: [{ path: '/a.log', fingerprint: 'f1', offset: 1 }], readAt: 5_000 }));
    await store.follow(['/b.log', '/a.log'], 6_000);
    const [source] = (await store.progress(0, 3_000 + DAY)).sources;
    assert.deepEqual(source, { path: '/a.log', trouble: null, readAt: 6_000, lost: 'not found', lostAt: 3_000 });
    assert.deepEqual((await lost(3_001 + DAY))[0], [null, null]);
    await store.follow(['/b.log'], 7_000);
    await store.follow(['/a.log'], 8_000);
    assert.deepEqual(await lost(9_000), [[null, null]], 'it was not followed meanwhile');
  });

  promise('what failed is told for a day, and what is tried again and again after ten minutes', async (store) => {
    const MINUTE = 60_000;
    const told = (of: string) => ({ ...notification('firing', of), notedAt: 0 });
    await store.apply(commitOf({ notifications: [told('f1:1'), told('f1:2'), told('f1:3')] }));
    const untold = async (now: number) => (await store.progress(0, now)).untold;
    assert.deepEqual(await untold(11 * MINUTE), { failed: 0, stuck: 0 }, 'nobody has tried yet');
    await store.postpone(1, 20 * MINUTE, 'away');
    await store.close(2, 'rejected', 5 * MINUTE, 'no');
    await store.close(3, 'expired', 6 * MINUTE, 'late');
    assert.deepEqual(await untold(9 * MINUTE), { failed: 2, stuck: 0 });
    assert.deepEqual(await untold(11 * MINUTE), { failed: 2, stuck: 1 });
    assert.deepEqual(await untold(24 * 60 * MINUTE + 5.5 * MINUTE), { failed: 1, stuck: 1 });
  });

  promise('lines are counted over all commits', async (store) => {
    const tally = { ...NOTHING, lines: 5, bytes: 3_000_000_000, traffic: 2, candidates: 3, rejected: 1, nearMisses: 2 };
    await store.apply(commitOf({ tally }));
    await store.apply(commitOf({ tally: null }));
    await store.apply(commitOf({ tally }));
    assert.deepEqual((await store.progress(0, 1e12)).counted, {
      ...NOTHING,
      suspects: 0,
      lines: 10,
      bytes: 6_000_000_000,
      traffic: 4,
      candidates: 6,
      rejected: 2,
      nearMisses: 4,
    });
  });

  promise('of what was suspect only that counts which was not believed in the end', async (store) => {
    const suspects = ['f:1', 'f:2'].map((each) => {
      const event = {
        id: id(each),
        at: 1,
        utcOffsetMin: 0,
        host: 'lb',
        pid: 1,
        says: { kind: 'backend.exhausted', backend: 'app' },
      } as const;
      return { id: id(each), event, tag: 'haproxy', text: 'app has no server available', reason: 'alone' };
    });
    await store.apply(commitOf({ suspects }));
    await store.apply(commitOf({ cleared: [id('f:1')] }));
    assert.equal((await store.progress(0, 1e12)).counted.suspects, 1);
    // As an import of the same log brings it again.
    await store.apply(commitOf({ suspects: suspects.slice(1) }));
    assert.equal((await store.progress(0, 1e12)).counted.suspects, 1);
    await store.apply(commitOf({ cleared: [id('f:1')] }));
    assert.equal((await store.progress(0, 1e12)).counted.suspects, 1);
  });

  promise('who said within a day that a backend has no server, and was not believed, is named', async (store) => {
    const exhausted = "backend 'app' has no server available!";
    const fall = 'Server app/a is DOWN, reason: Layer4 timeout. 0 active and 0 backup servers left. 0 sessions active.';
    const one = (n: number, pid: number, at: number, text: string) => {
      const says = { kind: 'backend.exhausted', backend: 'app' } as const;
      const event = { id: id(`s:${n}`), at, utcOffsetMin: 0, host: 'lb', pid, says };
      return { id: id(`s:${n}`), event, tag: 'haproxy', text, reason: 'alone' };
    };
    const now = 1e12;
    const day = 86_400_000;
    const others = [2, 3, 4].map((pid) => one(10 + pid, pid, now - pid, exhausted));
    const other = one(20, 5, now, 'Server app/a is DOWN, reason: Layer4 timeout. 1 active and 0 backup servers left.');
    const old = one(21, 6, now - day - 1, exhausted);
    const suspects = [...others, one(1, 1, now - 20, fall), one(2, 1, now - 10, exhausted), other, old];
    await store.apply(commitOf({ suspects }));
    const who = { host: 'lb', tag: 'haproxy' };
    assert.deepEqual((await store.progress(0, now)).disbelieved, [
      { ...who, pid: 1, lines: 2, lastAt: now - 10 },
      { ...who, pid: 2, lines: 1, lastAt: now - 2 },
      { ...who, pid: 3, lines: 1, lastAt: now - 3 },
    ]);
  });

  const sample = (n: number, reason: string) => ({ text: `line ${n}`, reason, at: n });
  const samples = (count: number, reason: string, from = 0) =>
    Array.from({ length: count }, (_, i) => sample(from + i, reason));

  promise('of the last lines that were not understood every reason is heard, the newest first', async (store) => {
    await store.apply(commitOf({ samples: samples(3, 'near miss') }));
    await store.apply(commitOf({ samples: samples(1, 'too long', 3) }));
    assert.deepEqual((await store.progress(3, 1e12)).samples, [
      sample(3, 'too long'),
      sample(2, 'near miss'),
      sample(1, 'near miss'),
    ]);
    await store.apply(commitOf({ samples: samples(9, 'unknown opening', 4) }));
    assert.deepEqual((await store.progress(4, 1e12)).samples, [
      sample(12, 'unknown opening'),
      sample(11, 'unknown opening'),
      sample(3, 'too long'),
      sample(2, 'near miss'),
    ]);
  });

  promise('a flood of lines of one kind washes away no rare one, and nothing grows without end', async (store) => {
    await store.apply(commitOf({ samples: [sample(0, 'near miss')] }));
    for (let n = 1; n < 200; n += 5) await store.apply(commitOf({ samples: samples(5, 'unknown opening', n) }));
    assert.deepEqual((await store.progress(1_000, 1e12)).samples, [
      ...samples(25, 'unknown opening', 176).reverse(),
      sample(0, 'near miss'),
    ]);
    for (let n = 0; n < 10; n++) await store.apply(commitOf({ samples: samples(25, `reason ${n}`, 1_000) }));
    assert.equal((await store.progress(1_000, 1e12)).samples.length, 100);
  });

  promise('what waits, what arrived and what failed is counted', async (store) => {
    const firings = ['a', 'b', 'c', 'd'].map((of) => notification('firing', of));
    await store.apply(commitOf({ notifications: [...firings, notification('resolved', 'b')] }));
    const [first, second, third] = await store.due(10_000, 10);
    await store.delivered(first!.seq, 2_000, '250');
    await store.close(second!.seq, 'rejected', 2_000, '550 no such user');
    await store.close(third!.seq, 'expired', 2_000, 'too old');
    assert.deepEqual((await store.progress(0, 1e12)).outbox, {
      due: 1,
      delivered: 1,
      rejected: 1,
      expired: 1,
      muted: 1,
      dropped: 0,
    });
  });
}
