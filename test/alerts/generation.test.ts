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

describe('where no master tells, several proxies that stop in one breath are a worker that stops', () => {
  const STOPS = ['1:00 @1 stopped fe', '1:00 @1 stopped web'];
  const firing = (...script: string[]) =>
    play(script).incidents.flatMap(({ subject, resolvedAt }) => (resolvedAt === null ? [subject] : []));
  const told = (...script: string[]) => play(script).transitions.map(({ pid, server, to }) => `${pid} ${server} ${to}`);

  test('whose outage is over once another one speaks, though the line about its backend was lost', () => {
    assert.deepEqual(firing('0:00 @1 down a 0', ...STOPS, '1:01 @2 other x 1'), []);
    assert.deepEqual(firing('0:00 @1 down a 0', ...STOPS, '9:00 @2 other x 1'), [], 'minutes later');
    assert.deepEqual(firing('0:00 @1 down a 0', ...STOPS, '1:02 @1 down web/b 0', '1:05 @2 other x 1'), []);
    assert.deepEqual(firing('0:00 @1 down a 0', ...STOPS), ['app'], 'nobody has spoken');
  });

  test('but not one that goes on to speak, whose frontends were stopped by command', () =>
    assert.deepEqual(firing('0:00 @1 down a 0', ...STOPS, '4:00 @1 down web/b 1', '5:00 @2 other x 1'), ['app']));

  test('nor a single frontend', () =>
    assert.deepEqual(firing('0:00 @1 down a 0', '1:00 @1 stopped fe', '1:01 @2 other x 1'), ['app']));

  test('nor by the word of a worker that spoke long before, as processes of one HAProxy do (nbproc), or that stops too', () => {
    assert.deepEqual(firing('0:00 @1 down a 0', '0:01 @2 down a 1', ...STOPS, '1:20 @2 other x 1'), ['app']);
    assert.deepEqual(firing('0:00 @1 down a 0', ...STOPS, '1:00 @2 stopped fe', '1:00 @2 stopped web'), ['app']);
  });

  test('and what falls in it while its last check ends is passed over, if the next one has spoken', () => {
    assert.deepEqual(told(...STOPS, '1:01 @2 other x 1', '1:02 @1 down a 0'), ['2 x down'], 'never heard before');
    assert.deepEqual(told('0:00 @1 up b 2', ...STOPS, '1:01 @2 other x 1', '1:02 @1 down a 0'), ['1 b up', '2 x down']);
    const all = ['0:00 @1 up a 2', '1:00 @1 stopped app'];
    assert.deepEqual(
      told(...all, '1:01 @2 other x 1', '1:01.900 @1 down a 0'),
      ['1 a up', '2 x down'],
      'all it spoke of',
    );
  });

  test('but in a container the next process has its number: what that one says is told', () => {
    assert.deepEqual(told(...STOPS, '1:02 @1 down a 0'), ['1 a down']);
    assert.deepEqual(told('0:00 @1 up a 2', ...STOPS, '1:00 @1 stopped', '1:02 @1 down a 0'), ['1 a up', '1 a down']);
    assert.deepEqual(
      told(...STOPS, '1:01 @2 other x 1', '3:00 @1 down a 0'),
      ['2 x down', '1 a down'],
      'minutes later',
    );
    const all = ['0:00 @1 up a 2', '1:00 @1 stopped app'];
    assert.deepEqual(
      told(...all, '1:01 @2 other x 1', '1:30 @1 down a 0'),
      ['1 a up', '2 x down', '1 a down'],
      'by a check that began after the stop',
    );
  });
});
