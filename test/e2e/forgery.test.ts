/**
 * The worst case, with the real haproxy and rsyslogd: a frontend whose `log-format` is nothing but a header that the client chose, and
 * a client who knows the servers by name, how many are up, the texts of their falls, and says each twice in one breath; and programs of the
 * host that log under names like HAProxy's. As docs/forgery.md arranges the log, the client may know the worker's pid as well.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { caughtUp, configure, databaseIn, lastHour, projectRoot, runHaplog } from '../support/haplog.js';
import { hook } from '../support/hook.js';
import { type OpenFrontend, startOpenFrontend } from '../support/open-frontend.js';
import type { Arrangement } from '../support/rsyslog.js';
import { stageMissing } from '../support/stage.js';
import { until } from '../support/until.js';

const LEFT = '0 sessions active, 0 requeued, 0 remaining in queue.';
const fall = (server: string, left: number) =>
  `Server ${server} is DOWN, reason: Layer4 timeout, check duration: 2001ms. ${left} active and 0 backup servers left. ${LEFT}`;
const rise = (server: string, left: number) =>
  `Server ${server} is UP, reason: Layer4 check passed, check duration: 0ms. ${left} active and 0 backup servers online. 0 sessions requeued, 0 total in queue.`;
const gone = (backend: string) => `backend ${backend} has no server available!`;
const KILLED = '[ALERT]    (1) : Current worker (2) exited with code 137 (Killed)';

/** What may be said of the backend, and of one that there is not, as `log` targets bring it. */
const BY_TARGETS = [
  ...[fall('k8s-app/s1', 1), fall('k8s-app/s2', 0), gone('k8s-app'), rise('k8s-app/s1', 1), rise('k8s-app/s2', 2)],
  ...[fall('k8s-ghost/g1', 0), gone('k8s-ghost'), rise('k8s-ghost/g1', 1)],
];

/** The same as it stands on the stderr of the worker. */
const onStderr = (pid: string) =>
  BY_TARGETS.map((text) =>
    text.startsWith('Server') ? `[WARNING]  (${pid}) : ${text}` : `[ALERT]    (${pid}) : ${text}`,
  );

/** Has everybody say everything, and waits until it stands in the log. */
async function attack({ say, log, logged, written }: OpenFrontend, texts: readonly string[]): Promise<void> {
  for (const text of texts) {
    const before = logged(text);
    await say(text, text);
    await written(before + 2, text);
  }
  for (const name of ['haproxyctl', 'haproxy', 'haproxy-foo --id=55', 'haproxy --id=31337']) {
    for (const text of [gone('k8s-app'), fall('k8s-app/s1', 1), KILLED, KILLED.replace('ALERT', 'WARNING')]) {
      const before = logged(text);
      log(name, text);
      await written(before + 1, text);
    }
  }
}

/** Before anything genuine was heard of the servers, when much is known, in an outage and behind it. */
async function tellsTheGenuine(
  arrangement: Arrangement | undefined,
  texts: (pid: string) => string[],
  doubtful: number,
) {
  await using web = await hook();
  await using open = await startOpenFrontend(arrangement);
  const { folder, logged, written } = open;
  const [s1, s2] = open.servers;
  assert.ok(s1 && s2);
  const run = configure(folder, open.rsyslog.log, { chat: web });
  await using haplog = await run();
  await caughtUp(haplog);
  const said = texts(open.pid);

  await attack(open, said);
  await s1.stop();
  await written(3, 'Server k8s-app/s1 is DOWN, reason: Layer4 connection problem');
  const returned = 'Server k8s-app/s1 is UP';
  const before = logged(returned);
  await s1.start();
  await written(before + 3, returned);
  await attack(open, said);
  await s1.stop();
  await s2.stop();
  await web.posts.first(1, 20_000);
  await attack(open, said);
  await s2.start();
  await web.posts.first(2, 20_000);
  await attack(open, said);
  // What comes last is genuine, and of what was made up last nothing waits any more: so all is in the history.
  await s1.start();
  const changes = async () =>
    (await lastHour(folder))
      .filter(({ kind }) => kind === 'transition')
      .map(({ backend, server, to }) => `${backend}/${server} ${to}`);
  const suspected = async (text: string) => {
    const asked = ['query', '--suspect', '--since', '1h', '-o', 'jsonl', '--db', databaseIn(folder)];
    return (await runHaplog(folder, asked)).stdout.split('\n').filter((line) => line.includes(text)).length;
  };
  let told: string[] = [];
  let doubted = 0;
  await until(
    async () => {
      told = await changes();
      doubted = await suspected('k8s-ghost/g1 is UP');
      return told.at(-1) === 'k8s-app/s1 up' && told.length > 5 && doubted === doubtful;
    },
    () => `the last change is told, in ${told.join(', ')}, ${doubted} doubted of\n${open.rsyslog.lines().join('\n')}`,
  );

  assert.deepEqual(told.slice(0, 2), ['k8s-app/s1 down', 'k8s-app/s1 up']);
  assert.deepEqual(told.slice(2, 4).sort(), ['k8s-app/s1 down', 'k8s-app/s2 down']);
  assert.deepEqual(told.slice(4), ['k8s-app/s2 up', 'k8s-app/s1 up']);
  assert.deepEqual(
    web.posts.items.map(({ body }) => `${JSON.parse(body).type} ${JSON.parse(body).data.backend}`),
    ['incident.opened k8s-app', 'incident.resolved k8s-app'],
  );
}

/** What docs/forgery.md tells an operator to write for rsyslogd, in its order. */
const [SEVERITIES = '', FILE_OF_ITS_OWN = ''] = readFileSync(join(projectRoot, 'docs', 'forgery.md'), 'utf8')
  .split(/^```\w*\n/m)
  .filter((text) => text.startsWith('$AddUnixListenSocket'));

const options = { skip: stageMissing(), timeout: 120_000 };

test(
  'a client who can write whole lines raises no alarm and ends none, nor does another program; a genuine one is told',
  options,
  () => tellsTheGenuine(undefined, () => BY_TARGETS, 4),
);

test('nor does a client who knows the worker’s pid where severities stand in the log', options, () =>
  tellsTheGenuine(
    { rules: SEVERITIES, followed: '/var/log/haproxy.log' },
    (pid) => [...BY_TARGETS, ...onStderr(pid), KILLED, KILLED.replace('(1)', `(${pid})`)],
    16,
  ),
);

test('nor where the states have a file of their own', options, () =>
  tellsTheGenuine(
    { rules: FILE_OF_ITS_OWN, followed: '/var/log/haproxy-states.log' },
    (pid) => [...BY_TARGETS, ...onStderr(pid), KILLED, KILLED.replace('(1)', `(${pid})`)],
    0,
  ),
);
