/** A real Alertmanager, told by haplog as built: the alert is shown while the outage lasts, and ends with it. */
import assert from 'node:assert/strict';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type NotificationKind, openChannel } from '../../alerts/index.js';
import type { EventId } from '../../parsers/index.js';
import { openStore } from '../../src/store/open.js';
import { type Alertmanager, alertmanagerMissing, startAlertmanager } from '../support/alertmanager.js';
import { caughtUp, databaseIn, runHaplog, startHaplog } from '../support/haplog.js';
import { hook } from '../support/hook.js';
import { putInOutbox } from '../support/outbox.js';
import { passOver } from '../support/pass.js';
import { alertmanagerAt } from '../support/services.js';
import { openFolder } from '../support/stage.js';
import { message, notification, sendOnce } from '../support/telling.js';
import { until } from '../support/until.js';

const JSON_BODY = { 'content-type': 'application/json' };
const LIMITS = { skip: alertmanagerMissing(), timeout: 120_000 };

/** What HAProxy writes when a backend's one server falls and comes back, stamped now. */
function says(log: string, ...sentences: string[]): void {
  const stamp = new Date().toISOString().replace('Z', '000+00:00');
  appendFileSync(log, sentences.map((sentence) => `${stamp} lb1 haproxy[4711]: ${sentence}\n`).join(''));
}

function configure(folder: string, log: string, urls: string[]): string {
  const path = join(folder, 'haplog.yaml');
  writeFileSync(
    path,
    `sources: [{ path: ${log} }]
database: ${databaseIn(folder)}
receivers: [{ name: prometheus, alertmanager: { urls: [${urls.join(', ')}] } }]
policy: { hold: 0s, keep_firing: 500ms, reminder: 4h }
`,
  );
  return path;
}

const shown = (member: Alertmanager, name: string) => async () =>
  (await member.alerts()).some(({ labels }) => labels.alertname === name);

test('both members show an outage while it lasts, pass it on, and let go of it with its end', LIMITS, async () => {
  using folder = openFolder();
  await using passedOn = await hook();
  await using one = await startAlertmanager(folder.path, passedOn.url);
  await using two = await startAlertmanager(folder.path, passedOn.url);
  const log = join(folder.path, 'haproxy.log');
  writeFileSync(log, '');
  const config = configure(folder.path, log, [one.url, two.url]);
  await using haplog = await startHaplog(folder.path, ['run', '--config', config]);
  await caughtUp(haplog);

  says(
    log,
    'Server api/web1 is DOWN, reason: Layer4 connection problem, info: "Connection refused", check duration: 0ms. 0 active and 0 backup servers left. 3 sessions active, 0 requeued, 0 remaining in queue.',
    'backend api has no server available!',
  );
  for (const member of [one, two]) {
    await until(shown(member, 'HAProxyBackendNoServer'), () => `the alert is shown\n${haplog.output()}`, 20_000);
    const alert = (await member.alerts()).find(({ labels }) => labels.alertname === 'HAProxyBackendNoServer');
    assert.deepEqual(alert?.labels, {
      alertname: 'HAProxyBackendNoServer',
      backend: 'api',
      host: 'lb1',
      severity: 'critical',
      source: 'haplog',
    });
    assert.equal(alert?.status.state, 'active');
    assert.match(
      alert?.annotations.summary ?? '',
      /^Backend api on lb1 has no server available since .*Connection refused/,
    );
  }
  const firing = JSON.parse((await passedOn.posts.first(2, 20_000))[0]!.body);
  assert.deepEqual([firing.status, firing.commonLabels.backend], ['firing', 'api']);

  // Longer than its resolve_timeout: it does not end by itself.
  await pause(2_500);
  assert.equal(await shown(one, 'HAProxyBackendNoServer')(), true);

  says(
    log,
    'Server api/web1 is UP, reason: Layer4 check passed, check duration: 0ms. 1 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.',
  );
  for (const member of [one, two]) {
    const gone = async () => !(await shown(member, 'HAProxyBackendNoServer')());
    await until(gone, () => `the alert is gone\n${haplog.output()}`, 20_000);
  }
  const resolved = await passedOn.posts.match(({ body }) => JSON.parse(body).status === 'resolved', 20_000);
  assert.equal(JSON.parse(resolved.body).alerts[0].labels.backend, 'api');
});

