/** What the history keeps: every change of a server's state, and every stretch in which a backend had no server available. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NOTHING_KNOWN, step } from '../../alerts/index.js';
import { planWith } from '../support/plan.js';
import { clock, inputOf, play } from '../support/story.js';

/** `1 a up>down`: the worker, the server, from what to what; and what is not as usual: that it was planned, how it is known. */
function changes(...script: string[]): string[] {
  return play(script).transitions.map(({ pid, server, from, to, planned, evidence }) =>
    [`${pid} ${server} ${from}>${to}`, ...(planned ? ['planned'] : []), ...unusual(evidence)].join(' '),
  );
}

/** `1 0:00-1:00 recovered`: the worker, from when to when, and how it ended; besides as of a change. */
function outages(...script: string[]): string[] {
  return play(script).outages.map(({ pid, start, end, endHow, planned, evidence }) =>
    [
      `${pid} ${clock(start)}-${end === null ? '' : `${clock(end)} ${endHow}`}`,
      ...(planned ? ['planned'] : []),
      ...unusual(evidence),
    ].join(' '),
  );
}

const unusual = (evidence: string) => (evidence === 'observed' ? [] : [evidence]);

describe('a server', () => {
  const stories: [string, string[], string[]][] = [
    [
      'is stopping after maintenance of whose end no line was kept',
      ['0:00 maint a 1', '1:00 stopping a 1', '2:00 up a 2'],
      ['1 a up>maint planned', '1 a maint>nolb', '1 a nolb>up'],
    ],
    [
      "that was drained before such maintenance is still somebody's work, and drained when it is well again",
      ['0:00 drain a 1', '0:10 maint a 1', '1:00 down a 1', '2:00 up a 2'],
      ['1 a up>drain planned', '1 a drain>maint planned', '1 a maint>down planned', '1 a down>drain planned'],
    ],
    [
      'of which nothing was known was in maintenance or drain when it is told to be out of that',
      ['0:00 ready a', '0:01 undrain b', '0:02 up c 1'],
      ['1 a maint>up', '1 b drain>up', '1 c down>up'],
    ],
    [
      'that is stopping goes on with that when its drain ends',
      ['0:00 drain a 1', '0:10 stopping a 1', '0:20 undrain a', '0:30 down a 0'],
      ['1 a up>drain planned', '1 a drain>nolb planned', '1 a nolb>down'],
    ],
    [
      'that is drained while it is down stays down when the drain ends, until it comes',
      ['0:00 drain a 1 left', '1:00 up a 1', '2:00 undrain a'],
      ['1 a down>drain planned', '1 a drain>up'],
    ],
    [
      'that is down in a state file was in maintenance, if it was so in the worker before',
      ['0:00 @1 maint a 0', '5:00 @2 forked', '5:00 @1 former 0', '5:00 @2 took a 0', '6:00 @2 ready a'],
      ['1 a up>maint planned', '2 a up>maint planned inferred', '2 a maint>up'],
    ],
    [
      'that another one tracks, in maintenance, takes it along as planned work',
      ['0:00 maint web/b 1', '0:00 follow a 0 web/b', '1:00 up a 1'],
      ['1 b up>maint planned', '1 a up>down planned', '1 a down>up'],
    ],
    [
      'that is up is out of maintenance, of whose end no line was kept',
      ['0:00 maint a 1', '1:00 up a 2'],
      ['1 a up>maint planned', '1 a maint>up'],
    ],
    [
      'of an earlier worker with the same pid is forgotten',
      ['0:00 @1 down a 0', '9:00 @1 forked', '9:30 @1 maint a 0'],
      ['1 a up>down', '1 a up>maint planned'],
    ],
  ];
  for (const [what, script, kept] of stories) test(what, () => assert.deepEqual(changes(...script), kept));
});

