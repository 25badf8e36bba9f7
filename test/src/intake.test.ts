import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVERYTHING } from '../../alerts/index.js';
import { readTimes } from '../../alerts/times.js';
import { Intake } from '../../src/intake.js';
import { EMPTY_MEMORY, lastInstant, logsOnceRead, recall } from '../../src/memory.js';
import { ownClock } from '../../src/own-clock.js';
import { openStore } from '../../src/store/open.js';
import type { Commit, Store } from '../../src/store/store.js';
import { serverText, syslogLine } from '../support/lines.js';
import { planWith, toEverybody } from '../support/plan.js';
import { addressed, batchOf } from '../support/reading.js';

const T = Date.parse('2026-11-22T12:00:00Z');
const HOUR = 3_600_000;
const SOURCE = { path: '/var/log/haproxy.log', tz: 'UTC', host: null };
const PLAN = planWith({ keepFiringMs: 10_000, reminderMs: 4 * HOUR });

/**
 * A day of the daemon on a clock that jumps from one thing to do to the next; the log's clock may differ from ours. Times are those of a
 * clock that is right; ours may be set to another time.
 */
class Day {
  now = T;
  /** How far our clock is ahead of the right one; negative where it is behind. */
  aheadMs = 0;
  readonly told: string[] = [];
  readonly setBacks: number[] = [];
  readonly store: Store;
  #intake: Intake;

  constructor(
    public skewMs = 0,
    store: Pick<Store, 'apply'> & Partial<Store> = openStore(':memory:', 'write'),
    readonly plan = PLAN,
  ) {
    this.store = store as Store;
    this.#intake = this.#newIntake(EMPTY_MEMORY);
  }

  #newIntake(memory: typeof EMPTY_MEMORY): Intake {
    const note = (commit: Commit) => {
      for (const { event, receiver } of commit.notifications) {
        this.told.push(`${(this.now - T) / 1000} ${receiver === 'oncall' ? '' : `${receiver}: `}${event}`);
      }
    };
    return new Intake(
      {
        store: this.store,
        plan: this.plan,
        onceRead: new Map(),
        clock: ownClock(
          lastInstant(memory),
          () => this.now + this.aheadMs,
          () => this.now,
        ),
        onCommit: note,
        onSetBack: (byMs) => this.setBacks.push(byMs),
      },
      memory,
    );
  }

  /** @param lines by so many log targets: what two say need not wait for a witness */
  async says(to: 'UP' | 'DOWN', left: number, backend = 'app', lines = 2): Promise<void> {
    const at = this.now + this.skewMs;
    const line = syslogLine(at, serverText({ at, backend, server: 'a', to, left }));
    const origin = this.now - T;
    const copies = addressed(Array(lines).fill(line)).map((each) => ({ ...each, start: origin + each.start }));
    await this.#intake.take([{ batch: batchOf(copies, { readAt: this.now + this.aheadMs }), source: SOURCE }]);
  }

  /** Lets time pass as the timer does: to the next tick, and the next, up to `end`. */
  async passTo(end: number): Promise<void> {
    for (let ticks = 0; ; ticks++) {
      assert.ok(ticks < 100, `it ticks without end: ${this.told.slice(-5)}`);
      const next = this.now + this.#intake.untilNextTick();
      if (next > end) break;
      this.now = next;
      await this.#intake.tick();
    }
    this.now = end;
  }

  async restart(): Promise<void> {
    this.#intake = this.#newIntake(recall(await this.store.memory()));
  }

  /** All that was written meanwhile has been read. */
  async catchUp(): Promise<void> {
    await this.#intake.firstTick();
  }
}

const right = { behindMs: () => 0 };
const reminders = [14_400, 28_800, 43_200, 57_600, 72_000].map((s) => `${s} reminder`);

for (const [clock, skewMs] of [
  ['right', 0],
  ['an hour ahead', HOUR],
  ['three hours behind', -3 * HOUR],
] as const) {
  test(`an outage of a day is told once, and again every four hours, where the log's clock is ${clock}`, async () => {
    const day = new Day(skewMs);
    await day.says('DOWN', 0);
    await day.passTo(T + 21 * HOUR);
    await day.says('UP', 1);
    await day.passTo(T + 24 * HOUR);
    assert.deepEqual(day.told, ['0 firing', ...reminders, '75610 resolved']);
  });
}

test('what is to be told bears our own time beside that of the log', async () => {
  const day = new Day(-3 * HOUR);
  await day.says('DOWN', 0);
  const [row] = await day.store.due(T, 1);
  assert.deepEqual([row?.notification.createdAt, row?.notification.notedAt], [T - 3 * HOUR, T]);
});