test("what haplog posts in Alertmanager's manner has every key of what Alertmanager posts", LIMITS, async () => {
  using folder = openFolder();
  await using theirs = await hook();
  await using ours = await hook();
  await using member = await startAlertmanager(folder.path, theirs.url);
  assert.equal((await sendOnce(alertmanagerAt([member.url]))).kind, 'delivered');
  const config = join(folder.path, 'haplog.yaml');
  writeFileSync(config, `receivers: [{ name: hook, webhook: { url: "${ours.url}", format: alertmanager } }]\n`);
  await runHaplog(folder.path, ['receivers', 'test', 'hook', '--config', config]);
  const [posted, own] = [theirs, ours].map(async (inbox) => JSON.parse((await inbox.posts.first(1, 20_000))[0]!.body));
  const [real, mine] = [await posted, await own];
  const keys = (value: object) => Object.keys(value).sort();
  assert.deepEqual(keys(mine), keys(real));
  assert.deepEqual(keys(mine.alerts[0]), keys(real.alerts[0]));
  assert.deepEqual(
    [mine.version, mine.alerts[0].endsAt, mine.receiver],
    [real.version, '0001-01-01T00:00:00Z', 'hook'],
  );
});

test('labels of any text are taken, and an end after the beginning ends the alert', LIMITS, async () => {
  using folder = openFolder();
  await using passedOn = await hook();
  await using member = await startAlertmanager(folder.path, passedOn.url);
  const changes = {
    host: 'lb "1" <!channel> \u00fc \ud83d\ude00',
    subject: 'a\\b{c="d"}',
    openedAt: Date.now() + 60_000,
  };
  assert.equal((await sendOnce(alertmanagerAt([member.url]), message('firing', changes))).kind, 'delivered');
  await until(shown(member, 'HAProxyBackendNoServer'), () => 'the alert is shown');
  const [alert] = await member.alerts();
  assert.deepEqual([alert?.labels.host, alert?.labels.backend], [changes.host, changes.subject]);
  const over = { ...changes, resolvedAt: changes.openedAt + 1_000 };
  assert.equal((await sendOnce(alertmanagerAt([member.url]), message('resolved', over))).kind, 'delivered');
  await until(
    async () => (await member.alerts()).length === 0,
    () => 'the alert is gone',
  );
});

test('an end that is accepted at the second attempt ends no later outage', LIMITS, async () => {
  using folder = openFolder();
  await using passedOn = await hook();
  await using member = await startAlertmanager(folder.path, passedOn.url);
  const posted: string[] = [];
  let failures = 0;
  await using between = await hook(async (response, { body }) => {
    const [{ startsAt, endsAt }] = JSON.parse(body);
    const isEnd = Date.parse(endsAt) <= Date.now();
    const status =
      isEnd && failures++ === 0
        ? 503
        : (await fetch(`${member.url}/api/v2/alerts`, { method: 'POST', headers: JSON_BODY, body })).status;
    posted.push(`${isEnd ? 'end' : 'beginning'} ${startsAt}: ${status}`);
    response.writeHead(status).end();
  });
  const store = openStore(':memory:', 'write');
  const channel = await openChannel(alertmanagerAt([new URL(between.url).origin]), () => {});
  const clock = { now: () => Date.now() };
  const signal = new AbortController().signal;
  const deps = { store, channels: new Map([['oncall', channel]]), clock, random: () => 0.5, signal, log: () => {} };
  const [first, second] = [Date.now() - 20_000, Date.now() - 5_000];
  const tell = async (event: NotificationKind, openedAt: number) => {
    const over = event === 'resolved' ? { resolvedAt: openedAt + 10_000 } : {};
    await putInOutbox(store, notification(event, { id: `f:${openedAt}` as EventId, openedAt, ...over }));
    for (let passes = 0; passes < 5 && (await passOver(deps)) > 0; passes++);
  };
  await tell('firing', first);
  await tell('resolved', first);
  await tell('firing', second);
  const [older, newer] = [first, second].map((at) => new Date(at).toISOString());
  assert.deepEqual(posted, [
    `beginning ${older}: 200`,
    `end ${older}: 503`,
    `end ${older}: 200`,
    `beginning ${newer}: 200`,
  ]);
  await until(shown(member, 'HAProxyBackendNoServer'), () => 'the second outage is shown');
  assert.deepEqual(
    (await member.alerts()).map(({ startsAt }) => startsAt),
    [newer],
  );
  assert.equal(await store.nextDueAt(), null);
});
