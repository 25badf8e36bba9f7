/** What haplog relies on in a store's outbox, whatever engine stands behind it. See conformance.ts. */
import assert from 'node:assert/strict';
import type { Notification, NotificationKind } from '../../../alerts/index.js';
import type { OutboxFilter, OutboxState, Store } from '../../../src/store/store.js';
import { commitOf, notification } from './examples.js';
import { type MakeStore, promiser } from './promiser.js';

/** The outbox through the eyes of who sends: notifications are named by their dedup keys. */
class Sender {
  constructor(readonly store: Store) {}

  async write(...notifications: Notification[]): Promise<void> {
    await this.store.apply(commitOf({ notifications }));
  }

  /** What goes next: of each thread the oldest, behind which the others wait. */
  async due(now = 10_000, limit = 100, except: string[] = []): Promise<string[]> {
    const threads = new Map<string, string>();
    for (const { notification } of await this.store.due(now, limit, except)) {
      const { incident, receiver, dedupKey } = notification;
      const thread = JSON.stringify([incident.id, receiver]);
      if (!threads.has(thread)) threads.set(thread, dedupKey);
    }
    return [...threads.values()];
  }

  /** The number of a row that is due. */
  async seq(dedupKey: string): Promise<number> {
    const row = (await this.store.due(1e15, 100)).find((row) => row.notification.dedupKey === dedupKey);
    assert.ok(row, `${dedupKey} is due`);
    return row.seq;
  }
}

