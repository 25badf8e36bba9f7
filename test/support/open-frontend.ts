/**
 * The worst case, of the real haproxy and rsyslogd: a frontend whose `log-format` is nothing but a header that the client
 * chose, and a backend of two servers.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { carryStderr, freePort, type Member, member } from './haproxy.js';
import { programPath, startProgram } from './program.js';
import { type Arrangement, type Rsyslog, startRsyslog } from './rsyslog.js';
import { inFolder } from './stage.js';
import { until } from './until.js';

const address = '127.0.0.10';
const members = [
  { name: 's1', host: '127.0.0.11' },
  { name: 's2', host: '127.0.0.12' },
];

export interface OpenFrontend extends AsyncDisposable {
  folder: string;
  rsyslog: Rsyslog;
  servers: Member[];
  /** The worker's, as it stands in each of its lines. */
  pid: string;
  /** Makes requests at once, each of which becomes a line that is nothing but its text. */
  say(...texts: string[]): Promise<void>;
  /** Has a program of the host log under `name` (logger's `--tag`, with further options behind it). */
  log(name: string, text: string): void;
  /** How many lines of the log have the text. */
  logged(text: string): number;
  /** Resolves when `count` lines of the log have the text. */
  written(count: number, text: string): Promise<void>;
}

/** Starts rsyslogd, the servers and haproxy; resolves when the first requests stand in the log. */
export function startOpenFrontend(arrangement?: Arrangement): Promise<OpenFrontend> {
  return inFolder((folder, opened) => start(folder, opened, arrangement));
}

async function start(
  folder: string,
  opened: AsyncDisposable[],
  arrangement?: Arrangement,
): Promise<Omit<OpenFrontend, keyof AsyncDisposable>> {
  const rsyslog = await startRsyslog(folder, 'UTC', arrangement);
  opened.push(rsyslog);
  const ports = { open: await freePort(), server: await freePort() };
  const servers = members.map(({ name, host }) => member(name, host, ports.server));
  for (const server of servers) {
    await server.start();
    opened.push({ [Symbol.asyncDispose]: () => server.stop() });
  }
  const config = join(folder, 'open.cfg');
  writeFileSync(config, haproxyConfig(rsyslog.haproxySocket, ports));
  const haproxy = await startProgram(programPath('haproxy') ?? 'haproxy', ['-W', '-db', '-f', config]);
  // What carries its stderr ends behind it, with the last line.
  opened.push(carryStderr(haproxy, rsyslog.systemSocket), haproxy);

  const logged = (text: string) => rsyslog.lines().filter((line) => line.includes(text)).length;
  const say = async (...texts: string[]) => {
    await Promise.all(texts.map((text) => ask(ports.open, text).catch(() => {})));
  };
  // As every log of such a frontend begins: with what honest programs call themselves.
  await until(
    async () => {
      await say('Mozilla/5.0', 'curl/8.5.0');
      return logged(': Mozilla') > 0 && logged(': curl') > 0;
    },
    () => `haproxy does not answer: ${haproxy.output()}`,
  );
  return {
    folder,
    rsyslog,
    servers,
    pid: /\[(\d+)\]: Mozilla/.exec(rsyslog.lines().join('\n'))?.[1] ?? '',
    say,
    log(name, text) {
      execFileSync('logger', ['--socket', rsyslog.systemSocket, '--tag', ...name.split(' '), '--', text]);
    },
    logged,
    written: (count, text) =>
      until(
        () => logged(text) >= count,
        () => `${count} lines with "${text}" in\n${rsyslog.lines().join('\n')}`,
      ),
  };
}

/** One request, whose `x-text` becomes a line of the log. */
function ask(port: number, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    request({ host: address, port, agent: false, headers: { 'x-text': text } }, (response) => {
      response.resume().on('end', resolve);
    })
      .on('error', reject)
      .end();
  });
}

function haproxyConfig(socket: string, ports: Record<'open' | 'server', number>): string {
  // Only root can become another user; a developer's haproxy stays who started it.
  const user = process.getuid?.() === 0 ? '  user haproxy\n  group haproxy\n' : '';
  const servers = members.map(
    ({ name, host }) => `  server ${name} ${host}:${ports.server} check inter 200ms fall 2 rise 2\n`,
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
  bind ${address}:${ports.open}
  mode http
  http-request capture req.fhdr(x-text) len 1000
  log-format "%[capture.req.hdr(0)]"
  http-request return status 200

backend k8s-app
  mode tcp
${servers.join('')}`;
}
