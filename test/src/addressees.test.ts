/** A mail receiver of several addresses, of which a real mail server refuses one: nobody is told twice, and nobody is lost. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { type EmailReceiver, type Notification, type NotificationKind, openChannel } from '../../alerts/index.js';
import type { EventId } from '../../parsers/index.js';
import type { DeliveryDeps, DeliveryReport } from '../../src/deliver.js';
import { startDelivery } from '../../src/delivery-loop.js';
import { openStore } from '../../src/store/open.js';
import type { OutboxEntry, Store } from '../../src/store/store.js';
import { hook } from '../support/hook.js';
import { Inbox } from '../support/inbox.js';
import { mailbox, refusal } from '../support/mailbox.js';
import { putInOutbox } from '../support/outbox.js';
import { passOver } from '../support/pass.js';
import { emailTo, hookAt, notification, OPENED } from '../support/telling.js';
import { tempFolder } from './store/temp-folder.js';

const LIMIT = { timeout: 20_000 };
const OPS = 'ops@example.org';
const TMP = 'tmp@example.org';
const MINUTE = 60_000;

const about = (event: NotificationKind, id = 'f:1'): Notification =>
  notification(event, { id: id as EventId, subject: id }, 'oncall');

/** A mail server, two addresses there, a fallback, and an outbox on disk of which every step is a life of its own. */
async function house(t: TestContext) {
  const database = join(tempFolder(t), 'haplog.db');
  /** What an address is answered; 0: it is taken. */
  const code: Record<string, number> = {};
  /** Called when an address is named; it is answered after that. */
  const slow: Record<string, () => Promise<void>> = {};
  const box = await mailbox({
    onRcptTo: async ({ address }, _session, done) => {
      await slow[address]?.();
      const answer = code[address] ?? 0;
      done(answer === 0 ? null : refusal(answer, answer < 500 ? 'greylisted' : 'no such user'));
    },
  });
  const far = await hook();
  const reports: DeliveryReport[] = [];
  const time = { now: OPENED };
  const receiver: EmailReceiver = { ...emailTo(box.port), to: [OPS, `Spare <${TMP}>`] };
  const it = {
    box,
    code,
    slow,
    reports,
    time,
    receiver,
    chat: () => far.posts.items.map(({ body }) => JSON.parse(body)),
  };

  const life = async <T>(work: (deps: DeliveryDeps & { store: Store }) => T | Promise<T>): Promise<T> => {
    const store = openStore(database, 'write');
    const channels = new Map([
      [it.receiver.name, await openChannel(it.receiver, () => {})],
      ['chat', await openChannel(hookAt(far.url), () => {})],
    ]);
    try {
      return await work({
        store,
        channels,
        manners: new Map([[it.receiver.name, { fallback: 'chat', perMinute: null }]]),
        clock: { now: () => time.now },
        random: () => 0.5,
        signal: new AbortController().signal,
        log: (report) => reports.push(report),
      });
    } finally {
      await store.end();
    }
  };
  const put = (...told: Notification[]) => life(({ store }) => putInOutbox(store, ...told));
  const pass = () => life(passOver);
  const nextDueAt = () => life(({ store }) => store.nextDueAt());
  const rows = () =>
    life(async ({ store }) => {
      const all = { states: ['due', 'delivered', 'rejected', 'expired', 'muted', 'dropped'], receiver: null } as const;
      return (await store.outbox({ ...all, seqs: null, limit: 100 })).toReversed();
    });
  const told = () =>
    box.mails.items.map(({ recipients, parsed }) => `${recipients}: ${parsed.headers.get('x-haplog-event')}`);
  const end = async () => {
    await box[Symbol.asyncDispose]();
    await far[Symbol.asyncDispose]();
  };
  return Object.assign(it, { life, put, pass, nextDueAt, rows, told, [Symbol.asyncDispose]: end });
}

const inShort = (rows: OutboxEntry[]) =>
  rows.map(({ state, notification: { receiver, event } }) => `${receiver} ${event} ${state}`);

