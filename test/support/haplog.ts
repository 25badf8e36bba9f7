/** haplog as built, as its own process: what the operator runs. */
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { livingIn } from './home.js';
import type { Hook } from './hook.js';
import type { Mailbox } from './mailbox.js';
import { type Program, runProgram, startProgram } from './program.js';

/** The project's folder. */
export const projectRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const main = join(projectRoot, 'dist', 'src', 'main.js');

/** Starts `haplog ARGS` with `home` as its only home, so that nothing of this machine's configuration is read. */
export async function startHaplog(home: string, args: string[]): Promise<Program> {
  return startProgram(process.execPath, [builtHaplog(), ...args], livingIn(home));
}

/** Runs `haplog ARGS` to its end. */
export async function runHaplog(home: string, args: string[]) {
  return runProgram(process.execPath, [builtHaplog(), ...args], livingIn(home));
}

/**
 * Writes a configuration as an operator would: the log, a mail receiver, a webhook receiver with its address in a file,
 * one route. Returns what starts `haplog run` with it.
 */
export function configure(
  home: string,
  log: string,
  told: { oncall?: Mailbox; chat?: Hook },
  ...options: string[]
): () => Promise<Program> {
  const config = join(home, 'haplog.yaml');
  const receivers: string[] = [];
  if (told.oncall) {
    const smtp = `{ host: 127.0.0.1, port: ${told.oncall.port} }`;
    receivers.push(`name: oncall, email: { to: [ops@example.org], from: haplog@example.org, smtp: ${smtp} }`);
  }
  if (told.chat) {
    const url = join(home, 'webhook-url');
    writeFileSync(url, `${told.chat.url}\n`, { mode: 0o600 });
    receivers.push(`name: chat, webhook: { url_file: ${url}, format: json }`);
  }
  writeFileSync(
    config,
    `sources: [{ path: ${log} }]
database: ${databaseIn(home)}
receivers:
${receivers.map((receiver) => `  - { ${receiver} }\n`).join('')}routes:
  - match: { backend: "k8s-*" }
    receivers: [${Object.keys(told).join(', ')}]
policy: { hold: 0s, keep_firing: 500ms, reminder: 4h }
`,
  );
  return () => startHaplog(home, ['run', '--config', config, ...options]);
}

export function databaseIn(home: string): string {
  return join(home, 'haplog.db');
}

/** A line of `haplog query -o jsonl`. */
export type Fact = { kind: string } & Record<string, unknown>;

/** What `haplog query --since 1h` tells of the database that `configure` names. */
export async function lastHour(home: string): Promise<Fact[]> {
  const asked = ['query', '--since', '1h', '-o', 'jsonl', '--db', databaseIn(home)];
  const { code, stdout, stderr } = await runHaplog(home, asked);
  if (code !== 0) throw new Error(stderr);
  return stdout.split('\n').map((line) => JSON.parse(line) as Fact);
}

/** One line of haplog's own log, as it writes it where no terminal is. */
export interface OwnLine {
  level: string;
  msg: string;
  receiver?: string;
  event?: string;
  outcome?: string;
}

/** The lines of haplog's own log so far; what is no JSON (a crash) becomes a line of level `raw`. */
export function ownLog(haplog: Program): OwnLine[] {
  return haplog.stderr.items.map(ownLine);
}

export function ownLine(line: string): OwnLine {
  try {
    return JSON.parse(line) as OwnLine;
  } catch {
    return { level: 'raw', msg: line };
  }
}

/** Resolves when haplog has said that it read everything there was. */
export async function caughtUp(haplog: Program): Promise<void> {
  await haplog.stderr.match((line) => ownLine(line).msg.startsWith('caught up'), 10_000);
}

/** Resolves when haplog has written down that `receiver` took the news: from then on it must not say it again. */
export async function marked(haplog: Program, event: string, receiver: string): Promise<void> {
  const fits = ({ outcome, ...line }: OwnLine) =>
    outcome === 'delivered' && line.event === event && line.receiver === receiver;
  await haplog.stderr.match((line) => fits(ownLine(line)), 10_000);
}

/** The built program, for who starts it in a way of its own. */
export function builtHaplog(): string {
  if (!existsSync(main)) throw new Error('haplog is not built: run npm test, or node scripts/ready.mjs');
  return main;
}