describe('an outage', () => {
  const stories: [string, string[], string[]][] = [
    [
      'ends with its worker, whether that was killed, exited or was stopped by somebody',
      [
        '0:00 @1 down a 0',
        '1:00 @1 left 129',
        '2:00 @2 down a 0',
        '3:00 @2 left 100',
        '4:00 @3 down a 0',
        '5:00 @3 left 143',
      ],
      ['1 0:00-1:00 process_killed', '2 2:00-3:00 process_stopped', '3 4:00-5:00 process_stopped'],
    ],
    [
      "that was somebody's work until the server fell is his no more",
      ['0:00 maint a 0', '5:00 down a 0'],
      ['1 0:00-5:00 recovered planned inferred', '1 5:00-'],
    ],
    [
      'of a drained server is his still when that falls in maintenance of whose end no line was kept',
      ['0:00 drain a 0', '0:10 maint a', '1:00 down a 0', '2:00 up a 2'],
      ['1 0:00-2:00 recovered planned'],
    ],
    [
      'is over, as far as can be known, when its server falls anew, for it was back in between',
      ['0:00 down a 0', '5:00 down a 0', '6:00 up a 1'],
      ['1 0:00-5:00 recovered inferred', '1 5:00-6:00 recovered'],
    ],
    [
      'is not begun anew if the server left others when it fell anew, and is over when one of several did',
      ['0:00 down a 1', '0:10 down b 0', '5:00 down b 1', '6:00 down a 0'],
      ['1 0:10-5:00 recovered inferred', '1 6:00-'],
    ],
    ["in which another server fails is nobody's work", ['0:00 maint a 0', '0:10 down b 0'], ['1 0:00-']],
    [
      'that lasted is over when a fall leaves servers; which came, no line says',
      ['0:00 down a 0', '0:02 down b 1'],
      ['1 0:00-0:02 recovered inferred'],
    ],
    ['that a fall of the same second seems to end goes on', ['1:00 down a 0', '1:01 down b 1'], ['1 1:00-']],
    [
      'is over when a server is ready that was out',
      ['0:00 maint a 0', '1:00 ready a'],
      ['1 0:00-1:00 recovered planned'],
    ],
    [
      'in a worker that has told of its end too late is over with the worker, once',
      ['1:00 @1 down b 1', '2:00 @1 left 139', '1:59 @1 down a 0', '1:59 @1 up a 1'],
      ['1 1:59-2:00 process_killed'],
    ],
    [
      'ends in a silent worker when its heir speaks, as far as can be known',
      ['0:00 @1 down a 0', '1:00 @2 down b 1', '2:30 @2 up b 2', '3:00 @1 up a 1'],
      ['1 0:00-1:00 process_replaced assumed'],
    ],
    [
      'that two processes have from one state file is in both',
      ['0:00 @1 took a 0', '0:02 @2 took a 0', '0:30 tick'],
      ['1 0:00- inferred', '2 0:02- inferred'],
    ],
    [
      'that a worker has from a state file goes on when another one speaks in the same second',
      ['0:00 @1 took a 0', '0:01 @2 up a 1', '0:30 tick'],
      ['1 0:00- inferred'],
    ],
    [
      'that nobody but a count behind a state file tells is no better known when it ends',
      ['5:00 @2 forked', '5:00 @2 took a 1', '5:00 @2 drain b', '5:30 @2 up a 1'],
      ['2 5:00-5:30 recovered inferred'],
    ],
    [
      'of a host that is not heard any more ends when that is forgotten, as far as can be known',
      ['0:00 c1! down a 0', '169:00:00 c2! down b 1'],
      ['1 0:00-169:00:00 process_stopped assumed'],
    ],
    [
      'ends no earlier than it began, though the line is late',
      ['0:10 down a 0', '0:10=0:05 up a 1'],
      ['1 0:10-0:10 recovered'],
    ],
    [
      "of a worker whose first server comes is nobody's work, and is known by that alone",
      ['0:00 @1 forked', '0:03 @1 up a 1'],
      ['1 0:00-0:03 recovered inferred'],
    ],
    ['was none where more servers than that one are counted', ['0:00 @1 forked', '0:03 @1 up a 2+1'], []],
    [
      'of a host that has been silent for less than a week is none of these',
      ['0:00 c1! down a 0', '167:00:00 c2! down b 1'],
      ['1 0:00-'],
    ],
    [
      "nor where only the new host's clock says that it was a week",
      ['0:00 c1! down a 0', '1:00=613200:00:00 c2! down b 1'],
      ['1 0:00-'],
    ],
    [
      'nor where only ours says so, for the line was read late',
      ['0:00 c1! down a 0', '169:00:00=1:00:00 c2! down b 1'],
      ['1 0:00-'],
    ],
    [
      'of another host goes on when one is forgotten',
      ['0:00 c1! down a 0', '168:30:00 c3! down a 0', '169:00:00 c2! down b 1'],
      ['1 0:00-168:30:00 process_stopped assumed', '1 168:30:00-'],
    ],
    [
      'is over when a pid that has died speaks after more than a minute, as that is another worker',
      ['0:00 @1 down a 1', '1:00 @1 left 139', '0:59 @1 down a 0', '3:00 @1 down a 0'],
      ['1 0:59-1:00 process_killed', '1 3:00-'],
    ],
    [
      'goes on in a worker whose beginning its master tells some seconds late',
      ['0:00 @1 down a 0', '0:09 @1 forked'],
      ['1 0:00-'],
    ],
    [
      'and is over with it where that comes ten seconds later',
      ['0:00 @1 down a 0', '0:10 @1 forked'],
      ['1 0:00-0:10 process_replaced'],
    ],
    [
      'of a silent worker is over when its heir speaks, though the clock was set back between',
      [
        '2:00:00 @1 down b 1',
        '2:00:01=1:00:00 @1 down a 0',
        '2:01:00=1:01:00 @2 down b 1',
        '2:03:00=1:03:00 @2 up b 2',
      ],
      ['1 1:00:00-1:01:00 process_replaced assumed'],
    ],
    [
      'of one of several workers that began at one instant ends by no word of another',
      ['0:00 @1 down a 1', '0:00 @2 down a 0', '3:00 @1 up a 2', '6:00 @1 down a 1'],
      ['2 0:00-'],
    ],
    [
      'ends by no word of an elder worker',
      ['0:00 @1 forked', '1:00 @2 down a 0', '1:10 @1 down a 1', '3:00 @1 up a 2'],
      ['2 1:00-'],
    ],
    [
      'ends by no word of another service, however young',
      ['0:00 @9 down web/x 0', '1:00 @1 down a 1', '2:00 @2 down a 1', '4:00 @2 up a 2'],
      ['9 0:00-'],
    ],
    [
      "ends by the word of its heir's heir",
      ['0:00 @1 down a 0', '0:30 @2 down a 1', '0:40 @2 down web/x 1', '0:50 @3 down web/x 1', '3:00 @3 up web/x 2'],
      ['1 0:00-0:50 process_replaced assumed'],
    ],
    [
      "ends with a proxy that is stopped though the youngest worker is another service's",
      ['0:00 @1 down a 0', '0:00 @2 down web/x 1', '1:00 @3 down web/x 1', '1:10 @1 stopped'],
      ['1 0:00-1:10 process_stopped'],
    ],
    [
      'or though a younger one began, which has died',
      ['0:00 @1 down a 0', '1:00 @2 forked', '1:05 @2 left 139', '1:10 @1 stopped'],
      ['1 0:00-1:10 process_stopped'],
    ],
    [
      'or though an elder one serves',
      ['0:00 @2 forked', '0:10 @1 down a 0', '0:30 @1 stopped'],
      ['1 0:10-0:30 process_stopped'],
    ],
    [
      'or one that began with it',
      ['0:00 @2 forked', '0:00 @1 down a 0', '0:30 @1 stopped'],
      ['1 0:00-0:30 process_stopped'],
    ],
  ];
  for (const [what, script, kept] of stories) test(what, () => assert.deepEqual(outages(...script), kept));
});