test(
  'an address that is refused for now is tried again alone, under the same Message-ID, in another life',
  LIMIT,
  async (t) => {
    await using it = await house(t);
    it.code[TMP] = 451;
    await it.put(about('firing'));
    await it.pass();
    assert.deepEqual(it.told(), [`${OPS}: firing`]);
    assert.deepEqual(
      it.reports.map(({ receiver, outcome, attempt, dueAt }) => [receiver, outcome, attempt, dueAt && dueAt - OPENED]),
      [
        ['oncall', 'delivered', 1, null],
        [`oncall <${TMP}>`, 'retry', 1, 5_000],
      ],
    );
    assert.equal(it.reports[1]?.detail, '127.0.0.1: 451 greylisted');
    assert.deepEqual(inShort(await it.rows()), ['oncall firing delivered', `oncall <${TMP}> firing due`]);
    await it.pass();
    assert.equal(it.box.mails.items.length, 1, 'not before its time');

    it.time.now = (await it.nextDueAt())!;
    await it.pass();
    assert.equal(await it.nextDueAt(), it.time.now + 15_000, 'the usual pauses');
    it.code[TMP] = 0;
    it.time.now += 15_000;
    await it.pass();
    assert.deepEqual(it.told(), [`${OPS}: firing`, `${TMP}: firing`]);
    const [first, second] = it.box.mails.items;
    assert.equal(second!.parsed.messageId, first!.parsed.messageId);
    const headerOf = ({ raw }: { raw: string }) =>
      raw.slice(0, raw.indexOf('\r\n\r\n')).replaceAll(/^(?:Date|.*boundary=).*$/gm, '');
    assert.equal(headerOf(second!), headerOf(first!));
    assert.equal(await it.nextDueAt(), null);
  },
);

test('an end, too, bears the same Message-ID for the address that is told it later', LIMIT, async (t) => {
  await using it = await house(t);
  await it.put(about('firing'));
  await it.pass();
  it.code[TMP] = 451;
  await it.put(about('resolved'));
  await it.pass();
  it.code[TMP] = 0;
  it.time.now += MINUTE;
  await it.pass();
  assert.deepEqual(it.told(), [`${OPS},${TMP}: firing`, `${OPS}: resolved`, `${TMP}: resolved`]);
  const [, all, one] = it.box.mails.items;
  assert.equal(one!.parsed.messageId, all!.parsed.messageId);
});

test('a digest of which one address is told later is the same letter', LIMIT, async (t) => {
  await using it = await house(t);
  it.code[TMP] = 451;
  for (const id of ['f:1', 'f:2']) await it.put(about('firing', id), about('resolved', id));
  await it.pass();
  it.code[TMP] = 0;
  it.time.now += MINUTE;
  await it.pass();
  const [all, one] = it.box.mails.items;
  assert.deepEqual(it.told(), [`${OPS}: digest`, `${TMP}: digest`]);
  assert.equal(one!.parsed.messageId, all!.parsed.messageId);
});

test(
  'an address that is refused for good is a rejected row, and its fallback is told why, and the end',
  LIMIT,
  async (t) => {
    await using it = await house(t);
    it.code[TMP] = 550;
    await it.put(about('firing'));
    await it.pass();
    const [, lost] = it.reports;
    assert.deepEqual(
      [lost?.receiver, lost?.outcome, lost?.detail],
      [`oncall <${TMP}>`, 'rejected', '127.0.0.1: 550 no such user'],
    );
    assert.deepEqual(inShort(await it.rows()), [
      'oncall firing delivered',
      `oncall <${TMP}> firing rejected`,
      'chat firing due',
    ]);
    await it.pass();
    assert.equal(it.chat()[0].data.passed_on, `receiver oncall <${TMP}> refused it: 127.0.0.1: 550 no such user`);
    it.code[TMP] = 0; // somebody has made the account
    await it.put(about('resolved'));
    await it.pass();
    assert.deepEqual(it.told(), [`${OPS}: firing`, `${OPS},${TMP}: resolved`]);
    assert.deepEqual(
      it.chat().map(({ type }) => type),
      ['incident.opened', 'incident.resolved'],
    );
    assert.equal(await it.nextDueAt(), null);
  },
);

