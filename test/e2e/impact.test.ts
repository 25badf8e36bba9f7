/**
 * What an outage did, with the real haproxy and rsyslogd: clients are turned away while the servers are gone, in TCP and in HTTP,
 * and each of them is counted, once, also by a haplog that was killed meanwhile.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { caughtUp, configure, lastHour } from '../support/haplog.js';
import { freePort, member } from '../support/haproxy.js';
import { hook } from '../support/hook.js';
import { programPath, startProgram } from '../support/program.js';
import { startRsyslog } from '../support/rsyslog.js';
import { openFolder, stageMissing } from '../support/stage.js';
import { until } from '../support/until.js';

const BACKENDS = ['k8s-tcp', 'k8s-http', 'k8s-unlogged'];

test('every client that is turned away is counted; where requests are not logged, nobody claims to know', {
  skip: stageMissing(),
  timeout: 120_000,
}, async () => {
  using folder = openFolder();
  await using web = await hook();
  await using rsyslog = await startRsyslog(folder.path, 'UTC');
  const ports = { tcp: await freePort(), http: await freePort(), unlogged: await freePort(), server: await freePort() };
  const server = member('only', '127.0.0.11', ports.server);
  await using _stopped = { [Symbol.asyncDispose]: () => server.stop() };
  await server.start();
  const config = join(folder.path, 'impact.cfg');
  writeFileSync(config, haproxyConfig(rsyslog.haproxySocket, ports));
  await using haproxy = await startProgram(programPath('haproxy') ?? 'haproxy', ['-W', '-db', '-f', config]);
  const run = configure(folder.path, rsyslog.log, { chat: web });
  const logged = (pattern: RegExp) => rsyslog.lines().filter((line) => pattern.test(line)).length;

  // Requests are served: so haplog knows that they are logged. A client's text makes none of them a failed one.
  await until(
    async () => {
      await touch(ports.http, 'GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: k8s-http/<NOSRV> SC-- 1/1\r\n\r\n').catch(
        () => {},
      );
      await touch(ports.tcp).catch(() => {});
      return logged(/ k8s-http\/only .*SC-- 1\/1/) > 0 && logged(/ k8s-tcp\/only /) > 0;
    },
    () => `haproxy does not serve: ${haproxy.output()}`,
  );

  const first = await run();
  await caughtUp(first);
  await server.stop();
  await web.posts.first(BACKENDS.length, 20_000);

  const turnedAway = () => logged(/<NOSRV> .* SC/);
  // One after the other: HAProxy drops what the log's socket does not take at once, and a client must not lose patience first.
  const times = async (count: number, port: number, text?: string) => {
    for (let n = 1, before = turnedAway(); n <= count; n++) {
      await touch(port, text, 5_000);
      await until(
        () => turnedAway() >= before + n,
        () => `request ${n} of ${count} is logged`,
      );
    }
  };
  await times(40, ports.tcp);
  await first.end('SIGKILL');
  const request = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
  await times(23, ports.http, request);
  for (let n = 0; n < 5; n++) await touch(ports.unlogged, 'hello', 5_000);
  await using second = await run();
  await caughtUp(second);
  await times(17, ports.http, request);
  assert.equal(turnedAway(), 80);

  await server.start();
  // A beginning that was accepted and not marked before the kill comes once more, under its id.
  const endOf = (backend: string) => (post: { body: string }) => {
    const { type, data } = JSON.parse(post.body);
    return type === 'incident.resolved' && data.backend === backend;
  };
  const posts = await Promise.all(BACKENDS.map((backend) => web.posts.match(endOf(backend), 30_000)));
  const ends = posts.map(({ body }) => JSON.parse(body).data);
  const impactOf = (backend: string) => ends.find((data) => data.backend === backend)?.impact.failed_requests;
  // Turned away were those behind the last server's fall; what came before its checks had failed is not of the outage.
  assert.deepEqual(BACKENDS.map(impactOf), [40, 40, null]);
  assert.match(ends.find(({ backend }) => backend === 'k8s-tcp').summary, /, 40 requests failed$/);
  const stored = (await lastHour(folder.path)).filter(({ kind }) => kind === 'incident');
  assert.deepEqual(
    new Set(
      stored.map(({ subject, impact }) => `${subject} ${(impact as { failed_requests: number }).failed_requests}`),
    ),
    new Set(['k8s-tcp 40', 'k8s-http 40', 'k8s-unlogged null']),
  );
});

/** Opens a connection, and waits until it is closed; closes it when nothing has come for so long. */
function touch(port: number, text = 'hello', patienceMs = 300): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.10');
    socket.on('error', reject).on('close', () => resolve());
    socket.setTimeout(patienceMs, () => socket.destroy());
    socket.resume().write(text);
  });
}

function haproxyConfig(socket: string, ports: Record<'tcp' | 'http' | 'unlogged' | 'server', number>): string {
  const user = process.getuid?.() === 0 ? '  user haproxy\n  group haproxy\n' : '';
  const server = `server only 127.0.0.11:${ports.server} check inter 200ms fall 2 rise 2`;
  return `global
${user}  log ${socket} local0
  log ${socket} local1 notice

defaults
  log global
  retries 0
  timeout connect 1s
  timeout client 5s
  timeout server 5s

frontend fe-tcp
  bind 127.0.0.10:${ports.tcp}
  mode tcp
  option tcplog
  default_backend k8s-tcp

frontend fe-http
  bind 127.0.0.10:${ports.http}
  mode http
  option httplog
  option dontlognull
  capture request header User-Agent len 64
  default_backend k8s-http

frontend fe-unlogged
  bind 127.0.0.10:${ports.unlogged}
  mode tcp
  default_backend k8s-unlogged

backend k8s-tcp
  mode tcp
  ${server}

backend k8s-http
  mode http
  ${server}

backend k8s-unlogged
  mode tcp
  ${server}
`;
}
