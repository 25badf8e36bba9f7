/** What is left of a backend, as a person is told it: in stories on a simulated clock. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { backendNow, conditionInWords, render } from '../../alerts/index.js';
import { play } from '../support/story.js';
import { notification } from '../support/telling.js';

/** How the backend app is at the end of the script. */
function app(...script: string[]): string {
  const now = backendNow(play(script).situation.board, 'lb', 'app');
  return now === null ? 'never heard of' : `${now.evidence}: ${conditionInWords(now)}`;
}

/** The second and the third worker speak of another backend, so that one is known to have taken the other's place. */
const RESTARTED_TWICE = [
  '0:00 @1/7 begun',
  '0:05 @1 down a 0',
  '1:00 @1/7 left 137',
  '1:01 @2/8 begun',
  '1:02 @2 other x 1',
  '1:30 @2/8 left 143',
  '1:31 @3/9 begun',
  '1:32 @3 other x 1',
];

describe('a backend is', () => {
  const stories: [string, string[], string][] = [
    ['down without a server', ['0:00 down a 0'], 'observed: down, 0 active and 0 backup servers left'],
    [
      'down where the announcement is all that was heard',
      ['0:00 exhausted'],
      'observed: down, 0 active and 0 backup servers left',
    ],
    ['degraded with some', ['0:00 down a 2'], 'observed: degraded, 2 active and 0 backup servers left'],
    [
      'degraded while one is in maintenance',
      ['0:00 maint a 2'],
      'observed: degraded, 2 active and 0 backup servers left',
    ],
    ['up with all', ['0:00 down a 2', '1:00 up a 3'], 'observed: up, 3 active and 0 backup servers'],
    [
      'on backup with backup servers alone',
      ['0:00 down a 0+2'],
      'observed: on backup, 0 active and 2 backup servers left',
    ],
    [
      'draining when all only finish what they have',
      ['0:00 drain a 1', '0:01 drain b 0'],
      'observed: draining, 0 active and 0 backup servers left',
    ],
    [
      'draining when its servers are stopping',
      ['0:00 stopping a 0'],
      'observed: draining, 0 active and 0 backup servers left',
    ],
    [
      'down when one drained and the other fell',
      ['0:00 drain a 1', '0:01 down b 0'],
      'observed: down, 0 active and 0 backup servers left',
    ],
    ['never heard of when only others were spoken of', ['0:00 other x 1'], 'never heard of'],
    [
      'unknown when its worker is dead and none has come',
      ['0:00 down a 1', '1:00 @1 left 139'],
      'assumed: unknown, as far as the log tells nothing serves it',
    ],
    [
      'unknown when its service has stopped',
      ['0:00 down a 1', '1:00 @1 stopped'],
      'assumed: unknown, as far as the log tells nothing serves it',
    ],
    [
      'taken to be up when a new worker has come and said nothing of it',
      ['0:00 down a 0', '1:00 @1 left 139', '1:01 @2 forked'],
      'assumed: up, as its new worker has said nothing else',
    ],
    [
      'taken to be up when the new worker of its master has spoken of others alone',
      ['0:00 @1/7 forked', '0:05 @1/7 down a 1', '1:00 @2/7 forked', '1:01 @1/7 former 0', '1:05 @2/7 other x 1'],
      'assumed: up, as its new worker has said nothing else',
    ],
    [
      'taken to be up also after a second restart in which nobody said anything of it',
      [...RESTARTED_TWICE],
      'assumed: up, as its new worker has said nothing else',
    ],
    [
      'and after a reload and a restart',
      [
        '0:00 @1/7 begun',
        '0:05 @1 other x 1',
        '1:00 @2/7 forked',
        '1:00 @1/7 former 0',
        '1:05 @2 down a 0',
        ...['1:30 @2/7 left 137', '1:31 @3/8 begun', '1:35 @3 other x 1'],
      ],
      'assumed: up, as its new worker has said nothing else',
    ],
    [
      'unknown when that worker has stopped as well',
      [...RESTARTED_TWICE, '1:50 @3 stopped other'],
      'assumed: unknown, as far as the log tells nothing serves it',
    ],
    [
      'unknown when those that were restarted are of another service',
      [
        '0:00 @1/7 forked',
        '0:00 @2/8 forked',
        '0:05 @1 down a 0',
        '0:05 @2 other x 1',
        '1:00 @3/8 forked',
        '1:05 @3 other x 1',
        '1:10 @1/7 left 137',
      ],
      'assumed: unknown, as far as the log tells nothing serves it',
    ],
    [
      'what its checks say, though a proxy of its name has stopped',
      ['0:00 @1 forked', '0:05 down a 1', '1:00 @1 stopped', '2:00 up a 2'],
      'observed: up, 2 active and 0 backup servers',
    ],
    [
      'what the new worker says',
      ['0:00 down a 0', '1:00 @2 down b 1'],
      'observed: degraded, 1 active and 0 backup servers left',
    ],
    ['degraded where nobody counted', ['0:00 maint a'], 'inferred: degraded'],
    [
      'degraded with an active server beside its backup servers',
      ['0:00 down a 1+1'],
      'observed: degraded, 1 active and 1 backup servers left',
    ],
    [
      'down in whichever of several workers it is',
      ['1:00 @1 forked', '1:00 @2 forked', '1:05 @1 down a 0', '1:06 @2 down b 1'],
      'observed: down, 0 active and 0 backup servers left',
    ],
    [
      'down where that worker is the later one as well',
      ['1:00 @1 forked', '1:00 @2 forked', '1:05 @1 down b 1', '1:06 @2 down a 0'],
      'observed: down, 0 active and 0 backup servers left',
    ],
    [
      'up with one more when a server is back and HAProxy does not count',
      ['0:00 maint a 0', '1:00 ready a'],
      'inferred: up, 1 active and 0 backup servers',
    ],
    [
      'degraded with one more when one of them is back and HAProxy does not count',
      ['0:00 down b 1', '0:00 maint a 0', '1:00 ready a'],
      'inferred: degraded, 1 active and 0 backup servers left',
    ],
    [
      'on backup when a backup server is the only one back',
      ['0:00 down a 0', '1:00 backup ready k'],
      'inferred: on backup, 0 active and 1 backup servers left',
    ],
    [
      'as HAProxy counts, once it does so again',
      ['0:00 maint a 1', '1:00 ready a', '2:00 down b 2'],
      'observed: degraded, 2 active and 0 backup servers left',
    ],
    [
      'inferred to have what was counted by us also after a server enters maintenance uncounted',
      ['0:00 down b 1', '0:30 maint a 0', '1:00 ready a', '2:00 maint b'],
      'inferred: degraded, 1 active and 0 backup servers left',
    ],
    [
      'inferred to be as a state file has it',
      ['0:00 @1 forked', '0:00 @1 took a 1'],
      'inferred: degraded, 1 active and 0 backup servers left',
    ],
    ['up, of nobody knows how many, where HAProxy has never counted', ['0:00 maint a', '1:00 ready a'], 'inferred: up'],
    [
      'down where all that are left begin in drain',
      ['0:00 @1 forked', '0:00 @1 took a 1', '0:00 @1 drain b'],
      'inferred: down, 0 active and 0 backup servers left',
    ],
  ];
  for (const [what, script, words] of stories) test(what, () => assert.equal(app(...script), words));
});

