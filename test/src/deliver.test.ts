import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { type Channel, type Notification, type NotificationKind, openChannel } from '../../alerts/index.js';
import type { EventId } from '../../parsers/index.js';
import type { DeliveryDeps, DeliveryReport } from '../../src/deliver.js';
import { openStore } from '../../src/store/open.js';
import type { Store } from '../../src/store/store.js';
import { type Hook, hook } from '../support/hook.js';
import { mailbox, refusal } from '../support/mailbox.js';
import { putInOutbox } from '../support/outbox.js';
import { passOver } from '../support/pass.js';
import { emailTo, hookAt, notification, OPENED } from '../support/telling.js';

const LIMIT = { timeout: 20_000 };
const HOUR = 3_600_000;

/** An outbox, the channels that empty it, and a clock that is set by hand. */
function delivery(channels: Record<string, Channel>, store: Store = openStore(':memory:', 'write')) {
  const reports: DeliveryReport[] = [];
  const time = { now: OPENED };
  const deps: DeliveryDeps = {
    store,
    channels: new Map(Object.entries(channels)),
    clock: { now: () => time.now },
    random: () => 0.5,
    signal: new AbortController().signal,
    log: (report) => reports.push(report),
  };
  return { store, time, reports, deps, pass: () => passOver(deps) };
}

function toHook(far: Hook): Promise<Channel> {
  return openChannel(hookAt(far.url), () => {});
}

function about(id: number | string, event: NotificationKind = 'firing', receiver = 'chat'): Notification {
  return notification(event, { id: `f:${id}` as EventId, subject: `backend-${id}` }, receiver);
}

function types(far: Hook): unknown[] {
  return far.posts.items.map(({ body }) => JSON.parse(body).type);
}

test(
  'of what one server took with it the first is told at once, and all others as one, also after a restart',
  LIMIT,
  async (t) => {
    await using far = await hook();
    const receiver = { ...hookAt(far.url), format: 'slack' } as const;
    const chat = await openChannel(receiver, () => {});
    const folder = await mkdtemp(join(tmpdir(), 'haplog-'));
    t.after(() => rm(folder, { recursive: true }));
    const file = join(folder, 'haplog.db');
    const before = delivery({ chat }, openStore(file, 'write'));
    for (const subject of ['shop', 'api', 'admin', 'search']) {
      const about = { id: `f:${subject}` as EventId, subject, openedAt: before.time.now };
      await putInOutbox(before.store, { ...notification('firing', about, 'chat'), createdAt: before.time.now });
      await before.pass();
      before.time.now += 1_000;
    }
    const texts = () => far.posts.items.map(({ body }) => JSON.parse(body).text.split('\n')[0]);
    assert.equal(texts().length, 1);
    await before.store.end();
    const { store, time, pass } = delivery({ chat }, openStore(file, 'write'));
    t.after(() => store.end());
    time.now = OPENED + 4_000;
    assert.equal(await pass(), 0);
    const next = await store.nextDueAt();
    assert.equal(next, OPENED + 10_000);
    time.now = next!;
    assert.equal(await pass(), 1);
    assert.deepEqual(
      texts().map((text) => /^Backend shop |^3 backends /.exec(text)?.[0]),
      ['Backend shop ', '3 backends '],
    );
    assert.equal(await store.nextDueAt(), null);
  },
);

test('what was accepted is never sent again', LIMIT, async () => {
  await using far = await hook();
  const { store, pass } = delivery({ chat: await toHook(far) });
  await putInOutbox(store, about(1), about(2));
  assert.equal(await pass(), 2);
  assert.equal(await pass(), 0);
  assert.equal(far.posts.items.length, 2);
  assert.equal(await store.nextDueAt(), null);
});

test('who could not be told that it began is told once that it began and ended, and why so late', LIMIT, async () => {
  let refusals = 0;
  await using box = await mailbox({
    onRcptTo: (_to, _session, done) => done(refusals++ === 0 ? refusal(450, 'try later') : null),
  });
  const { store, pass, time, reports } = delivery({ oncall: await openChannel(emailTo(box.port), () => {}) });
  await putInOutbox(store, about(1, 'firing', 'oncall'));
  await pass();
  await putInOutbox(store, about(1, 'resolved', 'oncall'));
  await pass();
  time.now += 4_999;
  await pass();
  assert.equal(box.mails.items.length, 0);
  time.now += 1;
  await pass();
  await pass();
  assert.deepEqual(
    reports.map(({ outcome, event, attempt }) => `${outcome} ${event} ${attempt}`),
    ['retry firing 1', 'delivered resolved 2'],
  );
  const text = box.mails.items[0]?.parsed.text ?? '';
  assert.match(text, /^Resolved: backend backend-1 on allyrion has a server again, after 4 min 12 s; it began /);
  assert.match(text, /\nNot before: {2}the beginning could not be told: .*450.* try later/);
  assert.equal(await store.nextDueAt(), null);
});

