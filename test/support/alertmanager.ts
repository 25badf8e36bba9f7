/** Prometheus' Alertmanager as Debian ships it, on loopback, alone or as a cluster's member would be asked. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { programPath, startProgram } from './program.js';
import { until } from './until.js';

const COMMAND = 'prometheus-alertmanager';

/** The reason for skipping a test that needs it, or false; nothing is skipped where CI=true. */
export function alertmanagerMissing(): string | false {
  return programPath(COMMAND) === null && process.env.CI !== 'true' && `not installed: ${COMMAND}`;
}

/** An alert as GET /api/v2/alerts shows it. */
export interface ShownAlert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: string;
  endsAt: string;
  status: { state: string };
}

export interface Alertmanager extends AsyncDisposable {
  url: string;
  /** The alerts that fire right now. */
  alerts(): Promise<ShownAlert[]>;
}

/**
 * Starts one member that keeps its files below `folder` and passes what it is told on to the webhook at `passOn`, at
 * once; resolves when it answers.
 */
export async function startAlertmanager(folder: string, passOn: string): Promise<Alertmanager> {
  const home = join(folder, `alertmanager-${await freePort()}`);
  mkdirSync(home);
  const config = join(home, 'alertmanager.yml');
  writeFileSync(
    config,
    `global: { resolve_timeout: 1s }
route: { receiver: hook, group_by: [alertname, host, backend], group_wait: 0s, group_interval: 1s, repeat_interval: 1h }
receivers: [{ name: hook, webhook_configs: [{ url: "${passOn}", send_resolved: true }] }]
`,
  );
  const port = await freePort();
  const args = [
    `--config.file=${config}`,
    `--storage.path=${join(home, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--cluster.listen-address=',
  ];
  const program = await startProgram(programPath(COMMAND) ?? COMMAND, args, { cwd: home });
  const url = `http://127.0.0.1:${port}`;
  const answers = async () => (await fetch(`${url}/-/ready`).catch(() => null))?.ok ?? false;
  try {
    await until(answers, () => `alertmanager is ready\n${program.output()}`, 20_000);
  } catch (error) {
    await program[Symbol.asyncDispose]();
    throw error;
  }
  return {
    url,
    async alerts() {
      const response = await fetch(`${url}/api/v2/alerts`);
      return (await response.json()) as ShownAlert[];
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

/** A port of loopback on which nobody listens just now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
