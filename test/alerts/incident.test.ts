import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { stderrLine, syslogLine } from '../support/lines.js';
import { read } from '../support/reading.js';
import { play } from '../support/story.js';

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

  test('was so once, however many reloads come while it lasts', () => {
    const reload = (at: string, old: number) => [`${at}:00 @${old} stopped`, `${at}:01 @${old + 1} down a 0`];
    const script = ['0:00 @1 down a 0', ...reload('1', 1), ...reload('2', 2), ...reload('3', 3)];
    const { incidents } = play([...script, '4:00 @4 up a 1', '4:02 @4 down a 0'], { keepFiringMs: 10_000 });
    assert.deepEqual(
      incidents.map(({ openedAt, times }) => [openedAt, times]),
      [[0, 2]],
    );
  });

  test('names a server that falls while it is taken to be out for want of an address once, with its fall', () => {
    const [incident] = play(['0:00 unresolved a 1', '0:30 down a 0']).incidents;
    assert.deepEqual(
      incident?.fallen.map(({ server, at, cause }) => `${at / 1000} ${server} ${cause.class}`),
      ['30 a layer4'],
    );
    assert.equal(incident?.fallenTotal, 1);
  });
});

const CONDITIONALLY = 'reason: Layer7 check conditionally passed, code: 404, check duration: 1ms';
const NONE_ONLINE = '0 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.';

describe('a server', () => {
  test('shows MAINT over DOWN, DOWN over NOLB, NOLB over DRAIN, DRAIN over UP', () => {
    const script = ['0:01 drain a 1', '0:02 stopping a 1', '0:03 down a 0', '0:04 maint a', '0:05 ready a'];
    const shown = play(script).transitions.map(({ from, to }) => `${from}>${to}`);
    assert.deepEqual(shown, ['up>drain', 'drain>nolb', 'nolb>down', 'down>maint', 'maint>up']);
  });

  test('that was drained before its maintenance, and falls, was out by hand all the time', () => {
    const { says, outages } = play(['0:00 drain a 0', '0:10 maint a', '1:00:00 down a 0', '2:00:00 tick']);
    assert.deepEqual(
      outages.map(({ start, end, planned }) => [start, end, planned]),
      [[0, null, true]],
    );
    assert.deepEqual(says, []);
  });

  test('is down where it is drained and said to be, though the word of its fall was lost', () => {
    const { transitions } = play(['0:00 down a 1', '0:10 up a 2', '0:20 drain a 1 left']);
    assert.equal(transitions.at(-1)?.to, 'down');
  });

  test('goes on stopping when it leaves drain, but not where it is said to be down', () => {
    const last = (state: string) =>
      read([
        syslogLine(
          0,
          'Server app/a is stopping, reason: Layer7 check conditionally passed, code: 404, check duration: 1ms. 1 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.',
        ),
        syslogLine(
          9_000,
          'Server app/a enters drain state. 1 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.',
        ),
        syslogLine(18_000, `Server app/a is ${state} (leaving forced drain).`),
      ]);
    assert.deepEqual(
      last('UP').news.transitions.map(({ to }) => to),
      ['nolb'],
    );
    assert.deepEqual(
      last('DOWN').news.transitions.map(({ to }) => to),
      ['nolb', 'down'],
    );
  });

  test('goes on stopping, and its backend without one, when it leaves the drain into which it was put (2.6.12)', () => {
    const { outages, transitions } = read([
      stderrLine(0, `Server app/s1 is stopping, ${CONDITIONALLY}. ${NONE_ONLINE}`),
      stderrLine(6, 'backend app has no server available!'),
      stderrLine(60_000, `Server app/s1 enters drain state. ${NONE_ONLINE}`),
      stderrLine(120_000, 'Server app/s1 is UP (leaving forced drain).'),
      stderrLine(
        180_000,
        'Server other/x is UP. 2 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.',
      ),
    ]).news;
    assert.deepEqual([outages.at(-1)?.end, transitions.filter(({ to }) => to === 'up').length], [null, 1]);
  });

  test('goes on stopping when it leaves maintenance, if the one that it tracks does (2.6.12)', () => {
    const { outages, transitions } = read([
      stderrLine(0, `Server app/s1 is stopping, ${CONDITIONALLY}. ${NONE_ONLINE}`),
      stderrLine(5, 'backend app has no server available!'),
      stderrLine(6, `Server api/t1 is stopping via app/s1. ${NONE_ONLINE}`),
      stderrLine(7, 'backend api has no server available!'),
      stderrLine(
        60_000,
        'Server api/t1 is going DOWN for maintenance. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.',
      ),
      stderrLine(120_000, 'Server api/t1 is UP/READY (leaving forced maintenance).'),
      stderrLine(
        180_000,
        'Server other/x is UP. 2 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.',
      ),
    ]).news;
    assert.ok(outages.every(({ end }) => end === null));
    assert.deepEqual(
      transitions.filter(({ backend }) => backend === 'api').map(({ to }) => to),
      ['nolb', 'maint', 'nolb'],
    );
  });

  test('of a new worker counts as up until it says otherwise', () => {
    const changes = play(['0:00 @1 down a 0', '1:00 @2 down a 0']).transitions;
    assert.deepEqual(
      changes.map(({ pid, from, to }) => `${pid} ${from}>${to}`),
      ['1 up>down', '2 up>down'],
    );
  });
});

test('who was told of what was over when haplog came back stands in the incident', () => {
  const { incidents, says } = play(['0:00 down a 0', '5:00 up a 1', '9:00 tick'], {}, false);
  assert.deepEqual(says, ['9:00 firing (since 0:00)', '9:00 resolved (since 0:00)']);
  assert.deepEqual(
    incidents.map(({ phase, receivers, toldAt }) => [phase, receivers.length, toldAt]),
    [['resolved', 1, 540_000]],
  );
});
