/** News of one subject reaches a receiver in the order in which it happened: a late end is never the last word about a newer outage. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Channel, type NotificationKind, openChannel, type WebhookReceiver } from '../../alerts/index.js';
import type { EventId } from '../../parsers/index.js';
import type { DeliveryDeps, DeliveryReport } from '../../src/deliver.js';
import { openStore } from '../../src/store/open.js';
import { hook } from '../support/hook.js';
import { putInOutbox } from '../support/outbox.js';
import { passOver } from '../support/pass.js';
import { hookAt, notification, OPENED } from '../support/telling.js';

const LIMIT = { timeout: 20_000 };
const SECOND = 1_000;
const STATES = ['due', 'delivered', 'rejected', 'expired', 'muted', 'dropped'] as const;

/** The `n`th outage of a backend. */
const about = (event: NotificationKind, n: number, subject = 'app') =>
  notification(event, { id: `f:${subject}${n}` as EventId, subject, openedAt: OPENED + n * SECOND }, 'chat');

/** What a webhook was sent and accepted. `answers` says how it answers a post; 200 where it says nothing. */
async function house(format: WebhookReceiver['format'], perMinute: number | null = null) {
  const store = openStore(':memory:', 'write');
  const accepted: string[] = [];
  const tried: string[] = [];
  const it = { answers: (_what: string): number => 200 };
  const named = (body: string) => {
    const { type, data, text } = JSON.parse(body);
    if (format !== 'json') return text.split('\n')[0] as string;
    return `${data.id} ${type.replace('incident.', '')}`;
  };
  const far = await hook((response, { body }) => {
    const what = named(body);
    const status = it.answers(what);
    tried.push(what);
    if (status === 200) accepted.push(what);
    response.writeHead(status, status === 429 ? { 'retry-after': '60' } : {}).end('Well');
  });
  const chat: Channel = await openChannel(hookAt(far.url, { format }), () => {});
  const time = { now: OPENED };
  const reports: DeliveryReport[] = [];
  const deps: DeliveryDeps = {
    store,
    channels: new Map([['chat', chat]]),
    manners: new Map([['chat', { perMinute }]]),
    clock: { now: () => time.now },
    random: () => 0.5,
    signal: new AbortController().signal,
    log: (report) => reports.push(report),
    back: new Set(),
  };
  /** Sends until nothing is due. */
  const send = async () => {
    for (let passes = 0; passes < 20 && (await passOver(deps)) > 0; passes++);
  };
  /** Sends whatever falls due in this time. */
  const wait = async (ms: number) => {
    const until = time.now + ms;
    for (let next = await store.nextDueAt(); next !== null && next <= until; next = await store.nextDueAt()) {
      time.now = Math.max(time.now, next);
      const before = tried.length;
      await send();
      if (tried.length === before && (await store.nextDueAt()) === next) break;
    }
    time.now = until;
  };
  const states = async () =>
    (await store.outbox({ states: [...STATES], receiver: null, seqs: null, limit: 100 }))
      .toReversed()
      .map(({ state, notification: { event, incident } }) => `${incident.id} ${event} ${state}`);
  const end = () => far[Symbol.asyncDispose]();
  return Object.assign(it, { store, time, accepted, tried, reports, send, wait, states, [Symbol.asyncDispose]: end });
}

/** Answers 500 the first `times` times to what this names. */
const failing = (pattern: RegExp, times: number) => {
  let left = times;
  return (what: string) => (pattern.test(what) && left-- > 0 ? 500 : 200);
};

test('an end that was not accepted at once is told before the next outage begins', LIMIT, async () => {
  await using it = await house('json');
  it.answers = failing(/resolved/, 1);
  await putInOutbox(it.store, about('firing', 1));
  await it.send();
  await putInOutbox(it.store, about('resolved', 1));
  await it.send();
  it.time.now += 2 * SECOND;
  await putInOutbox(it.store, about('firing', 2));
  await it.send();
  assert.deepEqual(it.accepted, ['f:app1 opened', 'f:app1 resolved', 'f:app2 opened'], 'what is new brings it along');
});

test('where a receiver was away, the end of one outage is told before the beginning of the next', LIMIT, async () => {
  for (const format of ['json', 'slack'] as const) {
    await using it = await house(format);
    await putInOutbox(it.store, about('firing', 1));
    await it.send();
    it.answers = () => 500;
    await putInOutbox(it.store, about('resolved', 1));
    await it.wait(22 * SECOND);
    await putInOutbox(it.store, about('firing', 2));
    await it.wait(4 * SECOND);
    it.answers = () => 200;
    const before = it.accepted.length;
    await it.wait(17 * SECOND);
    const told = it.accepted.slice(before).map((what) => /resolved/i.test(what));
    assert.deepEqual(told, [true, false], `${format}: the alarm waits for its own attempts only`);
    assert.equal(await it.store.nextDueAt(), null);
  }
});

test('attempts that a newer outage brings about are not counted against the older end', LIMIT, async () => {
  await using it = await house('json');
  await putInOutbox(it.store, about('firing', 1));
  await it.send();
  it.answers = () => 500;
  await putInOutbox(it.store, about('resolved', 1));
  await it.wait(70 * SECOND);
  const attempts = async () => (await it.store.due(1e15, 9)).map((row) => [row.attempts, row.dueAt - it.time.now]);
  assert.deepEqual(await attempts(), [[4, 115 * SECOND]]);
  await putInOutbox(it.store, about('firing', 2));
  await it.send();
  assert.deepEqual(await attempts(), [
    [4, 115 * SECOND],
    [1, 5 * SECOND],
  ]);
  assert.equal((await it.store.due(1e15, 1))[0]?.letter, null);
});

