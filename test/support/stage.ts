/** The stage of the end-to-end tests: the load balancer's host of the seed story, made of the real programs. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Haproxy, type StdoutFormat, startHaproxy } from './haproxy.js';
import { programPath } from './program.js';
import { type Rsyslog, startRsyslog } from './rsyslog.js';

export interface Stage extends AsyncDisposable {
  folder: string;
  rsyslog: Rsyslog;
  haproxy: Haproxy;
}

const needed = ['haproxy', 'rsyslogd', 'logrotate', 'logger'];

/**
 * The reason for skipping a test that needs the stage, or false. Where CI=true nothing is skipped: a missing program
 * then fails the test that wanted it.
 */
export function stageMissing(): string | false {
  const missing = needed.filter((command) => programPath(command) === null);
  return missing.length > 0 && process.env.CI !== 'true' && `not installed: ${missing.join(', ')}`;
}

/**
 * Starts rsyslogd, three TCP servers and haproxy, all on loopback and below one temporary folder.
 * @param stdout given: haproxy is in a container, and logs so
 */
export function openStage(zone = 'America/New_York', stdout: StdoutFormat | null = null): Promise<Stage> {
  return inFolder(async (folder, opened) => {
    const rsyslog = await startRsyslog(folder, zone);
    opened.push(rsyslog);
    const haproxy = await startHaproxy(folder, rsyslog, stdout);
    opened.push(haproxy);
    return { folder, rsyslog, haproxy };
  });
}

/** What `build` makes in a temporary folder. What it has opened is closed with it, the last first, also where it fails. */
export async function inFolder<T>(
  build: (folder: string, opened: AsyncDisposable[]) => Promise<T>,
): Promise<T & AsyncDisposable> {
  const folder = openFolder();
  const opened: AsyncDisposable[] = [];
  async function close(): Promise<void> {
    for (const part of opened.reverse()) await part[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  }
  try {
    return { ...(await build(folder.path, opened)), [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

export interface TemporaryFolder extends Disposable {
  path: string;
}

/** A folder that haproxy may enter after it has become another user. Short: a socket's path has 107 bytes at most. */
export function openFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), 'haplog-'));
  chmodSync(path, 0o755);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
