/** What a receiver refuses is told by another one, and nobody is told twice. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Channel, type Manners, type NotificationKind, openChannel } from '../../alerts/index.js';
import type { EventId } from '../../parsers/index.js';
import type { DeliveryDeps } from '../../src/deliver.js';
import { openStore } from '../../src/store/open.js';
import { type Hook, hook } from '../support/hook.js';
import { putInOutbox } from '../support/outbox.js';
import { passOver } from '../support/pass.js';
import { hookAt, notification, OPENED } from '../support/telling.js';

const LIMIT = { timeout: 20_000 };

const about = (event: NotificationKind, receiver: string, id = 'f:1') =>
  notification(event, { id: id as EventId, subject: id }, receiver);

/** Webhooks by name, each of which refuses as it is told to; everybody's fallback stands in `manners`. */
async function house(names: string[], manners: Record<string, Manners>) {
  const store = openStore(':memory:', 'write');
  const status: Record<string, number> = {};
  const hooks: Record<string, Hook> = {};
  const channels = new Map<string, Channel>();
  for (const name of names) {
    hooks[name] = await hook((response) => response.writeHead(status[name] ?? 200).end('Gone'));
    channels.set(name, await openChannel(hookAt(hooks[name].url), () => {}));
  }
  const time = { now: OPENED };
  const deps: DeliveryDeps = {
    store,
    channels,
    manners: new Map(Object.entries(manners)),
    clock: { now: () => time.now },
    random: () => 0.5,
    signal: new AbortController().signal,
    log: () => {},
  };
  /** Sends until nothing is due. */
  const send = async () => {
    for (let passes = 0; passes < 10 && (await passOver(deps)) > 0; passes++);
  };
  const told = (name: string) => hooks[name]!.posts.items.map(({ body }) => JSON.parse(body));
  const types = (name: string) => told(name).map(({ type }) => type.replace('incident.', ''));
  const end = async () => {
    for (const each of Object.values(hooks)) await each[Symbol.asyncDispose]();
  };
  return { store, status, time, send, told, types, [Symbol.asyncDispose]: end };
}

test(
  'what a receiver refuses for good is told by its fallback, which says why, and is told the end',
  LIMIT,
  async () => {
    await using it = await house(['oncall', 'chat'], { oncall: { fallback: 'chat' } });
    it.status.oncall = 410;
    await putInOutbox(it.store, about('firing', 'oncall'));
    await it.send();
    assert.deepEqual([it.types('oncall'), it.types('chat')], [['opened'], ['opened']]);
    assert.match(
      it.told('chat')[0].data.passed_on,
      /^receiver oncall refused it: 127\.0\.0\.1:\d+ answered 410: Gone$/,
    );
    it.status.oncall = 200;
    await putInOutbox(it.store, about('resolved', 'oncall'));
    await it.send();
    assert.deepEqual([it.types('oncall'), it.types('chat')], [['opened'], ['opened', 'resolved']]);
  },
);

test(
  'a fallback that was told a reminder alone is told the end, also when the receiver takes it again',
  LIMIT,
  async () => {
    await using it = await house(['oncall', 'chat'], { oncall: { fallback: 'chat' } });
    await putInOutbox(it.store, about('firing', 'oncall'));
    await it.send();
    it.status.oncall = 410;
    await putInOutbox(it.store, about('reminder', 'oncall'));
    await it.send();
    it.status.oncall = 200;
    await putInOutbox(it.store, about('resolved', 'oncall'));
    await it.send();
    assert.deepEqual(it.types('chat'), ['reminder', 'resolved']);
    assert.deepEqual(it.types('oncall'), ['opened', 'reminder', 'resolved']);
  },
);

test('a fallback that was told the end by a route of its own hears no reminder after it', LIMIT, async () => {
  for (const isBack of [true, false]) {
    await using it = await house(['oncall', 'chat'], { oncall: { fallback: 'chat' } });
    await putInOutbox(it.store, about('firing', 'oncall'), about('firing', 'chat'));
    await it.send();
    it.status.oncall = 503;
    it.status.chat = isBack ? 200 : 503;
    await putInOutbox(it.store, about('reminder', 'oncall'));
    await putInOutbox(it.store, about('resolved', 'oncall'), about('resolved', 'chat'));
    await it.send();
    it.status.oncall = 410;
    it.time.now += 60_000;
    await it.send();
    it.status.chat = 200;
    it.time.now += 60_000;
    await it.send();
    assert.deepEqual(it.types('chat').at(-1), 'resolved');
    assert.ok(!it.types('chat').includes('reminder'));
  }
});