test('a restart changes nothing of when a reminder comes', async () => {
  const day = new Day();
  await day.says('DOWN', 0);
  await day.passTo(T + 5 * HOUR);
  await day.restart();
  await day.passTo(T + 9 * HOUR);
  assert.deepEqual(day.told, ['0 firing', '14400 reminder', '28800 reminder']);
});

for (const [host, follows] of [
  ['the load balancer is another machine', false],
  ['it is the machine of the load balancer, too', true],
] as const) {
  test(`reminders, and the end, come in their time though our clock is set back by an hour, where ${host}`, async () => {
    const day = new Day();
    await day.says('DOWN', 0);
    await day.passTo(T + HOUR);
    day.aheadMs = -HOUR;
    await day.passTo(T + 5 * HOUR);
    if (follows) day.skewMs = -HOUR;
    await day.says('UP', 1);
    await day.passTo(T + 6 * HOUR);
    assert.deepEqual(day.told, ['0 firing', '14400 reminder', `${5 * 3600 + 10} resolved`]);
    assert.deepEqual(day.setBacks, [HOUR]);
  });
}

test('a hold passes in its time though our clock is set back again and again, a little at a time', async () => {
  const day = new Day(0, openStore(':memory:', 'write'), planWith({ holdMs: 60_000 }));
  await day.says('DOWN', 0);
  for (let second = 1; second <= 50; second++) {
    await day.passTo(T + second * 1_000);
    day.aheadMs -= 900;
  }
  await day.passTo(T + HOUR);
  const [first] = day.told;
  assert.match(first ?? 'nothing', /^6[01](\.\d+)? firing$/);
});

test('a change that waits for a second line waits no longer because our clock is set back meanwhile', async () => {
  const day = new Day();
  await day.says('DOWN', 0, 'app', 1);
  assert.deepEqual(day.told, []);
  day.now += 500;
  day.aheadMs = -HOUR;
  await day.passTo(T + 60_000);
  assert.deepEqual(day.told, ['1 firing']);
});

test('an escalation comes in its time though our clock is set back meanwhile', async () => {
  const escalation = { afterMs: 15 * 60_000, receivers: ['boss'] };
  const routes = [{ match: EVERYTHING, during: null, receivers: ['oncall'], escalation }];
  const day = new Day(0, undefined, planWith({ keepFiringMs: 10_000, reminderMs: 4 * HOUR }, { routes }));
  await day.says('DOWN', 0);
  await day.passTo(T + 5 * 60_000);
  day.aheadMs = -3 * HOUR;
  await day.passTo(T + HOUR);
  assert.deepEqual(day.told, ['0 firing', '900 boss: firing']);
});

test('whose hours begin hears of it at their beginning, though our clock was behind when that was worked out', async () => {
  const during = readTimes('daily 13:00-14:00', 'UTC')!;
  const routes = [toEverybody('oncall'), { ...toEverybody('office'), during }];
  const day = new Day(0, undefined, { ...planWith(), routes });
  await day.says('DOWN', 1, 'pre');
  await day.passTo(T + 1_000);
  day.aheadMs = -3 * HOUR;
  await day.passTo(T + 5_000);
  await day.says('DOWN', 0);
  await day.passTo(T + 600_000);
  day.aheadMs = 0;
  await day.passTo(T + 2 * HOUR);
  assert.deepEqual(day.told, ['5 firing', '3600 office: firing']);
});

test('a clock that is set back and right again makes nothing early', async () => {
  const day = new Day();
  await day.says('DOWN', 0);
  await day.passTo(T + HOUR);
  day.aheadMs = -HOUR;
  await day.passTo(T + 2 * HOUR);
  day.aheadMs = 0;
  await day.passTo(T + 5 * HOUR);
  assert.deepEqual(
    [day.told, day.setBacks],
    [
      ['0 firing', '14400 reminder'],
      [HOUR, -HOUR],
    ],
  );
});

test('what waits goes on where it stood if haplog is started with the clock set back, and when that is right again', async () => {
  const day = new Day();
  await day.says('DOWN', 0);
  day.aheadMs = -2 * HOUR;
  await day.restart();
  await day.passTo(T + HOUR);
  day.aheadMs = 0;
  await day.passTo(T + 9 * HOUR);
  assert.deepEqual(day.told, ['0 firing', '14400 reminder', '28800 reminder']);
});

const HOURS = readTimes('daily 13:00-14:00', 'UTC')!;
const WITH_HOURS = {
  ...planWith(),
  routes: [toEverybody('oncall'), { ...toEverybody('office'), during: HOURS }],
};