describe('of the workers of a host', () => {
  const known = (...script: string[]) => (play(script).situation.board.workers.get('lb') ?? []).map(({ pid }) => pid);

  test('one that has an heir is forgotten after an hour of silence, when another begins', () => {
    assert.deepEqual(known('0:00 @1 down a 1', '0:10 @2 down a 1', '1:00:01 @3 down a 1'), [2, 3]);
    assert.deepEqual(known('0:00 @1 down a 1', '0:10 @2 down a 1', '1:00:00 @3 down a 1'), [1, 2, 3]);
  });

  test('one that has stopped besides is forgotten after five minutes, unless a master told of it: its last sessions may speak for hours', () => {
    const script = ['0:10 @2 down a 1', '0:10 @1 stopped'];
    assert.deepEqual(known('0:00 @1 down a 1', ...script, '5:10 @3 down a 1'), [1, 2, 3]);
    assert.deepEqual(known('0:00 @1 down a 1', ...script, '5:11 @3 down a 1'), [2, 3]);
    assert.deepEqual(known('0:00 @1/7 forked', '0:01 @1 down a 1', ...script, '9:00 @3 down a 1'), [1, 2, 3]);
  });

  test('the youngest is the heir of all others, and that takes no long time where there are a thousand', () => {
    const script = Array.from({ length: 1_000 }, (_, n) => `0:${n / 100} @${n + 1} down a 1`);
    const began = performance.now();
    const workers = play(script).situation.board.workers.get('lb') ?? [];
    assert.ok(workers.slice(0, -1).every(({ heir }) => heir === 1_000));
    assert.ok(performance.now() - began < 10_000);
  });

  test('one of a service of its own after a week, unless a backend of its own is out', () => {
    assert.deepEqual(known('0:00 @1 down a 1', '0:00 @2 down web/x 0', '168:00:01 @3 down api/z 1'), [2, 3]);
    assert.deepEqual(known('0:00 @1 down a 1', '168:00:00 @2 down web/x 1'), [1, 2]);
    assert.deepEqual(
      known('0:00 @1 down a 1', '0:00 @2 down web/x 1', '169:00:00 @2 up web/x 2'),
      [1, 2],
      'none begins',
    );
  });

  test('one that has ended when it can have said nothing more for a minute', () => {
    const script = ['0:00 @1 down a 1', '0:10 @2 down web/x 1', '1:00 @1 left 139'];
    assert.deepEqual(known(...script, '2:00 @2 up web/x 2'), [1, 2]);
    assert.deepEqual(known(...script, '2:01 @2 up web/x 2'), [2]);
  });
});

test('a backup server that begins in drain was one of the backup servers where no active one is left', () => {
  const begins = (counts: string) => {
    const script = ['5:00 @2 forked', `5:00 @2 took a ${counts}`, '5:00 @2 drain b'];
    let { situation } = step(NOTHING_KNOWN, inputOf(script[0]!, 0, true), planWith());
    return script.slice(1).flatMap((line, index) => {
      const input = inputOf(line, index + 1, true);
      if (input.kind === 'event' && input.event.says.kind === 'server')
        input.event.says.backup = line.includes('drain');
      const next = step(situation, input, planWith());
      situation = next.situation;
      return next.outages.map(({ backend }) => backend);
    });
  };
  assert.deepEqual(begins('0+1'), ['app']);
  assert.deepEqual(begins('0+2'), []);
  assert.deepEqual(begins('1+1'), []);
});
