/**
 * A real rsyslogd with its own sockets and files, set up like Debian's with haproxy's `49-haproxy.conf`, and a real
 * logrotate that renames its file and sends it SIGHUP.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { programPath, runProgram, startProgram } from './program.js';
import { until } from './until.js';

export interface Rsyslog extends AsyncDisposable {
  /** The file that haplog shall follow. */
  log: string;
  /** Stands for /var/lib/haproxy/dev/log: where haproxy's `log` lines go. */
  haproxySocket: string;
  /** Stands for /dev/log: where journald forwards what haproxy writes to its stderr. */
  systemSocket: string;
  /** Renames the log to `.1` as logrotate does, and has rsyslogd open a new one. */
  rotate(): Promise<void>;
  /** All that HAProxy, or a program with such a name, has logged. */
  lines(): string[];
}

/** What an operator wrote for rsyslogd, with the paths of a Debian host. */
export interface Arrangement {
  /** /etc/rsyslog.d/49-haproxy.conf; `haproxy.log` gets everything. */
  rules: string;
  /** The file of it that haplog shall follow. */
  followed: string;
}

/** As Debian's package haproxy has it. */
const DEBIAN: Arrangement = {
  rules: `$AddUnixListenSocket /var/lib/haproxy/dev/log
:programname, startswith, "haproxy" {
  /var/log/haproxy.log
  stop
}`,
  followed: '/var/log/haproxy.log',
};

/** Starts rsyslogd in `folder`, as the host `allyrion`. */
export async function startRsyslog(folder: string, zone: string, { rules, followed } = DEBIAN): Promise<Rsyslog> {
  const below = (text: string) =>
    text.replaceAll('/var/log/', `${folder}/`).replaceAll('/var/lib/haproxy/', `${folder}/haproxy/`);
  const log = below(followed);
  const everything = join(folder, 'haproxy.log');
  const haproxySocket = join(folder, 'haproxy', 'dev', 'log');
  const systemSocket = join(folder, 'dev-log');
  const pidFile = join(folder, 'rsyslogd.pid');
  await mkdir(join(folder, 'haproxy', 'dev'), { recursive: true });
  const config = join(folder, 'rsyslog.conf');
  writeFileSync(
    config,
    `global(workDirectory="${folder}" localHostname="allyrion")
module(load="imuxsock" SysSock.Name="${systemSocket}")
module(load="builtin:omfile" Template="RSYSLOG_FileFormat")
${below(rules)}
*.* ${join(folder, 'other.log')}
`,
  );
  const program = await startProgram(programPath('rsyslogd') ?? 'rsyslogd', ['-n', '-f', config, '-i', pidFile], {
    env: { ...process.env, TZ: zone },
  });
  await until(
    () => existsSync(haproxySocket) && existsSync(systemSocket),
    () => `rsyslogd: ${program.output()}`,
  );

  const rotation = join(folder, 'logrotate.conf');
  writeFileSync(
    rotation,
    `${log} {
  daily
  rotate 7
  missingok
  notifempty
  compress
  delaycompress
  postrotate
    kill -HUP $(cat ${pidFile})
  endscript
}
`,
    { mode: 0o644 },
  );

  async function rotate(): Promise<void> {
    const state = join(folder, 'logrotate.state');
    const { code, stderr } = await runProgram(programPath('logrotate') ?? 'logrotate', ['-f', '-s', state, rotation]);
    if (code !== 0) throw new Error(`logrotate: ${stderr}`);
  }

  return {
    log,
    haproxySocket,
    systemSocket,
    rotate,
    lines: () => (existsSync(everything) ? readFileSync(everything, 'utf8').split('\n').slice(0, -1) : []),
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}
