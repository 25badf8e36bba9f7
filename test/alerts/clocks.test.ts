/** Load balancers whose clocks are wrong, and such as are never heard again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { play, type Story } from '../support/story.js';

const MINUTE = 60_000;

const stories: Story[] = [
  {
    name: 'one line that is stamped an hour ahead does not make what follows fire before its hold',
    policy: { holdMs: MINUTE / 2 },
    script: ['0:00=1:00:00 down b 1', '0:10 down a 0', '0:20 up a 1', '9:00 tick'],
    says: [],
  },
  {
    name: 'nor one that is stamped seventy years ahead, so that a backend that falls again stays one incident',
    policy: { keepFiringMs: 10_000 },
    script: ['0:00=613200:00:00 down b 1', '0:10 down a 0', '1:00 up a 1', '1:05 down a 0', '2:00 up a 1', '3:00 tick'],
    says: ['0:10 firing (since 0:10)', '3:00 resolved (since 0:10)'],
  },
  {
    name: 'what a clock that was ahead has stamped is over as soon as it is well, not in seventy years',
    policy: { keepFiringMs: 10_000, reminderMs: 60 * MINUTE },
    script: [
      '0:00=613200:00:00 down a 0',
      '5:00 down b 0',
      '1:05:00 tick',
      '1:06:00 up a 1',
      '1:06:09 tick',
      '1:06:10 tick',
    ],
    says: [
      '613200:00:00 firing (since 613200:00:00)',
      '1:05:00 reminder (since 5:00)',
      '1:06:10 resolved (since 5:00)',
    ],
  },
  {
    name: 'and a hold that such a clock began passes',
    policy: { holdMs: MINUTE / 2 },
    script: ['0:00=1:00:00 down a 0', '5:00 down b 0', '5:29 tick', '5:30 tick'],
    says: ['5:30 firing (since 5:00)'],
  },
  {
    name: 'a line that comes half a minute late turns no time back: a hold is no longer for it',
    policy: { holdMs: MINUTE / 2 },
    script: ['1:00 down a 0', '1:10=0:40 down b 0', '1:30 tick'],
    says: ['1:30 firing (since 1:00)'],
  },
  {
    name: 'a container that vanished with its outage does not fire for ever: a week later a new one ends it',
    policy: { reminderMs: 100 * 60 * MINUTE, keepFiringMs: 10_000 },
    script: [
      '0:00 c1! down a 0',
      '100:00:00 tick',
      '166:00:00 c2! down b 1',
      '169:00:00 c3! down b 1',
      '169:01:00 tick',
    ],
    says: ['0:00 firing (since 0:00)', '100:00:00 reminder (since 0:00)', '169:01:00 resolved (since 0:00)'],
  },
  {
    name: 'where the same load balancers stay, the outage of a silent one is not taken to be over',
    script: ['0:00 lb2! down b 1', '0:00 down a 0', '500:00:00 lb2! up b 2', '500:01:00 tick'],
    says: ['0:00 firing (since 0:00)'],
  },
];

for (const { name, policy, live, script, says } of stories) {
  test(name, () => assert.deepEqual(play(script, policy, live).says, says));
}

test('of a host that was silent for a week nothing is remembered once a new one speaks', () => {
  const { situation, outages } = play([
    '0:00 c1! down a 0',
    '0:00 c1! left 139',
    '169:00:00 c2! down b 1',
    '169:01:00 tick',
  ]);
  const keys = [situation.incidents, situation.clocks, situation.board.servers, situation.board.workers]
    .flatMap((shelf) => [...shelf].map(([key]) => key))
    .filter((key) => key.startsWith('c1'));
  assert.deepEqual([keys, outages[0]?.endHow], [[], 'process_killed']);
});
