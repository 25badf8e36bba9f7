import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { play, type Story } from '../support/story.js';

const MINUTE = 60_000;

const stories: Story[] = [
  {
    name: 'an outage is told at once, and so is its end',
    script: ['0:00 down a 0', '0:00 exhausted', '5:00 up a 1'],
    says: ['0:00 firing (since 0:00)', '5:00 resolved (since 0:00)'],
  },
  {
    name: 'the backend line alone is enough: weights can empty a backend without a word about a server',
    script: ['0:00 exhausted', '5:00 up a 1'],
    says: ['0:00 firing (since 0:00)', '5:00 resolved (since 0:00)'],
  },
  {
    name: 'a fall that leaves servers shows that one came back without a word, once the outage has lasted',
    script: ['0:00 exhausted', '5:00 down b 2'],
    says: ['0:00 firing (since 0:00)', '5:00 resolved (since 0:00)'],
  },
  {
    name: 'two threads that write in another order than they counted end no outage',
    script: ['0:00 down a 0', '0:00 exhausted', '0:00 down b 1', '5:00 up a 1'],
    says: ['0:00 firing (since 0:00)', '5:00 resolved (since 0:00)'],
  },
  {
    name: 'the counts alone are enough: the backend line may have been lost on the way',
    script: ['0:00 down a 0', '5:00 up a 1'],
    says: ['0:00 firing (since 0:00)', '5:00 resolved (since 0:00)'],
  },
  {
    name: 'a backend that still has a server is no outage',
    script: ['0:00 down a 1', '1:00 up a 2', '9:00 tick'],
    says: [],
  },
  {
    name: 'an outage longer than the hold is told when the hold has passed',
    policy: { holdMs: MINUTE / 2 },
    script: ['0:00 down a 0', '0:29 tick', '0:30 tick', '5:00 up a 1'],
    says: ['0:30 firing (since 0:00)', '5:00 resolved (since 0:00)'],
  },
  {
    name: 'an outage shorter than the hold is told to nobody',
    policy: { holdMs: MINUTE / 2 },
    script: ['0:00 down a 0', '0:12 up a 1', '9:00 tick'],
    says: [],
  },
  {
    name: 'an outage shorter than the hold does not fire later, even if it must stay well for longer than the hold',
    policy: { holdMs: MINUTE / 2, keepFiringMs: 5 * MINUTE },
    script: ['0:00 down a 0', '0:12 up a 1', '0:40 tick', '9:00 tick'],
    says: [],
  },
  {
    name: 'an end is told only when the backend stayed well for as long as keep_firing says',
    policy: { keepFiringMs: 10_000 },
    script: ['0:00 down a 0', '1:00 up a 1', '1:09 tick', '1:10 tick'],
    says: ['0:00 firing (since 0:00)', '1:10 resolved (since 0:00)'],
  },
  {
    name: 'a backend that falls again within keep_firing is still the same incident',
    policy: { keepFiringMs: 10_000 },
    script: ['0:00 down a 0', '1:00 up a 1', '1:05 down a 0', '2:00 up a 1', '3:00 tick'],
    says: ['0:00 firing (since 0:00)', '3:00 resolved (since 0:00)'],
  },
  {
    name: 'a backend that falls again after keep_firing is a new incident',
    policy: { keepFiringMs: 10_000 },
    script: ['0:00 down a 0', '1:00 up a 1', '1:11 down a 0'],
    says: ['0:00 firing (since 0:00)', '1:11 resolved (since 0:00)', '1:11 firing (since 1:11)'],
  },
  {
    name: 'two outages within one second are two incidents',
    script: ['0:00 down a 0', '0:00 up a 1', '0:00 down a 0', '0:00 up a 1'],
    says: [
      '0:00 firing (since 0:00)',
      '0:00 resolved (since 0:00)',
      '0:00 firing (since 0:00)',
      '0:00 resolved (since 0:00)',
    ],
  },
  {
    name: 'somebody who takes the last server out for maintenance is not paged',
    script: ['0:00 maint a 0', '0:00 exhausted', '5:00 ready a', '6:00 tick'],
    says: [],
  },
  {
    name: 'a drained backend is not paged either',
    script: ['0:00 drain a 0', '0:00 exhausted', '5:00 undrain a', '6:00 tick'],
    says: [],
  },
  {
    name: 'maintenance of the last healthy server is told, since the others are out by failure',
    script: ['0:00 down a 1', '1:00 maint b 0', '5:00 ready b'],
    says: ['1:00 firing (since 1:00)', '5:00 resolved (since 1:00)'],
  },
  {
    name: 'planned work that ends in a failure is told from that moment on',
    script: ['0:00 maint a 0', '5:00 ready a', '5:02 down a 0'],
    says: ['5:02 firing (since 5:02)'],
  },
  {
    name: 'a reload while the backend is out goes on as one incident, its outages are two',
    policy: { keepFiringMs: 10_000 },
    script: ['0:00 @1 down a 0', '1:00 @1 stopped', '1:02 @2 down a 0', '5:00 @2 up a 1', '6:00 tick'],
    says: ['0:00 firing (since 0:00)', '6:00 resolved (since 0:00)'],
  },
  {
    name: 'a worker that took over unharmed ends the incident, though no line says so',
    policy: { keepFiringMs: 10_000 },
    script: ['0:00 @1 down a 0', '1:00 @1 former 0', '1:30 tick'],
    says: ['0:00 firing (since 0:00)', '1:30 resolved (since 0:00)'],
  },
  {
    name: 'a worker that was never heard again does not keep an incident open for ever',
    script: ['0:00 @1 down a 0', '1:00 @2 down b 1', '2:30 @2 up b 2'],
    says: ['0:00 firing (since 0:00)', '2:30 resolved (since 0:00)'],
  },
  {
    name: 'a worker that was killed ends nothing: nobody serves until another one does',
    script: ['0:00 @1 down a 0', '1:00 @1 left 139', '9:00 tick', '9:30 @2 down b 1'],
    says: ['0:00 firing (since 0:00)', '9:30 resolved (since 0:00)'],
  },
  {
    name: 'nor does HAProxy as a whole when it is stopped',
    script: ['0:00 @1 down a 0', '1:00 @1 left 143', '9:00 tick'],
    says: ['0:00 firing (since 0:00)'],
  },
  {
    name: "two HAProxy services of one host do not end each other's outages",
    script: ['0:00 @1 down a 0', '10:00 @2 other x 1', '20:00 @2 other x 1', '30:00 tick'],
    says: ['0:00 firing (since 0:00)'],
  },
  {
    name: 'a worker with the pid of an earlier one is another worker',
    script: ['0:00 @1 down a 0', '9:00 @1 forked', '9:30 tick'],
    says: ['0:00 firing (since 0:00)', '9:00 resolved (since 0:00)'],
  },
  {
    name: 'who drains a server and then stops it is not paged for its fall',
    script: ['0:00 drain a 0', '0:00 exhausted', '0:30 down a 0', '9:00 tick'],
    says: [],
  },
  {
    name: 'a failure soon after planned work is an incident of its own, and counts from the failure',
    policy: { keepFiringMs: 10_000 },
    script: ['0:00 maint a 0', '50:00 ready a', '50:02 down a 0'],
    says: ['50:02 firing (since 50:02)'],
  },
  {
    name: 'eight processes of one HAProxy keep their states apart and in mind',
    script: [1, 2, 3, 4, 5, 6, 7, 8].map((pid) => `0:00 @${pid} down a 1`).concat('0:30 @1 up a 2', '0:31 @1 down a 0'),
    says: ['0:31 firing (since 0:31)'],
  },
  {
    name: 'what began and ended while haplog was away is told to nobody',
    live: false,
    script: ['0:00 down a 0', '5:00 up a 1', '9:00 tick'],
    says: [],
  },
  {
    name: 'what still lasts when haplog comes back is told, with its age',
    live: false,
    script: ['0:00 down a 0', '5:00 up a 1', '6:00 down a 0', '9:00 tick'],
    says: ['9:00 firing (since 6:00)'],
  },
  {
    name: 'a reminder comes after each interval, and not again when one tick passes several',
    policy: { reminderMs: 60 * MINUTE },
    script: ['0:00 down a 0', '59:59 tick', '1:00:00 tick', '4:30:00 tick', '4:59:00 tick', '5:00:00 tick'],
    says: [
      '0:00 firing (since 0:00)',
      '1:00:00 reminder (since 0:00)',
      '4:30:00 reminder (since 0:00)',
      '5:00:00 reminder (since 0:00)',
    ],
  },
  {
    name: 'two servers whose lines come in the wrong order do not end an outage: only a return can',
    script: ['0:00 down b 0', '0:00 down a 1', '9:00 tick'],
    says: ['0:00 firing (since 0:00)'],
  },
];

