/**
 * The whole story with the real things: haproxy, rsyslogd, logrotate, a mail server, a webhook receiver, and haplog as
 * built. All three servers die, haplog is killed, the log is rotated, the servers come back.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { caughtUp, configure, databaseIn, lastHour, marked, runHaplog } from '../support/haplog.js';
import { hook } from '../support/hook.js';
import { mailbox } from '../support/mailbox.js';
import { openStage, type Stage, stageMissing } from '../support/stage.js';
import { until } from '../support/until.js';

/** That nothing more comes has no event: so long a second message is waited for. */
const quietMs = 1_500;
const backend = 'k8s-api-server';
const servers = ['bettley', 'fenn', 'gardener'];

const EMPTIED = /0 active and 0 backup servers left|has no server available!/;

test('an outage is told once by mail and once by webhook, and so is its end, through kill -9 and a rotation', {
  skip: stageMissing(),
  timeout: 120_000,
}, async () => {
  await using stage = await openStage();
  await using mail = await mailbox();
  await using web = await hook();
  const run = configure(stage.folder, stage.rsyslog.log, { oncall: mail, chat: web });
  const arrived = () => [mail.mails.items.length, web.posts.items.length];

  // All three servers die.
  await using first = await run();
  await caughtUp(first);
  for (const server of stage.haproxy.members) await server.stop();
  const [firingMail] = await mail.mails.first(1, 20_000);
  const [firingPost] = await web.posts.first(1, 10_000);
  assert.ok(firingMail && firingPost);
  const firing = JSON.parse(firingPost.body);
  assert.equal(firing.type, 'incident.opened');
  const since = lineThatSaid(stage, firing.data.opened_at);
  for (const text of [firingMail.parsed.text ?? '', firingPost.body]) {
    for (const word of [backend, ...servers, 'Layer4 connection problem', 'Connection refused']) {
      assert.ok(text.includes(word), `"${word}" in ${text}`);
    }
  }
  assert.match(firingMail.parsed.subject ?? '', new RegExp(`${backend} has no server available`));
  assert.ok(firingMail.parsed.text?.includes(since.written), `since ${since.written} in ${firingMail.parsed.text}`);
  assert.match(since.line, EMPTIED);

  // haplog is killed in the middle, and started again.
  await marked(first, 'firing', 'oncall');
  await marked(first, 'firing', 'chat');
  await first.end('SIGKILL');
  await using second = await run();
  await caughtUp(second);

  // The log is rotated while the outage is open.
  await stage.rsyslog.rotate();
  await pause(quietMs);
  assert.deepEqual(arrived(), [1, 1], 'the outage is told once');

  // The servers return.
  for (const server of stage.haproxy.members) await server.start();
  const resolvedMail = (await mail.mails.first(2, 20_000))[1];
  const resolvedPost = (await web.posts.first(2, 10_000))[1];
  assert.ok(resolvedMail && resolvedPost);
  const resolved = JSON.parse(resolvedPost.body);
  assert.equal(resolved.type, 'incident.resolved');
  assert.equal(resolved.data.id, firing.data.id, 'firing and resolved are of one incident');
  const lasted = Date.parse(resolved.data.resolved_at) - since.instant;
  assert.ok(lasted > quietMs && lasted < 60_000, `it lasted ${lasted} ms`);
  assert.equal(resolved.data.duration_s, lasted / 1_000);
  assert.match(resolvedMail.parsed.text ?? '', /^Lasted: +[\d.]+ s$/m);
  assert.deepEqual(threadOf(resolvedMail.parsed), threadOf(firingMail.parsed));

  // Killed and started once more: nothing is said again.
  await marked(second, 'resolved', 'oncall');
  await marked(second, 'resolved', 'chat');
  await until(
    () => servers.every((server) => stage.rsyslog.lines().some((line) => line.includes(`${backend}/${server} is UP`))),
    () => 'haproxy found its servers well again',
  );
  await second.end('SIGKILL');
  await using third = await run();
  await caughtUp(third);
  await pause(quietMs);
  assert.deepEqual(arrived(), [2, 2], 'the end is told once');
  assert.deepEqual(await third.end('SIGTERM'), { code: 0, signal: null });

  // haplog query shows the story.
  const table = await runHaplog(stage.folder, ['query', '--since', '1h', '--db', databaseIn(stage.folder)]);
  assert.equal(table.code, 0, table.stderr);
  for (const word of [backend, ...servers, 'Layer4 connection problem']) assert.ok(table.stdout.includes(word), word);
  const facts = await lastHour(stage.folder);
  const changes = facts.filter(({ kind }) => kind === 'transition');
  for (const server of servers) {
    const of = changes.filter((change) => change.server === server);
    assert.deepEqual(
      of.map(({ from, to, copies }) => [from, to, copies]),
      [
        ['up', 'down', 3],
        ['down', 'up', 3],
      ],
    );
  }
  const outages = facts.filter(({ kind }) => kind === 'outage');
  assert.deepEqual(
    outages.map((outage) => [outage.backend, outage.end_how]),
    [[backend, 'recovered']],
  );
});

/** The line of the log that emptied the backend at this instant, and its time as people are told it. */
function lineThatSaid(stage: Stage, instant: string): { line: string; instant: number; written: string } {
  const at = Date.parse(instant);
  const stampOf = (line: string) => line.slice(0, line.indexOf(' '));
  // Another server's line may bear the same millisecond.
  const lines = stage.rsyslog.lines().filter((candidate) => Date.parse(stampOf(candidate)) === at);
  const line = lines.find((candidate) => EMPTIED.test(candidate)) ?? lines.join('\n');
  return { line, instant: at, written: stampOf(line).slice(0, 19).replace('T', ' ') };
}

/** Mail programs keep these together. */
function threadOf({
  references,
  inReplyTo,
  messageId,
}: {
  references?: unknown;
  inReplyTo?: unknown;
  messageId?: string;
}) {
  return [references ?? inReplyTo ?? messageId];
}