test('a resolved that comes while the firing is on its way waits for its answer', LIMIT, async () => {
  let tellEnd = async () => {};
  await using far = await hook(async (response) => {
    await tellEnd();
    response.end();
  });
  const { store, pass } = delivery({ chat: await toHook(far) });
  tellEnd = () => {
    tellEnd = async () => {};
    return putInOutbox(store, about(1, 'resolved')).then(() => pass().then((sent) => assert.equal(sent, 1)));
  };
  await putInOutbox(store, about(1));
  // A second look in the middle sends the same letter again, as after a kill, and not the end.
  await pass();
  await pass();
  assert.deepEqual(types(far), ['incident.opened', 'incident.opened', 'incident.resolved']);
});

test('who was told nothing is not told the end', LIMIT, async () => {
  await using far = await hook((response) => response.writeHead(404).end());
  const { store, pass, reports } = delivery({ chat: await toHook(far) });
  await putInOutbox(store, about(1));
  await pass();
  await putInOutbox(store, about(1, 'resolved'));
  await pass();
  assert.deepEqual(types(far), ['incident.opened']);
  assert.deepEqual(
    reports.map(({ outcome }) => outcome),
    ['rejected'],
  );
});

test('a receiver that refused the beginning is told by the next reminder, and then the end', LIMIT, async () => {
  let mended = false;
  await using far = await hook((response) => response.writeHead(mended ? 200 : 404).end());
  const { store, pass, reports } = delivery({ chat: await toHook(far) });
  await putInOutbox(store, about(1));
  await pass();
  await pass();
  mended = true;
  await putInOutbox(store, about(1, 'reminder'));
  await pass();
  await putInOutbox(store, about(1, 'resolved'));
  await pass();
  assert.deepEqual(types(far), ['incident.opened', 'incident.reminder', 'incident.resolved']);
  assert.deepEqual(
    reports.map(({ outcome, event }) => `${event} ${outcome}`),
    ['firing rejected', 'reminder delivered', 'resolved delivered'],
  );
});

test('a receiver that stays away is given up after three days, and the outbox is empty then', LIMIT, async () => {
  await using far = await hook((response) => response.writeHead(500).end());
  const { store, pass, time, reports } = delivery({ chat: await toHook(far) });
  await putInOutbox(store, about(1));
  for (let next = await store.nextDueAt(); next !== null && reports.length < 100; next = await store.nextDueAt()) {
    time.now = Math.max(time.now, next);
    await pass();
  }
  assert.equal(reports.at(-1)?.outcome, 'expired');
  assert.equal(reports.length, far.posts.items.length);
  assert.equal(Math.round((time.now - OPENED) / HOUR), 72);
});

test('a receiver that asks for a pause is left alone, by the messages that wait behind too', LIMIT, async () => {
  await using far = await hook((response) => response.writeHead(429, { 'retry-after': '600' }).end());
  const { store, pass } = delivery({ chat: await toHook(far) });
  await putInOutbox(store, ...Array.from({ length: 20 }, (_, i) => about(i)));
  assert.ok((await pass()) <= 3);
  assert.equal(await pass(), 0);
  assert.ok(far.posts.items.length <= 3, `${far.posts.items.length} posts`);
  assert.equal(await store.nextDueAt(), OPENED + 600_000);
});

