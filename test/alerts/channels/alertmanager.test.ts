/** The push to Alertmanager: every member is told, and the alert ends when the incident does, neither before nor after. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { alertmanagerChannel } from '../../../alerts/channels/alertmanager.js';
import { testMessage } from '../../../alerts/index.js';
import { charmed } from '../../support/charms.js';
import { type Hook, hook } from '../../support/hook.js';
import { alertmanagerAt } from '../../support/services.js';
import { message, OPENED, sendOnce } from '../../support/telling.js';

const LIMIT = { timeout: 20_000 };
const DAY = 86_400_000;

const hostOf = ({ port }: Hook) => `127.0.0.1:${port}`;
const member = (far: Hook) => `http://${hostOf(far)}`;
const alertsOf = (far: Hook) => far.posts.items.map(({ body }) => JSON.parse(body)[0]);

/** A member that was stopped: nobody listens there. */
async function stopped(): Promise<string> {
  const far = await hook();
  await far[Symbol.asyncDispose]();
  return member(far);
}

test('every member of the cluster is told of an outage and of its end, under the same labels', LIMIT, async () => {
  await using one = await hook();
  await using two = await hook();
  const receiver = alertmanagerAt([member(one), `${member(two)}/prefix/`], { headers: { 'X-Scope-OrgID': 'edge' } });
  for (const event of ['firing', 'resolved'] as const) {
    assert.deepEqual(await sendOnce(receiver, message(event)), {
      kind: 'delivered',
      answer: `accepted by ${hostOf(one)}, ${hostOf(two)}`,
    });
  }
  assert.deepEqual([one.posts.items[0]!.path, two.posts.items[0]!.path], ['/api/v2/alerts', '/prefix/api/v2/alerts']);
  assert.equal(one.posts.items[0]!.headers['x-scope-orgid'], 'edge');
  assert.deepEqual(alertsOf(one)[1], alertsOf(two)[1]);
  const [firing, resolved] = alertsOf(one);
  assert.deepEqual(firing.labels, {
    alertname: 'HAProxyBackendNoServer',
    backend: 'k8s-api-server',
    host: 'allyrion',
    severity: 'critical',
    source: 'haplog',
  });
  assert.match(firing.annotations.summary, /^Backend k8s-api-server on allyrion has no server available since /);
  assert.deepEqual([resolved.labels, resolved.startsAt], [firing.labels, firing.startsAt]);
  assert.equal(resolved.endsAt, '2024-02-21T12:07:30.115Z');
});

test(
  'an alert that fires does not end by itself for so long as is configured, and a reminder puts that off',
  LIMIT,
  async () => {
    await using far = await hook();
    const began = Date.now();
    const receiver = alertmanagerAt([member(far)], { expireMs: 3 * DAY });
    for (const event of ['firing', 'reminder'] as const) await sendOnce(receiver, message(event));
    const [firing, reminder] = alertsOf(far);
    assert.equal(firing.startsAt, new Date(OPENED).toISOString());
    assert.ok(Date.parse(firing.endsAt) >= began + 3 * DAY);
    assert.ok(Date.parse(reminder.endsAt) >= Date.parse(firing.endsAt));
  },
);

test(
  'times of a load balancer whose clock is ahead count as now: no end is still to come, none is before its beginning',
  LIMIT,
  async () => {
    await using far = await hook();
    const ahead = Date.now() + 300_000;
    await sendOnce(alertmanagerAt([member(far)]), message('resolved', { openedAt: ahead, resolvedAt: ahead + 10_000 }));
    const { startsAt, endsAt } = alertsOf(far)[0];
    assert.ok(Date.parse(endsAt) <= Date.now() && Date.parse(startsAt) <= Date.parse(endsAt));
  },
);