test('who hears that a backend has a server again hears how much is left of it', () => {
  const backend = { condition: 'degraded', counts: { active: 1, backup: 0 }, evidence: 'observed' } as const;
  const { text } = render({ ...notification('resolved'), backend }, 0);
  assert.match(
    text,
    /^Resolved: .* has a server again, after 4 min 12 s; it is degraded, 1 active and 0 backup servers left\n/,
  );
  assert.match(text, /^Backend is: {2}degraded, 1 active and 0 backup servers left$/m);
});

describe('a start or a reload shortly before', () => {
  const before = (...script: string[]) => play(script).incidents[0]?.workerBegan ?? null;
  test('is told, as it may have to do with the trouble', () => {
    assert.equal(before('0:00 @2 forked', '0:05 @2 down a 0'), 0);
    assert.equal(before('0:00 @1 down b 1', '1:00 @2 up b 1', '1:00 @1 former 0', '1:05 @2 down a 0'), 60_000);
    assert.equal(before('0:00 @2 forked', '1:01 @2 down a 0'), null, 'more than a minute before');
    const at = 1_708_516_996_771;
    const { text } = render(notification('firing', { openedAt: at + 1_340, workerBegan: at }), at + 2_000);
    assert.match(text, /^Backend k8s-api-server .*, 1 s after a start or reload of HAProxy\n/);
    assert.match(text, /^After: {7}a start or reload of HAProxy, 2024-02-21 07:03:16 -05:00 \(1 s before\)$/m);
  });
  test('is none when the trouble goes on across a reload', () => {
    assert.equal(before('0:00 @1 down a 0', '1:00 @2 forked', '1:05 @2 down a 0'), null);
  });
});
