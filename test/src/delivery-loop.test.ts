import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import test from 'node:test';
import { type Channel, type Notification, openChannel } from '../../alerts/index.js';
import type { EventId } from '../../parsers/index.js';
import type { DeliveryReport } from '../../src/deliver.js';
import { startDelivery } from '../../src/delivery-loop.js';
import { PAGE } from '../../src/lanes.js';
import { openDatabase, openStore } from '../../src/store/open.js';
import { sqliteStore } from '../../src/store/sqlite.js';
import type { Store } from '../../src/store/store.js';
import { type Hook, hook } from '../support/hook.js';
import { Inbox } from '../support/inbox.js';
import { putInOutbox } from '../support/outbox.js';
import { hookAt, notification } from '../support/telling.js';

const LIMIT = { timeout: 20_000 };
const SOON = 5_000;

/** The loop on the real clock, with a webhook for each name. */
async function running(hooks: Record<string, Hook>, store = openStore(':memory:', 'write'), longestNapMs = 60_000) {
  const reports = new Inbox<DeliveryReport>('report');
  const channels = new Map<string, Channel>();
  for (const [name, far] of Object.entries(hooks)) {
    channels.set(name, await openChannel(hookAt(far.url, { timeoutMs: 10_000 }), () => {}));
  }
  const delivery = startDelivery(
    {
      store,
      channels,
      clock: { now: () => Date.now() },
      random: () => 0,
      log: (report) => reports.put(report),
    },
    { longestNapMs },
  );
  const end = async () => {
    await delivery.stop(0).catch(() => {});
  };
  return { store, reports, delivery, [Symbol.asyncDispose]: end };
}

function about(id: number, receiver = 'chat', event: 'firing' | 'resolved' = 'firing'): Notification {
  return notification(event, { id: `f:${id}` as EventId, subject: `backend-${id}` }, receiver);
}

test('what is put into the outbox leaves it as soon as the bell is rung', LIMIT, async () => {
  await using far = await hook();
  await using run = await running({ chat: far });
  const { store, delivery } = run;
  await putInOutbox(store, about(1));
  delivery.ring();
  await run.reports.first(1, SOON);
  await putInOutbox(store, about(1, 'chat', 'resolved'));
  delivery.ring();
  // Sooner than the loop would look by itself.
  const posts = await far.posts.first(2, 900);
  assert.deepEqual(
    posts.map(({ body }) => JSON.parse(body).type),
    ['incident.opened', 'incident.resolved'],
  );
  await delivery.stop(SOON);
  assert.equal(await store.nextDueAt(), null);
});

test('a message that failed is tried again without anybody ringing', LIMIT, async () => {
  let posts = 0;
  await using far = await hook((response) => response.writeHead(posts++ === 0 ? 503 : 200).end());
  await using run = await running({ chat: far });
  const { store, reports, delivery } = run;
  await putInOutbox(store, about(1));
  delivery.ring();
  const [first, second] = await reports.first(2, 8_000);
  assert.deepEqual([first?.outcome, second?.outcome, second?.attempt], ['retry', 'delivered', 2]);
  await delivery.stop(SOON);
});

test('a receiver that hangs keeps nobody else waiting', LIMIT, async () => {
  await using hanging = await hook(() => {});
  await using well = await hook();
  await using run = await running({ hanging, well });
  const { store, delivery } = run;
  await putInOutbox(store, about(1, 'hanging'), about(1, 'well'));
  delivery.ring();
  await hanging.posts.first(1, SOON);
  await well.posts.first(1, SOON);
  await putInOutbox(store, about(2, 'hanging'), about(2, 'well'));
  delivery.ring();
  await well.posts.first(2, SOON);
  assert.equal(hanging.posts.items.length, 1);
  await delivery.stop(0);
});

