/** kill -9 at any moment, again and again, while a real outage comes and goes and the log is rotated. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { caughtUp, configure, lastHour } from '../support/haplog.js';
import { hook } from '../support/hook.js';
import { openStage, type Stage, stageMissing } from '../support/stage.js';
import { until } from '../support/until.js';

/** So long each life lasts: from before the first line is read to after everything was sent. */
const livesMs = [120, 900, 250, 600, 1_300, 400];

test('however often haplog is killed with -9 in an outage, its beginning and its end are told under one id each', {
  skip: stageMissing(),
  timeout: 120_000,
}, async () => {
  await using stage = await openStage();
  await using web = await hook();
  // From the start: lives that end before anything is stored must not make the next one begin behind the outage.
  const run = configure(stage.folder, stage.rsyslog.log, { chat: web }, '--from', 'start');

  let over = false;
  const isTold = () => web.posts.match(({ body }) => body.includes('incident.opened'), 60_000);
  const story = outage(stage, isTold).finally(() => {
    over = true;
  });
  let lives = 0;
  while (!over) {
    await using haplog = await run();
    // On a busy machine a start may take longer than all of these: so they grow from round to round.
    const round = 1 + Math.floor(lives / livesMs.length);
    await Promise.race([pause(round * livesMs[lives++ % livesMs.length]!), story]);
    await haplog.end('SIGKILL');
  }
  await story;
  assert.ok(lives >= livesMs.length, `killed ${lives} times`);

  await using last = await run();
  await caughtUp(last);
  await web.posts.match(({ body }) => body.includes('incident.resolved'), 10_000);
  assert.deepEqual(await last.end('SIGTERM'), { code: 0, signal: null });

  // What was taken while haplog died before it could write that down comes again, under the id by which it is known.
  const told = new Map(web.posts.items.map(({ headers, body }) => [headers['webhook-id'], JSON.parse(body).type]));
  assert.deepEqual([...told.values()], ['incident.opened', 'incident.resolved']);

  const facts = await lastHour(stage.folder);
  const count = (kind: string) => facts.filter((fact) => fact.kind === kind).length;
  assert.deepEqual([count('transition'), count('outage')], [6, 1]);
  for (const fact of facts.filter(({ kind }) => kind === 'transition'))
    assert.equal(fact.copies, 3, JSON.stringify(fact));
});

/** All servers die, somebody is told, the log is rotated, the servers return. */
async function outage({ haproxy, rsyslog }: Stage, isTold: () => Promise<unknown>): Promise<void> {
  const says = (text: string, times: number) =>
    until(
      () => rsyslog.lines().filter((line) => line.includes(text)).length === times,
      () => `${times} lines with "${text}"`,
    );
  await pause(1_000);
  for (const server of haproxy.members) await server.stop();
  await says('has no server available!', 3);
  // Lives that stored nothing before the rotation would never look into the file that it leaves.
  await isTold();
  await pause(1_500);
  await rsyslog.rotate();
  await pause(1_500);
  for (const server of haproxy.members) await server.start();
  await says('is UP, reason', 9);
}