for (const [clock, skewMs] of [
  ['right', 0],
  ['an hour ahead', HOUR],
  ['three hours behind', -3 * HOUR],
] as const) {
  test(`who is told at some hours is told when they begin, by our clock, where the log's is ${clock}`, async () => {
    const day = new Day(skewMs, openStore(':memory:', 'write'), WITH_HOURS);
    await day.says('DOWN', 0);
    await day.passTo(T + 48 * HOUR);
    assert.deepEqual(day.told, ['0 firing', '3600 office: firing']);
  });
}

test('who is told at some hours is told when they begin, though the clock of the log was an hour ahead and is set right', async () => {
  const day = new Day(HOUR, openStore(':memory:', 'write'), WITH_HOURS);
  await day.says('DOWN', 0);
  await day.passTo(T + HOUR / 2);
  day.skewMs = 0;
  await day.says('DOWN', 1, 'other');
  await day.passTo(T + 48 * HOUR);
  assert.deepEqual(day.told, ['0 firing', '3600 office: firing']);
});

test('hours that began and ended while haplog was not running are waited for on the next day, and cost nothing until then', async () => {
  const day = new Day(0, openStore(':memory:', 'write'), WITH_HOURS);
  await day.says('DOWN', 0);
  day.now = T + 3 * HOUR;
  await day.restart();
  await day.catchUp();
  await day.passTo(T + 48 * HOUR);
  assert.deepEqual(
    day.told.filter((each) => each.includes('office')),
    [`${25 * 3600} office: firing`],
  );
});

test('hours that began and ended in a silence are waited for on the next day, and cost nothing until then', async () => {
  const day = new Day(0, openStore(':memory:', 'write'), WITH_HOURS);
  await day.says('DOWN', 0);
  const silence = { match: EVERYTHING, from: T, until: T + 2.5 * HOUR, author: 'ada', reason: 'work' };
  await day.store.addSilence(silence, T);
  await day.passTo(T + 48 * HOUR);
  assert.deepEqual(day.told, ['0 firing', `${25 * 3600} office: firing`]);
});

test('who is killed in the first reading of a log tells nothing of what was over before it, and later what was missed', async () => {
  const store = openStore(':memory:', 'write');
  const told: string[] = [];
  const begin = async (): Promise<Intake> => {
    const rows = await store.memory();
    const onCommit = ({ notifications }: Commit) => told.push(...notifications.map(({ event }) => event));
    const onceRead = logsOnceRead(rows);
    return new Intake(
      { store, plan: PLAN, onceRead, clock: { ...right, now: () => T + 24 * HOUR }, onCommit, onSetBack: () => {} },
      recall(rows),
    );
  };
  const fellAndRose = async (intake: Intake, began: number) => {
    for (const [to, left, at] of [['DOWN', 0, began] as const, ['UP', 1, began + 60_000] as const]) {
      const line = syslogLine(at, serverText({ at, backend: 'app', server: 'a', to, left }));
      const lines = addressed([line, line]).map((each) => ({ ...each, start: at - T + each.start }));
      await intake.take([{ batch: batchOf(lines, { readAt: T + 24 * HOUR, live: false }), source: SOURCE }]);
    }
  };
  await fellAndRose(await begin(), T);
  const second = await begin();
  await fellAndRose(second, T + HOUR);
  await second.firstTick();
  assert.deepEqual(told, []);
  const third = await begin();
  await fellAndRose(third, T + 2 * HOUR);
  await third.firstTick();
  assert.deepEqual(told, ['firing', 'resolved'], 'which is one message');
});

test('what the store did not take is not believed', async () => {
  let full = true;
  const store = openStore(':memory:', 'write');
  const failing = Object.assign(Object.create(store), {
    apply: (commit: Commit) => {
      if (full) throw new Error('disk full');
      return store.apply(commit);
    },
  });
  const day = new Day(0, failing);
  await assert.rejects(day.says('DOWN', 0), /disk full/);
  full = false;
  await day.says('DOWN', 0);
  assert.deepEqual(day.told, ['0 firing'], 'the same line read again is news, not a copy');
});

test('an intake that has ended changes nothing any more, and what was under way is stored', async () => {
  let stored = 0;
  let go = () => {};
  const held = new Promise<void>((resolve) => {
    go = resolve;
  });
  const store = openStore(':memory:', 'write');
  const slow = {
    ...store,
    async apply(commit: Commit) {
      await held;
      stored++;
      await store.apply(commit);
    },
  };
  const intake = new Intake(
    {
      store: slow,
      plan: PLAN,
      onceRead: new Map(),
      clock: { ...right, now: () => T },
      onCommit: () => {},
      onSetBack: () => {},
    },
    EMPTY_MEMORY,
  );
  const underWay = intake.tick();
  await new Promise(setImmediate);
  const ended = intake.end();
  const late = intake.tick();
  go();
  await Promise.all([underWay, ended, late]);
  assert.equal(stored, 1);
  await store.end();
});