/** The receiver was away for nine hours while an outage waited, and is told of a newer one. */
async function comeBack(it: Awaited<ReturnType<typeof house>>): Promise<void> {
  it.answers = () => 503;
  await putInOutbox(it.store, about('firing', 1));
  await it.wait(9 * 3_600 * SECOND);
  it.answers = () => 200;
  await putInOutbox(it.store, about('firing', 2, 'web'));
  await it.send();
}

test('a receiver that is back hears at once of the older outage that lasts, not hours later', LIMIT, async () => {
  await using it = await house('json');
  await comeBack(it);
  assert.deepEqual(it.accepted, ['f:web2 opened', 'f:app1 opened']);
});

test('also where so much is new that all places of the minute are taken', LIMIT, async () => {
  await using it = await house('json', 1);
  await comeBack(it);
  assert.deepEqual(it.accepted, ['f:web2 opened']);
  it.time.now += 60 * SECOND;
  await it.send();
  assert.deepEqual(it.accepted, ['f:web2 opened', 'f:app1 opened']);
});

test('what alone is never taken is tried once after each that is, and given up no sooner', LIMIT, async () => {
  await using it = await house('json');
  it.answers = (what) => (what.startsWith('f:app1') ? 500 : 200);
  await putInOutbox(it.store, about('firing', 1));
  await it.wait(70 * SECOND);
  const [row] = await it.store.due(1e15, 9);
  const tried = it.tried.length;
  for (const n of [2, 3]) {
    await putInOutbox(it.store, about('firing', n, `web${n}`));
    await it.send();
  }
  assert.equal(it.tried.length, tried + 4);
  assert.deepEqual(await it.store.due(1e15, 9), [row]);
});

test('an end that a receiver fails to take for good holds up the next alarm for some seconds only', LIMIT, async () => {
  for (const format of ['json', 'slack'] as const) {
    await using it = await house(format);
    it.answers = failing(/resolved/i, 99);
    await putInOutbox(it.store, about('firing', 1));
    await it.send();
    await putInOutbox(it.store, about('resolved', 1), about('firing', 2));
    await it.wait(19 * SECOND);
    assert.equal(it.accepted.length, 1);
    await it.wait(2 * SECOND);
    assert.equal(it.accepted.length, 2);
    const [, end] = await it.states();
    // Where each incident has a name, a late end harms nothing; to people it would be the last word about the new outage.
    assert.equal(end, format === 'json' ? 'f:app1 resolved due' : 'f:app1 resolved dropped');
    await putInOutbox(it.store, about('resolved', 2));
    it.answers = () => 200;
    await it.wait(3_600 * SECOND);
    assert.equal(await it.store.nextDueAt(), null);
  }
});

test('an end that is refused holds up nothing', LIMIT, async () => {
  await using it = await house('json');
  it.answers = (what) => (what === 'f:app1 resolved' ? 404 : 200);
  await putInOutbox(it.store, about('firing', 1));
  await it.send();
  await putInOutbox(it.store, about('resolved', 1), about('firing', 2));
  await it.send();
  assert.deepEqual(it.accepted, ['f:app1 opened', 'f:app2 opened']);
});

test('the pause that a receiver asks for is kept, and the order too', LIMIT, async () => {
  await using it = await house('json');
  await putInOutbox(it.store, about('firing', 1));
  await it.send();
  it.answers = () => 429;
  await putInOutbox(it.store, about('resolved', 1));
  await it.send();
  await putInOutbox(it.store, about('firing', 2));
  await it.wait(59 * SECOND);
  assert.equal(it.tried.length, 2);
  it.answers = () => 200;
  await it.wait(2 * SECOND);
  assert.deepEqual(it.accepted, ['f:app1 opened', 'f:app1 resolved', 'f:app2 opened']);
});

test('what waits for company is told before what came after it, of the same subjects', LIMIT, async () => {
  await using it = await house('slack', 6);
  const names = ['a', 'b', 'c', 'd'];
  const all = (event: NotificationKind, n: number) => names.map((name) => about(event, n, name));
  for (const [event, n] of [
    ['firing', 1],
    ['resolved', 1],
    ['firing', 2],
  ] as const) {
    for (const each of all(event, n)) {
      await putInOutbox(it.store, { ...each, createdAt: it.time.now, notedAt: it.time.now });
      await it.wait(SECOND / 2);
    }
  }
  await it.wait(60 * SECOND);
  assert.equal(it.accepted.length, 5, 'nothing new brings more messages');
  const last = new Map<string, number>();
  for (const [i, line] of (await it.store.told('chat', 0, 1e15, 50)).toReversed().entries()) {
    const key = line.incident.subject;
    const rank = Number(line.incident.id.at(-1)) * 2 + Number(line.event === 'resolved');
    assert.ok(rank >= (last.get(key) ?? 0), `${i}: ${key}`);
    last.set(key, rank);
  }
  assert.equal(await it.store.nextDueAt(), null);
});

test('a weekend of outages that a receiver was away for is a few messages, in their order', LIMIT, async () => {
  await using it = await house('slack', 6);
  await putInOutbox(it.store, about('firing', 1));
  await it.send();
  it.answers = () => 500;
  await putInOutbox(it.store, about('resolved', 1));
  for (const n of [2, 3, 4, 5]) {
    await it.wait(600 * SECOND);
    await putInOutbox(it.store, about('firing', n), about('resolved', n));
  }
  await it.wait(600 * SECOND);
  await putInOutbox(it.store, about('firing', 6));
  it.answers = () => 200;
  await it.wait(10 * SECOND);
  const [, ...told] = it.accepted.map((what) => what.replace(/ since .*| on .*|, after .*/, ''));
  assert.deepEqual(told, ['Resolved: backend app', '4 incidents began and ended', 'Backend app']);
});
