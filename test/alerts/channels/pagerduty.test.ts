/** PagerDuty: our incident is one alert there, from its opening to its end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pagerdutyChannel } from '../../../alerts/channels/pagerduty.js';
import { testMessage } from '../../../alerts/index.js';
import type { EventId } from '../../../parsers/index.js';
import { charmed } from '../../support/charms.js';
import { hook } from '../../support/hook.js';
import { pagerAt } from '../../support/services.js';
import { message, sendOnce } from '../../support/telling.js';

const LIMIT = { timeout: 20_000 };

test('an outage opens an alert, which is marked when somebody takes it on and closes with its end', LIMIT, async () => {
  await using far = await hook((response) => response.writeHead(202).end('{"status":"success"}'));
  const ack = { at: 0, by: 'ann', note: null };
  const story = [message('firing'), message('reminder'), message('acknowledged', { ack }), message('resolved')];
  for (const told of story) {
    assert.deepEqual(await sendOnce(pagerAt(far.url), told), {
      kind: 'delivered',
      answer: '202: {"status":"success"}',
    });
  }
  const posts = (await far.posts.first(4, 1_000)).map(({ body, path }) => ({ ...JSON.parse(body), path }));
  assert.deepEqual(
    posts.map(({ event_action: action, dedup_key: key, routing_key: routing, path }) => [action, key, routing, path]),
    ['trigger', 'trigger', 'acknowledge', 'resolve'].map((action) => [
      action,
      '5f1c:4711',
      'R0SECRETKEY',
      '/v2/enqueue',
    ]),
  );
  const { summary, custom_details: details, ...payload } = posts[0].payload;
  assert.match(summary, /^Backend k8s-api-server on allyrion has no server available since /);
  assert.deepEqual([details.schema_version, details.backend], [1, 'k8s-api-server']);
  assert.deepEqual(payload, {
    source: 'allyrion',
    severity: 'critical',
    timestamp: '2024-02-21T12:03:18.115Z',
    component: 'k8s-api-server',
    group: 'allyrion',
    class: 'outage',
  });
});

test('a test opens an alert that says so, and closes it at once', LIMIT, async () => {
  await using far = await hook((response) => response.writeHead(202).end());
  await sendOnce(pagerAt(far.url), testMessage('pager', 'lb1', 'x', 0));
  const [opened, closed] = (await far.posts.first(2, 1_000)).map(({ body }) => JSON.parse(body));
  assert.deepEqual([opened.event_action, opened.payload.severity], ['trigger', 'info']);
  assert.match(opened.payload.summary, /^This is a test: .*Nothing is wrong\.$/);
  assert.deepEqual([closed.event_action, closed.dedup_key], ['resolve', opened.dedup_key]);
});

test(
  'the key is the same for the beginning and the end, whatever the id, and never longer than 255 characters',
  LIMIT,
  async () => {
    await using far = await hook((response) => response.writeHead(202).end());
    const id = 'x'.repeat(300) as EventId;
    for (const event of ['firing', 'resolved'] as const) await sendOnce(pagerAt(far.url), message(event, { id }));
    const [first, last] = (await far.posts.first(2, 1_000)).map(({ body }) => JSON.parse(body).dedup_key);
    assert.match(first, /^haplog-[0-9a-f]{32}$/);
    assert.equal(first, last);
  },
);

test('whatever stands in the log, what PagerDuty needs is there, in one line each', LIMIT, async () => {
  await using far = await hook((response) => response.writeHead(202).end());
  const channel = pagerdutyChannel(pagerAt(far.url));
  await fc.assert(
    fc.asyncProperty(charmed, async (told) => {
      const before = far.posts.items.length;
      assert.equal((await channel.send(told, new AbortController().signal)).kind, 'delivered');
      const { event_action: action, payload } = JSON.parse(far.posts.items[before]!.body);
      if (action === 'resolve') return;
      assert.match(payload.summary, /^[^\p{C}\p{Zl}\p{Zp}]{1,1024}$/u);
      assert.match(payload.source, /^[^\p{C}\p{Zl}\p{Zp}]{1,255}$/u);
    }),
    { numRuns: 50 },
  );
});

test('what PagerDuty refuses is not repeated, what it has no time for is; the key stays a secret', LIMIT, async () => {
  const answered = async (status: number) => {
    await using far = await hook((response, { body }) => response.writeHead(status).end(body));
    return await sendOnce(pagerAt(far.url));
  };
  for (const [status, kind] of [
    [400, 'rejected'],
    [429, 'retry'],
    [503, 'retry'],
  ] as const) {
    const outcome = await answered(status);
    assert.equal(outcome.kind, kind);
    assert.doesNotMatch(JSON.stringify(outcome), /SECRET/);
  }
});

test('a digest does not go to PagerDuty: it opens and closes incidents one by one', () => {
  assert.equal(pagerdutyChannel(pagerAt('http://127.0.0.1:1')).takesDigests, false);
});
