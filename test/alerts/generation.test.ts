/** Workers that have died and still have something to say, and services that share a host and nothing else. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { play, type Story } from '../support/story.js';

const stories: Story[] = [
  {
    name: 'a line of a dead worker that comes after the word of its death is no new worker',
    script: ['0:00 @1 down a 0', '1:00 @1 left 139', '0:59 @1 down b 0', '1:30 @1 down c 0', '9:00 @2 down b 1'],
    says: ['0:00 firing (since 0:00)', '9:00 resolved (since 0:00)'],
  },
  {
    name: "a dead worker's last words are believed: what they tell lasts until another worker serves",
    script: ['1:00 @1 down b 1', '2:00 @1 left 139', '1:59 @1 down a 0', '9:00 @2 down b 1'],
    says: ['2:00 firing (since 1:59)', '9:00 resolved (since 1:59)'],
  },
  {
    name: 'and what they tell is over where another worker serves already',
    script: ['1:00 @1 down b 1', '2:00 @1 left 139', '2:00 @2 forked', '1:59 @1 down a 0', '9:00 tick'],
    says: ['2:00 firing (since 1:59)', '2:00 resolved (since 1:59)'],
  },
  {
    name: 'a worker that begins at once with the pid of the dead one, as in a container, serves again',
    script: ['0:00 @1 down a 0', '1:00 @1 left 139', '1:05 @1 forked', '9:00 tick'],
    says: ['0:00 firing (since 0:00)', '1:05 resolved (since 0:00)'],
  },
];

for (const { name, policy, live, script, says } of stories) {
  test(name, () => assert.deepEqual(play(script, policy, live).says, says));
}

describe('a new worker of another HAProxy service on the host', () => {
  test('replaces nobody', () => {
    const ends = (...script: string[]) => play(['0:00 @1 down a 0', ...script]).outages.map(({ endHow }) => endHow);
    assert.deepEqual(ends('1:00 @2 other x 1', '9:00 @1 stopped'), ['process_stopped']);
    assert.deepEqual(ends('1:00 @2 down b 1', '9:00 @1 stopped'), ['process_replaced']);
    assert.deepEqual(ends('1:00 @2 forked', '1:00 @1 stopped'), ['process_replaced'], 'it has said nothing yet');
  });

  test('makes nothing forgotten of the first service, however long that was silent', () => {
    const changes = play(['0:00 @1 maint a 1', '5:00:00 @2 other x 1', '5:01:00 @1 down a 1']).transitions;
    assert.deepEqual(
      changes.map(({ pid, from, to }) => `${pid} ${from}>${to}`),
      ['1 up>maint', '2 up>down'],
    );
  });
});