for (const { name, policy, live, script, says } of stories) {
  test(name, () => assert.deepEqual(play(script, policy, live).says, says));
}

describe('the incident', () => {
  test('names the servers that fell, in order, and why the last one did', () => {
    const [incident] = play(['0:00 down a 1', '0:07 maint b 1', '0:09 ready b', '0:10 down b 0']).incidents;
    assert.deepEqual(
      incident?.fallen.map(({ server, at }) => `${at / 1000} ${server}`),
      ['0 a', '10 b'],
    );
    assert.equal(incident?.cause?.reason, 'Layer4 timeout');
  });

  test('of a backend that loses hundreds of servers keeps the last twenty and their number', () => {
    const falls = Array.from({ length: 300 }, (_, n) => `0:${n % 60} down s${n} ${299 - n}`);
    const { incidents } = play(['0:00 down x 301', '0:00 up x 300', ...falls]);
    assert.equal(incidents[0]?.fallenTotal, 300);
    assert.deepEqual(
      incidents[0]?.fallen.map(({ server }) => server),
      Array.from({ length: 20 }, (_, n) => `s${280 + n}`),
    );
  });

  test('says how its end is known', () => {
    const dies = '1:00 @1 left 137';
    const ends = [['1:00 up a 1'], ['1:00 @1 former 0'], [dies, '2:00 @2 down b 1']].map((end) => {
      const { incidents, outages } = play(['0:00 down a 0', ...end]);
      return [incidents[0]?.endEvidence, outages[0]?.endHow];
    });
    assert.deepEqual(ends, [
      ['observed', 'recovered'],
      ['assumed', 'process_replaced'],
      ['assumed', 'process_killed'],
    ]);
  });
});

describe('a server', () => {
  test('shows MAINT over DOWN, DOWN over NOLB, NOLB over DRAIN, DRAIN over UP', () => {
    const script = ['0:01 drain a 1', '0:02 stopping a 1', '0:03 down a 0', '0:04 maint a', '0:05 ready a'];
    const shown = play(script).transitions.map(({ from, to }) => `${from}>${to}`);
    assert.deepEqual(shown, ['up>drain', 'drain>nolb', 'nolb>down', 'down>maint', 'maint>up']);
  });

  test('of a new worker counts as up until it says otherwise', () => {
    const changes = play(['0:00 @1 down a 0', '1:00 @2 down a 0']).transitions;
    assert.deepEqual(
      changes.map(({ pid, from, to }) => `${pid} ${from}>${to}`),
      ['1 up>down', '2 up>down'],
    );
  });
});