test('a message that waits out the pauses of its receiver uses up none of its attempts', LIMIT, async () => {
  await using far = await hook((response) => response.writeHead(503, { 'retry-after': '600' }).end());
  const { store, pass, time, reports } = delivery({ chat: await toHook(far) });
  await putInOutbox(store, ...Array.from({ length: 20 }, (_, i) => about(i)));
  for (let pauses = 0; pauses < 10; pauses++) {
    await pass();
    time.now = (await store.nextDueAt()) ?? time.now;
  }
  const attempts = (await store.due(Number.MAX_SAFE_INTEGER, 100)).map((row) => row.attempts);
  assert.equal(
    attempts.reduce((sum, each) => sum + each, 0),
    far.posts.items.length,
  );
  assert.equal(reports.length, far.posts.items.length);
  assert.ok(time.now >= OPENED + 10 * 600_000, 'each answer renews the pause');
});

for (const [waits, headers] of [
  ['was not accepted', {}],
  ['waits out a pause of its receiver', { 'retry-after': '600' }],
] as const) {
  test(
    `what ${waits} while the clock was ahead is tried once the clock is right, and so is what is new`,
    LIMIT,
    async () => {
      let mended = false;
      await using far = await hook((response) => response.writeHead(mended ? 200 : 503, mended ? {} : headers).end());
      const { store, pass, time, reports } = delivery({ chat: await toHook(far) });
      time.now = OPENED + 240 * HOUR;
      await putInOutbox(store, about(1));
      await pass();
      mended = true;
      time.now = OPENED + HOUR;
      await putInOutbox(store, about(2));
      assert.equal(await pass(), 2);
      assert.deepEqual(
        reports.map(({ outcome }) => outcome),
        ['retry', 'delivered', 'delivered'],
      );
      assert.equal(await store.nextDueAt(), null);
    },
  );
}

test('only a few messages are on their way to one receiver at once', LIMIT, async () => {
  let open = 0;
  let most = 0;
  await using far = await hook((response: ServerResponse) => {
    most = Math.max(most, ++open);
    setTimeout(() => {
      open--;
      response.end();
    }, 5);
  });
  const { store, pass } = delivery({ chat: await toHook(far) });
  await putInOutbox(store, ...Array.from({ length: 30 }, (_, i) => about(i)));
  assert.equal(await pass(), 30);
  assert.ok(most > 1 && most <= 3, `${most} at once`);
});

test('a message for a receiver that left the config is closed, and says why', LIMIT, async () => {
  const { store, pass, reports } = delivery({});
  await putInOutbox(store, about(1));
  assert.equal(await pass(), 1);
  assert.deepEqual(
    reports.map(({ outcome, detail }) => [outcome, detail]),
    [['rejected', 'receiver "chat" is not in the config any more']],
  );
  assert.equal(await store.nextDueAt(), null);
});

test('a fault in one channel loses no message and stops no other', LIMIT, async () => {
  await using far = await hook();
  const broken: Channel = {
    send: () => {
      throw new TypeError('x is undefined');
    },
    close() {},
  };
  const { store, pass, reports, time } = delivery({ broken, chat: await toHook(far) });
  await putInOutbox(store, about(1, 'firing', 'broken'), about(1));
  assert.equal(await pass(), 2);
  assert.equal(far.posts.items.length, 1);
  const fault = reports.find(({ receiver }) => receiver === 'broken');
  assert.deepEqual([fault?.outcome, fault?.detail], ['retry', 'fault in haplog: x is undefined']);
  assert.equal(await store.nextDueAt(), time.now + 5_000);
});

test('killed between acceptance and the mark, haplog repeats the message once, under the same id', LIMIT, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'haplog-'));
  try {
    const database = join(folder, 'haplog.db');
    const store = openStore(database, 'write');
    await putInOutbox(store, about(1));
    await store.end();

    let killFirst = () => {};
    await using far = await hook((response) => {
      killFirst();
      response.end();
    });
    const run = () => {
      const script = ['--import', 'tsx', 'test/support/deliver-once.ts', database, far.url];
      return spawn(process.execPath, script, { stdio: ['ignore', 'pipe', 'inherit'] });
    };
    const first = run();
    killFirst = () => first.kill('SIGKILL');
    assert.equal((await once(first, 'exit'))[1], 'SIGKILL');
    killFirst = () => {};

    const printed = [];
    for (const life of [run, run]) {
      const child = life();
      const [output] = await once(child.stdout.setEncoding('utf8'), 'data');
      await once(child, 'exit');
      printed.push(output.trim());
    }
    assert.deepEqual(printed, ['1', '0']);
    const ids = far.posts.items.map(({ headers }) => headers['webhook-id']);
    assert.equal(ids.length, 2);
    assert.equal(ids[0], ids[1]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
