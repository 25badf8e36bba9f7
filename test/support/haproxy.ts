/**
 * A real haproxy as on a Debian host: the configuration of the seed story on loopback addresses, its `log` lines sent
 * to rsyslogd's additional socket, its stderr carried into the same log as journald does. Or as in a container, whose log
 * driver carries all that it writes.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { type Program, programPath, startProgram } from './program.js';
import type { Rsyslog } from './rsyslog.js';
import { until } from './until.js';

/** The load balancer's own address, and its three servers. */
const address = '127.0.0.10';
const members = [
  { name: 'bettley', host: '127.0.0.11' },
  { name: 'fenn', host: '127.0.0.15' },
  { name: 'gardener', host: '127.0.0.16' },
];

const statsLogin = 'operator:secret';

/** A TCP server that can be stopped and started at the same address. */
export interface Member {
  name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** HAProxy's `log stdout format ...`. */
export type StdoutFormat = 'raw' | 'short' | 'local';

export interface Haproxy extends AsyncDisposable {
  members: Member[];
  program: Program;
}

/**
 * Starts the three servers, then haproxy before them; resolves when it has found each of them well: until then one
 * failed check would be enough to fall (src/check.c).
 */
export async function startHaproxy(folder: string, rsyslog: Rsyslog, stdout: StdoutFormat | null): Promise<Haproxy> {
  const port = await freePort();
  const statsPort = await freePort();
  const config = join(folder, 'haproxy.cfg');
  const targets = [`${rsyslog.haproxySocket} local0`, `${rsyslog.haproxySocket} local1 notice`];
  const logs = stdout === null ? targets : [`stdout format ${stdout} local0`];
  writeFileSync(config, haproxyConfig(logs, port, statsPort));
  const servers = members.map(({ name, host }) => member(name, host, port));
  for (const server of servers) await server.start();
  // -W: a master and its worker, as systemd starts it; -db: in the foreground.
  const program = await startProgram(programPath('haproxy') ?? 'haproxy', ['-W', '-db', '-f', config]);
  const carrier =
    stdout === null ? carryStderr(program, rsyslog.systemSocket) : carryAll(program, rsyslog.systemSocket);

  async function close(): Promise<void> {
    await program[Symbol.asyncDispose]();
    await carrier[Symbol.asyncDispose]();
    for (const server of servers) await server.stop();
  }
  const wellChecked = async () => (await statsOf(statsPort)).split('L4OK').length - 1 >= servers.length;
  try {
    await until(wellChecked, () => `haproxy did not find its servers well: ${program.output()}`);
  } catch (error) {
    await close();
    throw error;
  }
  return { members: servers, program, [Symbol.asyncDispose]: close };
}

/** The stats page as CSV; empty while haproxy does not answer yet. */
async function statsOf(port: number): Promise<string> {
  const headers = { authorization: `Basic ${Buffer.from(statsLogin).toString('base64')}` };
  const answer = await fetch(`http://${address}:${port}/stats;csv`, { headers }).catch(() => null);
  return (await answer?.text()) ?? '';
}

function haproxyConfig(logs: string[], port: number, statsPort: number): string {
  // Only root can become another user; a developer's haproxy stays who started it.
  const user = process.getuid?.() === 0 ? '  user haproxy\n  group haproxy\n' : '';
  const servers = members.map(({ name, host }) => `  server ${name} ${host}:${port} check inter 200ms fall 3 rise 2\n`);
  return `global
${user}  maxconn 4096
${logs.map((log) => `  log ${log}\n`).join('')}
defaults
  log global

frontend stats-frontend
  bind ${address}:${statsPort}
  mode http
  stats enable
  stats uri /stats
  stats refresh 10s
  stats realm HAProxy\\ Statistics
  stats auth ${statsLogin}
  stats hide-version

frontend k8s-api-server
  bind ${address}:${port}
  mode tcp
  option tcplog
  default_backend k8s-api-server

backend k8s-api-server
  mode tcp
  timeout connect 10s
  timeout client 86400s
  timeout server 86400s
  balance roundrobin
  option tcp-check
${servers.join('')}`;
}

/**
 * journald's part: each line of stderr becomes a datagram of priority daemon.info under the pid of the process that
 * wrote it (https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html, SyslogLevel=).
 */
export function carryStderr(program: Program, socket: string): AsyncDisposable {
  const loggers = new Map<string, ChildProcess>();
  let pid = `${program.pid}`;
  program.stderr.follow((line) => {
    // Continuation lines bear no pid: they are of whoever spoke last.
    pid = /^\[\w+\]\s+\((\d+)\) : /.exec(line)?.[1] ?? pid;
    const logger = loggers.get(pid) ?? startLogger(socket, 'daemon.info', pid);
    loggers.set(pid, logger);
    logger.stdin?.write(`${line}\n`);
  });
  return { [Symbol.asyncDispose]: () => ended([...loggers.values()]) };
}

/** A log driver's part: both outputs, each as it comes, under the one number of the driver (dockerd's, or conmon's). */
function carryAll(program: Program, socket: string): AsyncDisposable {
  const out = startLogger(socket, 'daemon.info', '987');
  const err = startLogger(socket, 'daemon.err', '987');
  program.stdout.follow((line) => out.stdin?.write(`${line}\n`));
  program.stderr.follow((line) => err.stdin?.write(`${line}\n`));
  return { [Symbol.asyncDispose]: () => ended([out, err]) };
}

function startLogger(socket: string, priority: string, pid: string): ChildProcess {
  const args = ['--socket', socket, '--priority', priority, '--tag', 'haproxy', `--id=${pid}`, '--size', '8192'];
  return spawn('logger', args, { stdio: ['pipe', 'ignore', 'inherit'] });
}

async function ended(loggers: readonly ChildProcess[]): Promise<void> {
  const ends = loggers.map((logger) => new Promise((resolve) => logger.on('close', resolve)));
  for (const logger of loggers) logger.stdin?.end();
  await Promise.all(ends);
}

export function member(name: string, host: string, port: number): Member {
  let server: Server | null = null;
  const connections = new Set<Socket>();
  return {
    name,
    start: () =>
      new Promise((resolve, reject) => {
        server = createServer((socket) => {
          connections.add(socket);
          socket.on('error', () => {}).on('close', () => connections.delete(socket));
          socket.resume();
        });
        server.once('error', reject).listen(port, host, () => resolve());
      }),
    stop: () =>
      new Promise((resolve) => {
        if (server === null) return resolve();
        server.close(() => resolve());
        server = null;
        for (const connection of connections) connection.destroy();
      }),
  };
}

/** A port that nobody on this machine listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(0, resolve));
  const bound = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (bound === null || typeof bound === 'string') throw new Error('a TCP server has a port');
  return bound.port;
}