test(
  'the end goes to all addresses at once, and who was not told the beginning by then is not told it after',
  LIMIT,
  async (t) => {
    await using it = await house(t);
    it.code[TMP] = 451;
    await it.put(about('firing'));
    await it.pass();
    it.code[TMP] = 0;
    it.time.now += 60 * MINUTE; // both are due, as after a time in which haplog did not run
    await it.put(about('resolved'));
    await it.pass();
    await it.pass();
    await it.pass();
    assert.deepEqual(it.told().toSorted(), [`${OPS},${TMP}: resolved`, `${OPS}: firing`]);
    const [, spare] = await it.rows();
    assert.deepEqual(
      [spare?.state, spare?.answer],
      ['dropped', 'overtaken: what came later of it has reached this address'],
    );
    assert.deepEqual(await it.life(({ store }) => store.retry([spare!.seq])), {
      seq: spare!.seq,
      why: 'over',
    });
  },
);

test('an end that such an address refuses too is told it with the beginning, as one mail', LIMIT, async (t) => {
  await using it = await house(t);
  it.code[TMP] = 451;
  await it.put(about('firing'));
  await it.pass();
  await it.put(about('resolved'));
  await it.pass();
  assert.deepEqual(it.told(), [`${OPS}: firing`, `${OPS}: resolved`], 'the others do not wait');
  it.code[TMP] = 0;
  it.time.now += MINUTE;
  await it.pass();
  assert.deepEqual(it.told().slice(2), [`${TMP}: resolved`]);
  assert.match(it.box.mails.items[2]?.parsed.text ?? '', /\nNot before: .*451 greylisted/);
  assert.equal(await it.nextDueAt(), null);
});

test(
  'an end that comes while one address is being told the beginning follows it, and keeps nothing else waiting',
  LIMIT,
  async (t) => {
    await using it = await house(t);
    it.code[TMP] = 451;
    await it.put(about('firing'));
    await it.pass();
    it.code[TMP] = 0;
    it.time.now += MINUTE;
    await it.life(async (deps) => {
      const asked = new Inbox<() => void>('question');
      it.slow[TMP] = () => new Promise((resolve) => asked.put(resolve));
      const loop = startDelivery(deps, { longestNapMs: 50 });
      const [answer] = await asked.first(1, 5_000);
      delete it.slow[TMP];
      await putInOutbox(deps.store, about('resolved'), about('firing', 'f:2'));
      loop.ring();
      await it.box.mails.first(2, 5_000);
      assert.deepEqual(it.told().slice(1), [`${OPS},${TMP}: firing`], 'another incident does not wait');
      answer?.();
      await it.box.mails.first(4, 5_000);
      await loop.stop(5_000);
    });
    assert.deepEqual(it.told().slice(2), [`${TMP}: firing`, `${OPS},${TMP}: resolved`]);
    assert.equal(await it.nextDueAt(), null);
  },
);

test(
  'an address that stays greylisted is given up after three days, and its fallback is told the beginning and the end',
  LIMIT,
  async (t) => {
    await using it = await house(t);
    it.code[TMP] = 451;
    await it.put(about('firing'));
    await it.life(async (deps) => {
      for (let i = 0; i < 100 && it.chat().length === 0; i++) {
        it.time.now = Math.max(it.time.now, (await deps.store.nextDueAt()) ?? 0);
        await passOver(deps);
      }
    });
    assert.equal(Math.round((it.time.now - OPENED) / (60 * MINUTE)), 72);
    assert.match(
      it.chat()[0].data.passed_on,
      /^receiver oncall <tmp@example.org> could not be reached for three days: /,
    );
    assert.deepEqual(it.told(), [`${OPS}: firing`]);
    await it.put(about('resolved'));
    await it.pass();
    assert.deepEqual(it.told().slice(1), [`${OPS}: resolved`]);
    assert.equal(it.chat().at(-1).type, 'incident.resolved');
  },
);

test('what waits for an address or a receiver that left the configuration does not wait for ever', LIMIT, async (t) => {
  for (const change of [{ to: [OPS] }, { name: 'other' }]) {
    await using it = await house(t);
    it.code[TMP] = 451;
    await it.put(about('firing'));
    await it.pass();
    Object.assign(it.receiver, change);
    it.time.now += MINUTE;
    await it.pass();
    const lost = it.reports.at(-1);
    assert.deepEqual([lost?.receiver, lost?.outcome], [`oncall <${TMP}>`, 'rejected']);
    assert.match(
      lost?.detail ?? '',
      /^tmp@example.org is no address of receiver "oncall" any more$|^receiver "oncall" is not in the config any more$/,
    );
  }
});
