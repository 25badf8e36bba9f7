/** A real HAProxy that logs to its standard output, as in a container: the log driver carries that and stderr into haproxy.log, and haplog tells each change once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { caughtUp, configure, databaseIn, lastHour, runHaplog } from '../support/haplog.js';
import { hook } from '../support/hook.js';
import { openStage, type Stage, stageMissing } from '../support/stage.js';
import { until } from '../support/until.js';

const backend = 'k8s-api-server';
const servers = ['bettley', 'fenn', 'gardener'];

for (const format of ['raw', 'short', 'local'] as const) {
  test(`an outage of a HAProxy in a container with \`log stdout format ${format}\` is told once, through a reload`, {
    skip: stageMissing(),
    timeout: 120_000,
  }, async () => {
    await using stage = await openStage('Europe/Berlin', format);
    await using web = await hook();
    const run = configure(stage.folder, stage.rsyslog.log, { chat: web });
    await using haplog = await run();
    await caughtUp(haplog);

    // The next worker finds one server dead; the others die under it.
    await stage.haproxy.members[0]!.stop();
    await said(stage, /bettley is DOWN/, 2);
    process.kill(stage.haproxy.program.pid, 'SIGUSR2');
    await said(stage, /Former worker \(\d+\) exited/);
    await said(stage, /bettley is DOWN/, 4);
    for (const server of stage.haproxy.members.slice(1)) await server.stop();
    const [firing] = await web.posts.first(1, 20_000);
    for (const server of stage.haproxy.members) await server.start();
    const [, resolved] = await web.posts.first(2, 20_000);
    assert.deepEqual(
      [firing, resolved].map((post) => JSON.parse(post?.body ?? '{}').type),
      ['incident.opened', 'incident.resolved'],
    );

    const facts = await lastHour(stage.folder);
    const outages = facts.filter(({ kind }) => kind === 'outage');
    assert.deepEqual(
      outages.map((outage) => [outage.backend, outage.end_how]),
      [[backend, 'recovered']],
    );
    const falls = facts.filter(({ kind, to }) => kind === 'transition' && to === 'down');
    assert.deepEqual(falls.map(({ server }) => server).toSorted(), ['bettley', ...servers].toSorted());
    const status = await runHaplog(stage.folder, ['status', '-o', 'json', '--db', databaseIn(stage.folder)]);
    assert.equal(JSON.parse(status.stdout).lines.unknown, 0, status.stdout);
  });
}

function said(stage: Stage, what: RegExp, times = 1): Promise<void> {
  return until(
    () => stage.rsyslog.lines().filter((line) => what.test(line)).length >= times,
    () => `haproxy said ${what}: ${stage.haproxy.program.output()}`,
  );
}