test('a fallback does not hear the end of an older outage while a newer one lasts there', LIMIT, async () => {
  await using it = await house(['oncall', 'chat'], { oncall: { fallback: 'chat' } });
  const next = (event: NotificationKind, receiver: string) =>
    notification(event, { id: 'f:2' as EventId, subject: 'f:1' }, receiver);
  await putInOutbox(it.store, about('firing', 'oncall'));
  await it.send();
  it.status.oncall = 503;
  await putInOutbox(it.store, about('resolved', 'oncall'));
  await it.send();
  await putInOutbox(it.store, next('firing', 'oncall'), next('firing', 'chat'));
  await it.send();
  it.status.oncall = 410;
  it.time.now += 60_000;
  await it.send();
  assert.deepEqual(it.types('chat'), ['opened']);
  await putInOutbox(it.store, next('resolved', 'chat'));
  await it.send();
  assert.deepEqual(it.types('chat'), ['opened', 'resolved']);
});

test('so it is where the end is there before the reminder is refused', LIMIT, async () => {
  await using it = await house(['oncall', 'chat'], { oncall: { fallback: 'chat' } });
  await putInOutbox(it.store, about('firing', 'oncall'));
  await it.send();
  await putInOutbox(it.store, about('reminder', 'oncall'), about('resolved', 'oncall'));
  const [reminder] = await it.store.due(OPENED, 10);
  await it.store.close([reminder!.seq], 'rejected', OPENED, 'gone', 'chat');
  await it.send();
  assert.deepEqual(it.types('chat').at(-1), 'resolved');
  assert.deepEqual(it.types('oncall'), ['opened', 'resolved']);
});

test(
  'a fallback that was told the beginning hears who takes it on, and the end, also when the receiver takes them',
  LIMIT,
  async () => {
    await using it = await house(['oncall', 'chat'], { oncall: { fallback: 'chat' } });
    it.status.oncall = 410;
    await putInOutbox(it.store, about('firing', 'oncall'));
    await it.send();
    it.status.oncall = 200;
    await putInOutbox(it.store, about('reminder', 'oncall'));
    await it.send();
    await putInOutbox(it.store, about('acknowledged', 'oncall'));
    await it.send();
    await putInOutbox(it.store, about('resolved', 'oncall'));
    await it.send();
    assert.deepEqual(it.types('chat'), ['opened', 'acknowledged', 'resolved']);
    assert.deepEqual(it.types('oncall'), ['opened', 'reminder', 'acknowledged', 'resolved']);
  },
);

test(
  'a fallback hears who takes it on, and the end, though the receiver has left the configuration',
  LIMIT,
  async () => {
    await using it = await house(['oncall', 'chat'], { oncall: { fallback: 'chat' } });
    it.status.oncall = 410;
    await putInOutbox(it.store, about('firing', 'oncall'));
    await it.send();
    it.status.oncall = 200;
    for (const event of ['acknowledged', 'resolved'] as const) {
      await putInOutbox(it.store, { ...about(event, 'oncall'), gone: true });
      await it.send();
    }
    assert.deepEqual(it.types('chat'), ['opened', 'acknowledged', 'resolved']);
    assert.deepEqual(it.types('oncall'), ['opened']);
  },
);

test(
  'a receiver that was told and then left the configuration is told nothing more, and nothing fails',
  LIMIT,
  async () => {
    await using it = await house(['oncall', 'chat'], { oncall: { fallback: 'chat' } });
    await putInOutbox(it.store, about('firing', 'oncall'));
    await it.send();
    await putInOutbox(it.store, { ...about('resolved', 'oncall'), gone: true });
    await it.send();
    assert.deepEqual([it.types('oncall'), it.types('chat')], [['opened'], []]);
    const failed = await it.store.outbox({
      states: ['due', 'rejected', 'expired'],
      receiver: null,
      seqs: null,
      limit: 9,
    });
    assert.deepEqual(failed, []);
  },
);

