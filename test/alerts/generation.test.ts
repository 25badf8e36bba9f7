/** Workers that have died and still have something to say, and services that share a host and nothing else. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { OUTAGES_ALONE } from '../support/plan.js';
import { play } from '../support/story.js';

describe('a new worker of another HAProxy service on the host', () => {
  test('replaces nobody', () => {
    const ends = (...script: string[]) => play(['0:00 @1 down a 0', ...script]).outages.map(({ endHow }) => endHow);
    assert.deepEqual(ends('1:00 @2 other x 1', '9:00 @1 stopped'), ['process_stopped']);
    assert.deepEqual(ends('1:00 @2 down b 1', '9:00 @1 stopped'), ['process_replaced']);
    assert.deepEqual(ends('1:00 @2 forked', '1:00 @1 stopped'), ['process_replaced'], 'it has said nothing yet');
  });

  test('makes nothing forgotten of the first service, however long that was silent', () => {
    const changes = play(['0:00 @1 maint a 1', '5:00:00 @2 other x 1', '5:01:00 @1 ready a 2']).transitions;
    assert.deepEqual(
      changes.map(({ pid, from, to }) => `${pid} ${from}>${to}`),
      ['1 up>maint', '2 up>down', '1 maint>up'],
    );
  });
});

test('however many servers of a backend were down in a worker, all are told to be well when the next one serves it', () => {
  const names = Array.from({ length: 30 }, (_, i) => `a${i}`);
  const falls = names.map((name, i) => `0:10 @1 down ${name} ${40 - i}`);
  const rules = { ...OUTAGES_ALONE, server_down: { ...OUTAGES_ALONE.server_down, on: true } };
  const { says } = play(['0:00 @1/7 begun', ...falls, '2:00 @2/7 forked', '2:00 @1 stopped', '3:00 tick'], { rules });
  assert.equal(says.filter((told) => told === '2:00 resolved (since 0:10)').length, names.length);
});

test('a server that is drained while it is down was down before, and stays so', () => {
  const shown = (...script: string[]) => play(script).transitions.map(({ from, to }) => `${from}>${to}`);
  assert.deepEqual(shown('0:00 drain a 1 left', '1:00 up a 2'), ['down>drain']);
  assert.deepEqual(shown('0:00 down a 1', '0:30 drain a 1 left'), ['up>down']);
  assert.deepEqual(shown('0:00 drain a 1', '0:30 undrain a'), ['up>drain', 'drain>up']);
});

describe('a worker whose servers begin as down (init-state, 3.1) says nothing of it', () => {
  const outages = (...script: string[]) =>
    play(script).outages.map(({ start, end, evidence }) => `${start}-${end} ${evidence}`);

  test('until the first of them comes: then the history has the outage since the worker began', () => {
    const lasted = play(['0:00 @1 forked', '0:03 @1 up a 1']).outages.map(({ start, end, endHow, evidence }) => [
      (end ?? 0) - start,
      endHow,
      evidence,
    ]);
    assert.deepEqual(lasted, [[3_000, 'recovered', 'inferred']]);
    assert.deepEqual(play(['0:00 @1 forked', '0:03 @1 up a 1']).says, []);
  });

  test('where others serve already, or it spoke of the backend before, there was none', () => {
    assert.deepEqual(outages('0:00 @1 forked', '0:03 @1 up a 2'), []);
    assert.deepEqual(outages('0:00 @1 forked', '0:03 @1 down b 1', '0:09 @1 up a 1'), []);
  });

  test('where nobody told when it began, or that was long ago, nobody knows since when', () => {
    assert.deepEqual(outages('0:03 @1 up a 1'), []);
    assert.deepEqual(outages('0:00 @1 forked', '9:00:00 @1 up a 1'), []);
  });
});