test('a test shows for five minutes, and says that it is one', LIMIT, async () => {
  await using far = await hook();
  await sendOnce(alertmanagerAt([member(far)]), testMessage('prometheus', 'lb1', 'x', Date.now()));
  const { labels, annotations, endsAt } = alertsOf(far)[0];
  assert.deepEqual(labels, { alertname: 'HaplogTest', severity: 'info', source: 'haplog' });
  assert.match(annotations.summary, /Nothing is wrong\.$/);
  const leftMs = Date.parse(endsAt) - Date.now();
  assert.ok(leftMs > 240_000 && leftMs <= 300_000, `${leftMs}`);
});

test('of an outage one member must hear, and the answer says which did not', LIMIT, async () => {
  await using up = await hook();
  await using broken = await hook((response) => response.writeHead(500).end('full'));
  const away = await stopped();
  const outcome = await sendOnce(alertmanagerAt([away, member(up), member(broken)]), message('firing'));
  const others = `${new URL(away).host}: connection refused; check that it runs, its port, and any firewall; ${hostOf(broken)} answered 500: full`;
  assert.deepEqual(outcome, { kind: 'delivered', answer: `accepted by ${hostOf(up)}; not by all: ${others}` });
});

test(
  'of its end every member must hear that may still show it; one that does not run has forgotten it',
  LIMIT,
  async () => {
    await using up = await hook();
    await using broken = await hook((response) => response.writeHead(503).end());
    const withBroken = await sendOnce(alertmanagerAt([member(up), member(broken)]), message('resolved'));
    assert.deepEqual(withBroken, { kind: 'retry', reason: `${hostOf(broken)} answered 503` });
    const withStopped = await sendOnce(alertmanagerAt([member(up), await stopped()]), message('resolved'));
    assert.equal(withStopped.kind, 'delivered');
  },
);

test('where no member takes it, it is tried again, or refused where all refuse', LIMIT, async () => {
  await using busy = await hook((response) => response.writeHead(429, { 'retry-after': '30' }).end());
  await using refusing = await hook((response) => response.writeHead(400).end('bad labels'));
  const again = await sendOnce(alertmanagerAt([member(busy), member(refusing)]));
  assert.deepEqual([again.kind, again.kind === 'retry' && again.afterMs], ['retry', 30_000]);
  const refused = await sendOnce(alertmanagerAt([member(refusing)]));
  assert.deepEqual(refused, { kind: 'rejected', reason: `${hostOf(refusing)} answered 400: bad labels` });
  assert.equal((await sendOnce(alertmanagerAt([await stopped()]))).kind, 'retry');
});

test('a login in an address is sent as one, and is in no outcome', LIMIT, async () => {
  await using far = await hook((response, { headers }) => response.writeHead(401).end(String(headers.authorization)));
  const outcome = await sendOnce(alertmanagerAt([member(far).replace('//', '//ann:SECRETpw@')]));
  assert.equal(far.posts.items[0]!.headers.authorization, `Basic ${Buffer.from('ann:SECRETpw').toString('base64')}`);
  assert.deepEqual(outcome, { kind: 'rejected', reason: `${hostOf(far)} answered 401: [secret]` });
});

test('whatever stands in the log, labels are one line, none is empty, and a name is there', LIMIT, async () => {
  await using far = await hook();
  const channel = alertmanagerChannel(alertmanagerAt([member(far)]));
  await fc.assert(
    fc.asyncProperty(charmed, async (told) => {
      const before = far.posts.items.length;
      assert.equal((await channel.send(told, new AbortController().signal)).kind, 'delivered');
      const { labels } = JSON.parse(far.posts.items[before]!.body)[0];
      assert.equal(labels.alertname, 'HAProxyBackendNoServer');
      for (const value of Object.values(labels)) assert.match(String(value), /^[^\p{C}\p{Zl}\p{Zp}]+$/u);
    }),
    { numRuns: 50 },
  );
});

test('a digest does not go to Alertmanager: it groups by itself', () => {
  assert.equal(alertmanagerChannel(alertmanagerAt(['http://127.0.0.1:1'])).takesDigests, false);
});