test('a receiver that hangs keeps nobody else waiting, however much is due for it', LIMIT, async () => {
  await using hanging = await hook(() => {});
  await using well = await hook();
  const store = openStore(':memory:', 'write');
  await putInOutbox(store, ...Array.from({ length: PAGE + 1 }, (_, id) => about(id, 'hanging')), about(1, 'well'));
  const steps: string[] = [];
  const watched: Store = {
    ...store,
    due: (...which) => {
      steps.push('looks');
      return store.due(...which);
    },
    nextDueAt: () => {
      steps.push('sleeps');
      return store.nextDueAt();
    },
  };
  await using run = await running({ hanging, well }, watched);
  await well.posts.first(1, SOON);
  assert.deepEqual(steps.slice(0, 2), ['looks', 'looks'], 'a page that one receiver fills is no reason to sleep');
  await putInOutbox(store, about(2, 'well'));
  run.delivery.ring();
  await well.posts.first(2, SOON);
  await run.delivery.stop(0);
});

test('however often the bell is rung, nothing is sent twice', LIMIT, async () => {
  await using far = await hook((response) => setTimeout(() => response.end(), 2));
  await using run = await running({ chat: far });
  for (let id = 0; id < 30; id++) {
    await putInOutbox(run.store, about(id));
    for (let times = 0; times < 5; times++) {
      run.delivery.ring();
      await new Promise(setImmediate);
    }
  }
  const reports = await run.reports.first(30, SOON);
  await run.delivery.stop(SOON);
  assert.ok(reports.every(({ outcome }) => outcome === 'delivered'));
  const ids = far.posts.items.map(({ headers }) => headers['webhook-id']);
  assert.deepEqual([ids.length, new Set(ids).size], [30, 30]);
});

test('asked to stop, haplog waits for the answers that are on their way and begins nothing new', LIMIT, async () => {
  const answers = new Inbox<ServerResponse>('request');
  await using far = await hook((response) => answers.put(response));
  await using run = await running({ chat: far });
  const { store, reports, delivery } = run;
  await putInOutbox(store, about(1), about(2), about(3), about(4), about(5));
  delivery.ring();
  const onTheirWay = await answers.first(3, SOON);
  const stopped = delivery.stop(SOON);
  for (const response of onTheirWay) response.end();
  await stopped;
  assert.deepEqual(
    reports.items.map(({ outcome }) => outcome),
    ['delivered', 'delivered', 'delivered'],
  );
  assert.equal(far.posts.items.length, 3);
  assert.equal((await store.due(Date.now(), 10)).length, 2);
});

test('asked to stop while a receiver hangs, haplog ends in time and keeps the message for later', LIMIT, async () => {
  await using far = await hook(() => {});
  await using run = await running({ chat: far });
  const { store, reports, delivery } = run;
  await putInOutbox(store, about(1));
  delivery.ring();
  await far.posts.first(1, SOON);
  const begun = performance.now();
  await delivery.stop(100);
  assert.ok(performance.now() - begun < 3_000);
  assert.deepEqual(
    reports.items.map(({ outcome }) => outcome),
    ['interrupted'],
  );
  const [row] = await store.due(Date.now(), 10);
  assert.equal(row?.attempts, 0);
});

test(
  'a store that cannot mark ends the loop loudly: what cannot be marked must not go on being sent',
  LIMIT,
  async () => {
    const answers = new Inbox<ServerResponse>('request');
    await using far = await hook((response) => answers.put(response));
    const db = openDatabase(':memory:', 'write');
    await using run = await running({ chat: far }, sqliteStore(db));
    await putInOutbox(run.store, about(1));
    run.delivery.ring();
    const [response] = await answers.first(1, SOON);
    db.pragma('query_only = ON');
    response?.end();
    await assert.rejects(run.delivery.ended, /readonly/);
    await assert.rejects(run.delivery.stop(SOON), /readonly/);
  },
);

test('a message that somebody put back into the outbox is sent without anybody ringing', LIMIT, async () => {
  await using far = await hook();
  const store = openStore(':memory:', 'write');
  await putInOutbox(store, about(1));
  const [row] = await store.due(Date.now(), 1);
  await store.close(row!.seq, 'rejected', Date.now(), '403');
  await using _loop = await running({ chat: far }, store, 200);
  assert.equal(await store.retry([row!.seq]), null);
  const [post] = await far.posts.first(1, SOON);
  assert.ok(post);
});