/** The promises about what is told, in which order, and how often. */
export function keepsTheOutbox(engine: string, makeStore: MakeStore): void {
  const promised = promiser(engine, makeStore);
  const promise = (what: string, keep: (sender: Sender) => Promise<void>) =>
    promised(what, (store) => keep(new Sender(store)));

  promise('the end is told after the beginning has arrived, and each once', async (sender) => {
    await sender.write(notification('firing'), notification('reminder'), notification('resolved'));
    for (const next of ['f1:900:firing:oncall', 'f1:900:reminder-1:oncall', 'f1:900:resolved:oncall']) {
      assert.deepEqual(await sender.due(), [next]);
      await sender.store.delivered(await sender.seq(next), 2_000, '250 queued');
    }
    assert.deepEqual(await sender.due(), []);
    assert.equal(await sender.store.nextDueAt(), null);
  });

  promise('a beginning that waits for a mail server keeps back its own end, and nothing else', async (sender) => {
    await sender.write(notification('firing', 'a'), notification('resolved', 'a'));
    await sender.write(notification('firing', 'a', 'chat'), notification('firing', 'b'));
    await sender.store.postpone(await sender.seq('a:firing:oncall'), 50_000, '450 try later');
    assert.deepEqual(await sender.due(49_999), ['a:firing:chat', 'b:firing:oncall']);
    assert.deepEqual(await sender.due(50_000), ['a:firing:oncall', 'a:firing:chat', 'b:firing:oncall']);
    const [first] = await sender.store.due(50_000, 1);
    assert.deepEqual(first && { ...first, seq: 0 }, {
      seq: 0,
      notification: notification('firing', 'a'),
      attempts: 1,
      dueAt: 50_000,
      letter: null,
      answer: '450 try later',
      passedOn: null,
      addressee: null,
    });
  });

  promise('it knows when to wake for the next attempt, also where only an end stands behind it', async (sender) => {
    await sender.write(notification('firing', 'a'), notification('resolved', 'a'), notification('firing', 'b'));
    await sender.store.postpone(await sender.seq('b:firing:oncall'), 70_000, 'connection refused');
    assert.ok((await sender.store.nextDueAt())! <= 1_000, 'a is due at once');
    await sender.store.postpone(await sender.seq('a:firing:oncall'), 60_000, 'connection refused');
    assert.equal(await sender.store.nextDueAt(), 60_000);
    await sender.store.close(await sender.seq('a:firing:oncall'), 'expired', 61_000, 'too old');
    assert.equal(await sender.store.nextDueAt(), 70_000);
  });

  promise('what is newer about a subject brings what waits of older incidents along, and it alone', async (sender) => {
    const of = (event: NotificationKind, incident: string, receiver = 'oncall') =>
      notification(event, incident, receiver, 'app');
    await sender.write(of('firing', 'a'), of('resolved', 'a'), of('firing', 'a', 'chat'), notification('firing', 'z'));
    const a = await sender.seq('a:firing:oncall');
    await sender.store.seal('a letter', [a]);
    await sender.store.postpone(a, 50_000, '503');
    await sender.store.postpone(await sender.seq('a:firing:chat'), 50_000, '503');
    await sender.store.postpone(await sender.seq('z:firing:oncall'), 50_000, '503');
    await sender.write(of('firing', 'b'), of('resolved', 'b'));
    const rows = await sender.store.due(1, 9);
    assert.deepEqual(
      rows.map(({ notification: { dedupKey }, dueAt }) => `${dedupKey} ${dueAt}`),
      ['a:firing:oncall 50000', 'a:resolved:oncall 0', 'b:firing:oncall 0', 'b:resolved:oncall 0'],
    );
    assert.equal(await sender.store.nextDueAt(), 0);
    await sender.store.postpone(await sender.seq('b:firing:oncall'), 70_000, '503');
    assert.deepEqual(await sender.due(49_999), [], 'what stands behind in its own thread brings nothing along');
    assert.deepEqual(await sender.due(50_000), ['a:firing:oncall', 'a:firing:chat', 'z:firing:oncall']);
  });

  promise('what is taken out of its letter is due when it was, and no attempt is counted', async (sender) => {
    await sender.write(notification('firing', 'a'));
    const a = await sender.seq('a:firing:oncall');
    await sender.store.postpone(a, 50_000, '503');
    await sender.store.seal('a letter', [a]);
    await sender.store.hold([a], 10_000);
    const [row] = await sender.store.due(50_000, 9);
    assert.deepEqual([row?.letter, row?.attempts, row?.dueAt], [null, 1, 50_000]);
  });

  promise(
    'what is accepted drops what waits of older incidents, unless the receiver tells them apart',
    async (sender) => {
      for (const tellsApart of [true, false]) {
        const name = `apart: ${tellsApart}`;
        const of = (event: NotificationKind, n: number) => notification(event, `${name} ${n}`, 'oncall', name);
        await sender.write(of('firing', 1), of('resolved', 1), of('firing', 2), of('resolved', 2), of('firing', 3));
        const second = [await sender.seq(`${name} 2:firing:oncall`), await sender.seq(`${name} 2:resolved:oncall`)];
        await sender.store.delivered(second, 2_000, '200', [], null, tellsApart);
        assert.deepEqual(
          (await sender.due()).filter((key) => key.startsWith(name)),
          [...(tellsApart ? [`${name} 1:firing:oncall`] : []), `${name} 3:firing:oncall`],
        );
      }
    },
  );

  promise(
    'what was passed on of an older incident drops nothing of a newer one, and is dropped for it',
    async (sender) => {
      for (const first of ['older', 'newer']) {
        const of = (event: NotificationKind, n: number, receiver = 'oncall') =>
          notification(event, `${first} ${n}`, receiver, first);
        await sender.write(of('firing', 1, 'chat'), of('firing', 2));
        const refused = await sender.seq(`${first} 1:firing:chat`);
        await sender.store.close(refused, 'rejected', 2_000, '410', 'oncall');
        const [older, newer] = [`${first} 1:firing:oncall`, `${first} 2:firing:oncall`];
        await sender.store.delivered(await sender.seq(first === 'older' ? older : newer), 3_000, '200');
        const due = (await sender.due()).filter((key) => key.startsWith(first));
        assert.deepEqual(due, first === 'older' ? [newer] : []);
      }
    },
  );

  promise('a refused beginning that is put back by hand brings its refused end along', async (sender) => {
    await sender.write(notification('firing', 'a'), notification('resolved', 'a'));
    const both = [await sender.seq('a:firing:oncall'), await sender.seq('a:resolved:oncall')];
    await sender.store.close(both, 'rejected', 2_000, '404');
    assert.equal(await sender.store.retry([both[0]!]), null);
    const rows = await sender.store.due(3_000, 9);
    assert.deepEqual(
      rows.map(({ seq, attempts }) => [seq, attempts]),
      both.map((seq) => [seq, 0]),
    );
  });

  promise('what is held waits, with what stands behind it, and no attempt is counted', async (sender) => {
    await sender.write(notification('firing', 'a'), notification('resolved', 'a'), notification('firing', 'b'));
    await sender.store.hold([await sender.seq('a:firing:oncall')], 30_000);
    assert.deepEqual(await sender.due(29_999), ['b:firing:oncall']);
    await sender.store.hold([await sender.seq('a:firing:oncall')], 20_000);
    assert.deepEqual(await sender.due(29_999), ['b:firing:oncall'], 'it is held as long as it was to be');
    const rows = await sender.store.due(30_000, 10);
    assert.deepEqual(
      rows.map(({ notification: { dedupKey }, attempts }) => `${dedupKey} ${attempts}`),
      ['a:firing:oncall 0', 'a:resolved:oncall 0', 'b:firing:oncall 0'],
    );
  });

  promise(
    'no wait and no pause lasts longer than the longest there is, and all others are as they were',
    async (sender) => {
      await sender.write(notification('firing', 'a'), notification('firing', 'b'), notification('firing', 'c', 'chat'));
      await sender.store.postpone(await sender.seq('a:firing:oncall'), 90_000, '503');
      await sender.store.postpone(await sender.seq('b:firing:oncall'), 60_000, '503');
      await sender.store.quiet('chat', 90_000);
      await sender.store.quiet('desk', 60_000);
      await sender.store.limitWaits(60_000);
      await sender.write(notification('firing', 'd', 'chat'), notification('firing', 'e', 'desk'));
      const atOnce = ['a:firing:oncall', 'c:firing:chat', 'd:firing:chat'];
      assert.deepEqual(await sender.due(59_999), atOnce);
      assert.deepEqual((await sender.due(60_000)).sort(), [...atOnce, 'b:firing:oncall', 'e:firing:desk'].sort());
    },
  );

  promise('what a host with a clock an hour ahead logs is told at once', async (sender) => {
    await sender.write({ ...notification('firing'), createdAt: 3_600_000 });
    assert.deepEqual(await sender.due(1), ['f1:900:firing:oncall']);
  });

  promise('the oldest is sent first, and no more than asked for', async (sender) => {
    await sender.write(...['c', 'a', 'b'].map((of) => notification('firing', of)));
    assert.deepEqual(await sender.due(10_000, 2), ['c:firing:oncall', 'a:firing:oncall']);
  });

  promise('what was written twice is sent once, even if it was delivered in between', async (sender) => {
    await sender.write(notification('firing'), notification('firing'));
    assert.deepEqual(await sender.due(), ['f1:900:firing:oncall']);
    await sender.store.delivered(await sender.seq('f1:900:firing:oncall'), 2_000, '200');
    await sender.write(notification('firing'));
    assert.deepEqual(await sender.due(), []);
  });

  promise('receivers that are busy are passed over, and leave the room to others', async (sender) => {
    await sender.write(...['a', 'b', 'c'].map((of) => notification('firing', of, 'busy')), notification('firing'));
    assert.deepEqual(await sender.due(10_000, 2, ['busy', "o'brien"]), ['f1:900:firing:oncall']);
    assert.deepEqual(await sender.due(10_000, 2), ['a:firing:busy', 'b:firing:busy']);
  });

  promise('a receiver that asks for a pause is left alone until then, and no attempt is counted', async (sender) => {
    await sender.write(notification('firing', 'a'), notification('firing', 'b'), notification('firing', 'a', 'chat'));
    await sender.store.postpone(await sender.seq('b:firing:oncall'), 90_000, '503');
    await sender.store.quiet('oncall', 60_000);
    assert.deepEqual(await sender.due(59_999), ['a:firing:chat']);
    assert.deepEqual(await sender.due(60_000), ['a:firing:oncall', 'a:firing:chat'], 'b waits for longer anyway');
    const attempts = (await sender.store.due(90_000, 9)).map((row) => row.attempts);
    assert.deepEqual(attempts, [0, 1, 0]);
  });

  for (const state of ['rejected', 'expired'] as const) {
    const lose = async (sender: Sender, dedupKey: string) =>
      sender.store.close(await sender.seq(dedupKey), state, 2_000, '550 no such user');

    promise(`who was told nothing, because it was ${state}, is not told the end`, async (sender) => {
      await sender.write(notification('firing'), notification('resolved', 'f1:900'));
      await sender.write(notification('firing', 'f1:900', 'chat'), notification('firing', 'other'));
      await lose(sender, 'f1:900:firing:oncall');
      const others = ['f1:900:firing:chat', 'other:firing:oncall'];
      assert.deepEqual(await sender.due(), others, 'what waited is muted');
      await lose(sender, 'other:firing:oncall');
      await sender.write(notification('resolved', 'other'));
      assert.deepEqual(await sender.due(), others.slice(0, 1), 'what is written later is muted');
    });

    promise(`a beginning that was ${state} is told by the next reminder, and then the end is told`, async (sender) => {
      await sender.write(notification('firing'));
      await lose(sender, 'f1:900:firing:oncall');
      await sender.write(notification('reminder'));
      assert.deepEqual(await sender.due(), ['f1:900:reminder-1:oncall']);
      await sender.write(notification('resolved'));
      await sender.store.delivered(await sender.seq('f1:900:reminder-1:oncall'), 3_000, '250');
      assert.deepEqual(await sender.due(), ['f1:900:resolved:oncall']);
    });

    promise(`a reminder that waits behind a beginning that was ${state} is sent in its place`, async (sender) => {
      await sender.write(notification('firing'), notification('reminder'));
      await lose(sender, 'f1:900:firing:oncall');
      assert.deepEqual(await sender.due(), ['f1:900:reminder-1:oncall']);
      await lose(sender, 'f1:900:reminder-1:oncall');
      await sender.write(notification('resolved'));
      assert.deepEqual(await sender.due(), [], 'told nothing, so not told the end');
    });

    promise(`a beginning that was ${state} is sent again when it is written again`, async (sender) => {
      await sender.write(notification('firing'));
      await lose(sender, 'f1:900:firing:oncall');
      assert.deepEqual(await sender.due(), []);
      await sender.write(notification('firing'));
      assert.deepEqual(await sender.due(), ['f1:900:firing:oncall']);
      assert.equal((await sender.store.due(10_000, 1))[0]?.attempts, 0);
    });
  }

  promise('what is written again is not sent to who was told by a reminder', async (sender) => {
    await sender.write(notification('firing'));
    await sender.store.close(await sender.seq('f1:900:firing:oncall'), 'rejected', 2_000, '404');
    await sender.write(notification('reminder'), notification('firing'));
    assert.deepEqual(await sender.due(), ['f1:900:reminder-1:oncall'], 'it waits already');
    await sender.store.delivered(await sender.seq('f1:900:reminder-1:oncall'), 3_000, '200');
    await sender.write(notification('firing'));
    assert.deepEqual(await sender.due(), []);
  });

  promise('who was told the beginning is told the end, even if a reminder was refused', async (sender) => {
    await sender.write(notification('firing'), notification('reminder'), notification('resolved'));
    await sender.store.delivered(await sender.seq('f1:900:firing:oncall'), 2_000, '250');
    await sender.store.close(await sender.seq('f1:900:reminder-1:oncall'), 'rejected', 3_000, '550');
    assert.deepEqual(await sender.due(), ['f1:900:resolved:oncall']);
  });

  promise(
    'a receiver that was added in the middle of an incident, and told nothing of it, is not told its end',
    async (sender) => {
      await sender.write(notification('firing'));
      await sender.write(notification('resolved', 'f1:900', 'newcomer'));
      assert.deepEqual(await sender.due(), ['f1:900:firing:oncall']);
    },
  );

  promise('what has been delivered stays delivered, whatever is said of it afterwards', async (sender) => {
    await sender.write(notification('firing'), notification('resolved'));
    const seq = await sender.seq('f1:900:firing:oncall');
    await sender.store.delivered(seq, 2_000, '250');
    await sender.store.postpone(seq, 9_000, 'late answer');
    await sender.store.close(seq, 'expired', 9_000, 'late answer');
    assert.deepEqual(await sender.due(), ['f1:900:resolved:oncall']);
  });

  promise(
    'what became of everything can be looked at, the newest first, by state, receiver and number',
    async (sender) => {
      await sender.write(notification('firing', 'a'), notification('firing', 'b'), notification('firing', 'c', 'chat'));
      await sender.store.delivered(await sender.seq('a:firing:oncall'), 2_000, '250 queued');
      await sender.store.close(await sender.seq('b:firing:oncall'), 'rejected', 3_000, '550 no such user');
      const states: OutboxState[] = ['due', 'delivered', 'rejected'];
      const every = { states, receiver: null, seqs: null, limit: 10 };
      const seen = await sender.store.outbox(every);
      assert.deepEqual(
        seen.map(({ state, attempts, closedAt, answer, notification: { dedupKey } }) => [
          dedupKey,
          state,
          attempts,
          closedAt,
          answer,
        ]),
        [
          ['c:firing:chat', 'due', 0, null, null],
          ['b:firing:oncall', 'rejected', 1, 3_000, '550 no such user'],
          ['a:firing:oncall', 'delivered', 1, 2_000, '250 queued'],
        ],
      );
      assert.deepEqual(seen[0]!.notification, notification('firing', 'c', 'chat'));
      const keys = async (filter: Partial<OutboxFilter>) =>
        (await sender.store.outbox({ ...every, ...filter })).map((entry) => entry.notification.incident.id);
      assert.deepEqual(await keys({ limit: 1 }), ['c']);
      assert.deepEqual(await keys({ receiver: 'oncall' }), ['b', 'a']);
      assert.deepEqual(await keys({ states: ['rejected'] }), ['b']);
      assert.deepEqual(await keys({ seqs: [seen[2]!.seq, 999] }), ['a']);
    },
  );

  promise(
    'what a receiver was told last is what it accepted last, in whatever order it was written',
    async (sender) => {
      await sender.write(
        ...['a', 'b', 'c'].map((of) => notification('firing', of)),
        notification('firing', 'd', 'chat'),
      );
      const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((of) => sender.seq(`${of}:firing:oncall`)));
      await sender.store.delivered([b!, c!], 2_000, '250 queued');
      await sender.store.delivered(a!, 3_000, '250 queued');
      await sender.store.delivered(await sender.seq('d:firing:chat'), 3_000, '200');
      const told = async (since: number, until: number, limit: number) =>
        (await sender.store.told('oncall', since, until, limit)).map(({ incident, at }) => `${incident.id} ${at}`);
      assert.deepEqual(await told(0, 9_000, 2), ['a 3000', 'c 2000']);
      assert.deepEqual(await told(2_000, 9_000, 9), ['a 3000']);
      assert.deepEqual(await told(0, 2_000, 9), ['c 2000', 'b 2000']);
      assert.deepEqual(await sender.store.accepted('oncall', 0, 9_000), [2_000, 2_000, 3_000]);
    },
  );

  promise(
    'what was given up can be put back, and is due at once with all its attempts; what was delivered cannot',
    async (sender) => {
      await sender.write(notification('firing', 'a'), notification('firing', 'b'));
      const [a, b] = [await sender.seq('a:firing:oncall'), await sender.seq('b:firing:oncall')];
      await sender.store.postpone(a, 5_000, '450 later');
      await sender.store.close(a, 'expired', 6_000, '450 later');
      await sender.store.delivered(b, 2_000, '250 queued');
      assert.deepEqual(await sender.due(), []);
      assert.deepEqual(await sender.store.retry([a, b]), { seq: b, why: 'delivered' });
      assert.deepEqual(await sender.store.retry([999]), { seq: 999, why: 'missing' });
      assert.deepEqual(await sender.due(), []);
      assert.equal(await sender.store.retry([a]), null);
      assert.deepEqual(
        (await sender.store.due(1, 9)).map(({ seq, attempts, dueAt }) => [seq, attempts, dueAt]),
        [[a, 0, 0]],
      );
    },
  );

  promise('a beginning that is put back brings its end along, and the end does not come alone', async (sender) => {
    await sender.write(notification('firing', 'a'), notification('resolved', 'a'));
    const [firing] = await sender.store.due(1, 1);
    await sender.store.close(firing!.seq, 'rejected', 2_000, '404');
    assert.deepEqual(await sender.due(), []);
    const [resolved] = await sender.store.outbox({ states: ['muted'], receiver: null, seqs: null, limit: 1 });
    assert.deepEqual(await sender.store.retry([resolved!.seq]), { seq: resolved!.seq, why: 'muted' });
    assert.equal(await sender.store.retry([firing!.seq]), null);
    assert.deepEqual(await sender.due(), ['a:firing:oncall']);
    await sender.store.delivered(firing!.seq, 3_000, '200');
    assert.deepEqual(await sender.due(), ['a:resolved:oncall']);
  });

  promise('nothing is put back of what was told to be over', async (sender) => {
    await sender.write(notification('firing', 'a'), notification('reminder', 'a'), notification('resolved', 'a'));
    const take = async () => (await sender.store.due(1, 1))[0]!.seq;
    await sender.store.delivered(await take(), 2_000, '200');
    const reminder = await take();
    await sender.store.close(reminder, 'rejected', 2_000, '404');
    await sender.store.delivered(await take(), 2_000, '200');
    assert.deepEqual(await sender.store.retry([reminder]), { seq: reminder, why: 'over' });
  });

  promise('what is dropped stays so, no attempt is counted, and its end is told to nobody', async (sender) => {
    await sender.write(notification('firing', 'a'), notification('resolved', 'a'), notification('firing', 'b'));
    const a = await sender.seq('a:firing:oncall');
    const b = await sender.seq('b:firing:oncall');
    await sender.store.delivered(b, 2_000, '200');
    assert.deepEqual(await sender.store.drop([a, b], 3_000), { seq: b, why: 'delivered' });
    assert.equal(await sender.store.drop([a], 3_000), null);
    await sender.write(notification('firing', 'a')); // offered again at the next start
    assert.deepEqual(await sender.due(), []);
    const all = { states: ['dropped', 'muted'] as const, receiver: null, seqs: null, limit: 9 };
    const seen = (await sender.store.outbox(all)).map(({ state, attempts, answer }) => [state, attempts, answer]);
    assert.deepEqual(seen, [
      ['muted', 0, 'nothing of it was ever told'],
      ['dropped', 0, 'dropped by hand'],
    ]);
  });

  promise(
    'what is dropped while it is on its way and arrives counts as delivered, and its end is told',
    async (sender) => {
      await sender.write(notification('firing', 'a'), notification('resolved', 'a'));
      const a = await sender.seq('a:firing:oncall');
      await sender.store.drop([a], 3_000);
      await sender.store.delivered(a, 4_000, '200 ok');
      assert.deepEqual(await sender.due(), ['a:resolved:oncall']);
    },
  );

  const REFUSED = { address: 'new@x.org', name: 'oncall <new@x.org>', reason: '451 greylisted' };

  promise(
    'one address that refuses waits by itself, holds back nothing, and is not doubled by a second mark',
    async (sender) => {
      await sender.write(notification('firing', 'a'), notification('resolved', 'a'));
      const first = await sender.seq('a:firing:oncall');
      const next = { state: 'due', dueAt: 50_000 } as const;
      for (let marks = 0; marks < 2; marks++) await sender.store.delivered(first, 2_000, '250', [{ ...REFUSED, next }]);
      assert.deepEqual(await sender.due(49_999), ['a:resolved:oncall']);
      assert.deepEqual(await sender.due(50_000), ['a:resolved:oncall', 'a:firing:oncall <new@x.org>']);
      const row = (await sender.store.due(50_000, 9)).find(({ addressee }) => addressee !== null);
      assert.deepEqual(
        [row?.addressee, row?.attempts, row?.answer, row?.letter],
        [{ of: 'oncall', address: 'new@x.org' }, 1, '451 greylisted', null],
      );
      const awaited = (await sender.store.awaited()).map(({ receiver, whole, messages }) => [
        receiver,
        whole,
        messages,
      ]);
      assert.deepEqual(awaited, [
        ['oncall', 'oncall', 1],
        ['oncall <new@x.org>', 'oncall', 1],
      ]);
    },
  );

  promise('what an address accepts drops what waits for it of the same incident, and of no other', async (sender) => {
    await sender.write(notification('firing', 'a'), notification('firing', 'b'), notification('resolved', 'a'));
    const next = { state: 'due', dueAt: 50_000 } as const;
    for (const key of ['a:firing:oncall', 'b:firing:oncall'])
      await sender.store.delivered(await sender.seq(key), 2_000, '250', [{ ...REFUSED, next }]);
    await sender.store.delivered(await sender.seq('a:resolved:oncall'), 3_000, '250');
    assert.deepEqual(await sender.due(50_000), ['b:firing:oncall <new@x.org>']);
    const dropped = { states: ['dropped'], receiver: 'oncall', seqs: null, limit: 9 } as const;
    const [row] = await sender.store.outbox(dropped);
    assert.deepEqual(await sender.store.retry([row!.seq]), { seq: row!.seq, why: 'over' });
  });

  promise('what an address accepts drops what waits for it of older incidents of the same subject', async (sender) => {
    const of = (event: NotificationKind, incident: string) => notification(event, incident, 'oncall', 'app');
    await sender.write(of('firing', 'a'), of('resolved', 'a'));
    await sender.store.delivered(await sender.seq('a:firing:oncall'), 2_000, '250');
    const next = { state: 'due', dueAt: 50_000 } as const;
    await sender.store.delivered(await sender.seq('a:resolved:oncall'), 2_000, '250', [{ ...REFUSED, next }]);
    await sender.write(of('firing', 'b'));
    await sender.store.delivered(await sender.seq('b:firing:oncall'), 3_000, '250');
    assert.deepEqual(await sender.due(50_000), []);
  });

  promise('who is told in place of one address is told the end, whichever comes first', async (sender) => {
    const next = { state: 'rejected' } as const;
    for (const endFirst of [true, false]) {
      const id = `end first: ${endFirst}`;
      await sender.write(notification('firing', id));
      if (endFirst) await sender.write(notification('resolved', id));
      const first = await sender.seq(`${id}:firing:oncall`);
      await sender.store.delivered(first, 2_000, '250', [{ ...REFUSED, next }], 'chat');
      if (!endFirst) await sender.write(notification('resolved', id));
      const keys = (await sender.store.due(9_000, 9)).map((row) => row.notification.dedupKey);
      assert.deepEqual(keys.toSorted(), [`${id}:firing:chat`, `${id}:resolved:chat`, `${id}:resolved:oncall`]);
      for (const { seq } of await sender.store.due(9_000, 9)) await sender.store.delivered(seq, 9_000, '200');
    }
  });
}
