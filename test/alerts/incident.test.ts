import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
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

test('who was told of what was over when haplog came back stands in the incident', () => {
  const { incidents, says } = play(['0:00 down a 0', '5:00 up a 1', '9:00 tick'], {}, false);
  assert.deepEqual(says, ['9:00 firing (since 0:00)', '9:00 resolved (since 0:00)']);
  assert.deepEqual(
    incidents.map(({ phase, receivers, toldAt }) => [phase, receivers.length, toldAt]),
    [['resolved', 1, 540_000]],
  );
});
