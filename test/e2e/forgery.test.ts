/**
 * The worst case, with the real haproxy and rsyslogd: a frontend whose `log-format` is nothing but a header that the client chose, and
 * a client who knows the servers by name, how many are up, the texts of their falls, and says each twice in one breath; and programs of the
 * host that log under names like HAProxy's.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { caughtUp, configure, databaseIn, lastHour, runHaplog } from '../support/haplog.js';
import { carryStderr, freePort, member } from '../support/haproxy.js';
import { hook } from '../support/hook.js';
import { programPath, startProgram } from '../support/program.js';
import { startRsyslog } from '../support/rsyslog.js';
import { openFolder, stageMissing } from '../support/stage.js';
import { until } from '../support/until.js';

const LEFT = '0 sessions active, 0 requeued, 0 remaining in queue.';
const fall = (server: string, left: number) =>
  `Server ${server} is DOWN, reason: Layer4 timeout, check duration: 2001ms. ${left} active and 0 backup servers left. ${LEFT}`;
const rise = (server: string, left: number) =>
  `Server ${server} is UP, reason: Layer4 check passed, check duration: 0ms. ${left} active and 0 backup servers online. 0 sessions requeued, 0 total in queue.`;
const gone = (backend: string) => `backend ${backend} has no server available!`;
const KILLED = '[ALERT]    (1) : Current worker (2) exited with code 137 (Killed)';

test('a client who can write whole lines raises no alarm and ends none, nor does another program; a genuine one is told', {
  skip: stageMissing(),
  timeout: 120_000,
}, async () => {
  using folder = openFolder();
  await using web = await hook();
  await using rsyslog = await startRsyslog(folder.path, 'UTC');
  const ports = { open: await freePort(), server: await freePort() };
  const servers = [member('s1', '127.0.0.11', ports.server), member('s2', '127.0.0.12', ports.server)];
  await using _stopped = {
    async [Symbol.asyncDispose]() {
      for (const server of servers) await server.stop();
    },
  };
  for (const server of servers) await server.start();
  const config = join(folder.path, 'open.cfg');
  writeFileSync(config, haproxyConfig(rsyslog.haproxySocket, ports));
  await using haproxy = await startProgram(programPath('haproxy') ?? 'haproxy', ['-W', '-db', '-f', config]);
  await using _journald = carryStderr(haproxy, rsyslog.systemSocket);
  const logged = (text: string) => rsyslog.lines().filter((line) => line.includes(text)).length;
  const written = (count: number, text: string) =>
    until(
      () => logged(text) >= count,
      () => `${count} lines with "${text}" in\n${rsyslog.lines().join('\n')}`,
    );
  const say = async (...texts: string[]) => {
    await Promise.all(texts.map((text) => ask(ports.open, text).catch(() => {})));
  };

  const log = (name: string, text: string) =>
    execFileSync('logger', ['--socket', rsyslog.systemSocket, '--tag', ...name.split(' '), '--', text]);

  // As every log of such a frontend begins: with what honest programs call themselves.
  await until(
    async () => {
      await say('Mozilla/5.0', 'curl/8.5.0');
      return logged(': Mozilla') > 0 && logged(': curl') > 0;
    },
    () => `haproxy does not answer: ${haproxy.output()}`,
  );
  const run = configure(folder.path, rsyslog.log, { chat: web });
  await using haplog = await run();
  await caughtUp(haplog);

  const attack = async () => {
    for (const text of [
      ...[fall('k8s-app/s1', 1), fall('k8s-app/s2', 0), gone('k8s-app'), rise('k8s-app/s1', 1), rise('k8s-app/s2', 2)],
      ...[fall('k8s-ghost/g1', 0), gone('k8s-ghost'), rise('k8s-ghost/g1', 1)],
    ]) {
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
  };
  // Before anything genuine was heard, when much is known, and while an outage lasts.
  await attack();
  await servers[0]!.stop();
  await written(3, 'Server k8s-app/s1 is DOWN, reason: Layer4 connection problem');
  await servers[0]!.start();
  await written(3, 'Server k8s-app/s1 is UP, reason: Layer4 check passed, check duration: 0ms. 2 active');
  await attack();
  for (const server of servers) await server.stop();
  await web.posts.first(1, 20_000);
  await attack();
  await servers[1]!.start();
  await web.posts.first(2, 20_000);
  await attack();
  // What comes last is genuine, and of what was made up last nothing waits any more: so all is in the history.
  await servers[0]!.start();
  const changes = async () => {
    const facts = await lastHour(folder.path);
    return facts
      .filter(({ kind }) => kind === 'transition')
      .map(({ backend, server, to }) => `${backend}/${server} ${to}`);
  };
  const suspected = async (text: string) => {
    const asked = ['query', '--suspect', '--since', '1h', '-o', 'jsonl', '--db', databaseIn(folder.path)];
    return (await runHaplog(folder.path, asked)).stdout.split('\n').filter((line) => line.includes(text)).length;
  };
  let told: string[] = [];
  await until(
    async () => {
      told = await changes();
      return told.at(-1) === 'k8s-app/s1 up' && told.length > 5 && (await suspected('k8s-ghost/g1 is UP')) === 4;
    },
    () => `the last change is told, in ${told.join(', ')} of\n${rsyslog.lines().join('\n')}`,
  );

  assert.deepEqual(told.slice(0, 2), ['k8s-app/s1 down', 'k8s-app/s1 up']);
  assert.deepEqual(told.slice(2, 4).sort(), ['k8s-app/s1 down', 'k8s-app/s2 down']);
  assert.deepEqual(told.slice(4), ['k8s-app/s2 up', 'k8s-app/s1 up']);
  assert.deepEqual(
    web.posts.items.map(({ body }) => `${JSON.parse(body).type} ${JSON.parse(body).data.backend}`),
    ['incident.opened k8s-app', 'incident.resolved k8s-app'],
  );
});

/** One request, whose `x-text` becomes a line of the log. */
function ask(port: number, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.10', port, agent: false, headers: { 'x-text': text } }, (response) => {
      response.resume().on('end', resolve);
    })
      .on('error', reject)
      .end();
  });
}

function haproxyConfig(socket: string, ports: Record<'open' | 'server', number>): string {
  const user = process.getuid?.() === 0 ? '  user haproxy\n  group haproxy\n' : '';
  const servers = ['s1 127.0.0.11', 's2 127.0.0.12'].map(
    (server) => `  server ${server}:${ports.server} check inter 200ms fall 2 rise 2\n`,
  );
  return `global
${user}  log ${socket} local0
  log ${socket} local1 notice

defaults
  log global
  timeout connect 1s
  timeout client 5s
  timeout server 5s

frontend open
  bind 127.0.0.10:${ports.open}
  mode http
  http-request capture req.fhdr(x-text) len 1000
  log-format "%[capture.req.hdr(0)]"
  http-request return status 200

backend k8s-app
  mode tcp
${servers.join('')}`;
}
