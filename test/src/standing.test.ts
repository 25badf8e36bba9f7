/** How things stand after logs of real HAProxys (fixtures/races): what stands of a server is what the worker that serves says of it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { DEFAULT_RULES } from '../../alerts/index.js';
import { conditionsOf, serversUp, standingOf } from '../../src/standing.js';
import { planWith } from '../support/plan.js';
import { readLog } from '../support/reading.js';

const ON = { ...DEFAULT_RULES.server_down, on: true };
const PLAN = planWith({ rules: { ...DEFAULT_RULES, server_down: ON, last_server: ON } });

/** The log's first `count` lines, or all of them, as `haplog status` would tell of them. */
function after(name: string, count?: number) {
  const lines = readFileSync(`fixtures/races/${name}.log`, 'utf8').trimEnd().split('\n').slice(0, count);
  const { memory, news } = readLog(lines, undefined, PLAN);
  const { backends, incidents } = standingOf(memory.situation);
  return {
    out: backends.flatMap(({ pid, backend, out }) =>
      out.map(({ server, state }) => `${pid} ${backend}/${server} ${state}`),
    ),
    up: serversUp(memory.situation).map(({ pid, backend, server }) => `${pid} ${backend}/${server}`),
    open: incidents.filter(({ resolvedAt }) => resolvedAt === null).map(({ rule, subject }) => `${rule} ${subject}`),
    told: news.notifications.map(({ event, incident }) => `${event} ${incident.rule} ${incident.subject}`),
    backends: conditionsOf(memory.situation).map(({ backend, condition }) => `${backend} ${condition}`),
  };
}

test('a backend is known to be served after two restarts in which nobody said anything of it, but not between them', () => {
  assert.deepEqual(after('restarted-twice').backends, ['http403 up', 'srv2 up']);
  assert.deepEqual(after('restarted-twice', 20).backends, ['http403 unknown', 'srv2 unknown']);
});

describe('after a reload, while the old worker has connections left', () => {
  test('a server that was down in it is so no more', () => {
    assert.deepEqual(after('old-worker-lingers', 5).out, ['26359 tcp0/srv-1 down']);
    assert.deepEqual(after('old-worker-lingers').out, []);
    assert.deepEqual(after('old-worker-lingers').backends, ['tcp0 up']);
  });

  test('and what was told of that server, and of the last one of its backend, is over', () => {
    const begun = ['firing server_down tcp0/srv-1', 'firing last_server tcp0'];
    const { open, told } = after('old-worker-lingers');
    assert.deepEqual(
      [open, told.slice(0, 2), told.slice(2).sort()],
      [[], begun, ['resolved last_server tcp0', 'resolved server_down tcp0/srv-1']],
    );
  });

  test('also when its master ends first, and tells nothing of its end', () => {
    assert.deepEqual(after('old-worker-outlives-its-master', 6).out, ['18391 backup1/srv-2 down']);
    const { out, open } = after('old-worker-outlives-its-master');
    assert.deepEqual([out, open], [[], []]);
  });
});