test('the end that waits behind what was refused comes along, in one message', LIMIT, async () => {
  await using it = await house(['oncall', 'chat'], { oncall: { fallback: 'chat' } });
  it.status.oncall = 404;
  await putInOutbox(it.store, about('firing', 'oncall'), about('resolved', 'oncall'));
  await it.send();
  assert.deepEqual([it.types('oncall'), it.types('chat')], [['resolved'], ['resolved']]);
});

test('a fallback that was told by a route of its own is not told again', LIMIT, async () => {
  await using it = await house(['oncall', 'chat'], { oncall: { fallback: 'chat' } });
  it.status.oncall = 403;
  await putInOutbox(it.store, about('firing', 'chat'), about('firing', 'oncall'));
  await it.send();
  await putInOutbox(it.store, about('resolved', 'chat'), about('resolved', 'oncall'));
  await it.send();
  assert.deepEqual(it.types('chat'), ['opened', 'resolved']);
});

test('a fallback that refuses has a fallback of its own, and the end follows to who was told', LIMIT, async () => {
  await using it = await house(['a', 'b', 'c'], { a: { fallback: 'b' }, b: { fallback: 'c' } });
  it.status = Object.assign(it.status, { a: 410, b: 410 });
  await putInOutbox(it.store, about('firing', 'a'));
  await it.send();
  await putInOutbox(it.store, about('resolved', 'a'));
  await it.send();
  assert.deepEqual([it.types('a'), it.types('b'), it.types('c')], [['opened'], ['opened'], ['opened', 'resolved']]);
});

test('what is given up after three days is told by the fallback', LIMIT, async () => {
  await using it = await house(['oncall', 'chat'], { oncall: { fallback: 'chat' } });
  it.status.oncall = 503;
  await putInOutbox(it.store, about('firing', 'oncall'));
  for (let i = 0; i < 100 && it.types('chat').length === 0; i++) {
    it.time.now = Math.max(it.time.now, (await it.store.nextDueAt()) ?? 0);
    await it.send();
  }
  assert.deepEqual(it.types('chat'), ['opened']);
  assert.match(it.told('chat')[0].data.passed_on, /^receiver oncall could not be reached for three days: /);
});

test('a receiver that asks for a pause is not told what is new either', LIMIT, async () => {
  await using it = await house(['chat'], { chat: { perMinute: null } });
  await it.store.quiet('chat', OPENED + 600_000);
  await putInOutbox(it.store, about('firing', 'chat'));
  await it.send();
  assert.deepEqual(it.types('chat'), []);
  assert.equal(await it.store.nextDueAt(), OPENED + 600_000);
  it.time.now += 600_000;
  await it.send();
  assert.deepEqual(it.types('chat'), ['opened']);
});

test(
  'no receiver gets more messages in a minute than its ceiling, also after a restart; the rest comes as one',
  LIMIT,
  async () => {
    await using far = await hook();
    const channel = await openChannel(hookAt(far.url, { format: 'slack' }), () => {});
    const store = openStore(':memory:', 'write');
    const time = { now: OPENED };
    const deps: DeliveryDeps = {
      store,
      channels: new Map([['chat', channel]]),
      clock: { now: () => time.now },
      random: () => 0.5,
      signal: new AbortController().signal,
      log: () => {},
    };
    // Each with a life of its own: nothing but the store remembers what was sent.
    for (let i = 0; i < 600; i++) {
      const own = { id: `f:${i}` as EventId, subject: `b${i}`, openedAt: OPENED + i * 20_000 };
      await putInOutbox(store, notification('reminder', own, 'chat'));
      if (i % 20 === 0) await passOver({ ...deps });
    }
    assert.equal(far.posts.items.length, 6);
    time.now += 59_999;
    await passOver(deps);
    assert.equal(far.posts.items.length, 6);
    time.now += 1;
    await passOver(deps);
    assert.equal(far.posts.items.length, 7);
    assert.equal(await store.nextDueAt(), null, 'all of it was told');
  },
);
