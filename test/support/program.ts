/** A program as its own process: its lines, its end, and the promise that it does not outlive the test. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { Inbox } from './inbox.js';

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface Program extends AsyncDisposable {
  pid: number;
  stdout: Inbox<string>;
  stderr: Inbox<string>;
  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals, withinMs?: number): Promise<Ended>;
  ended: Promise<Ended>;
  /** Both outputs as one text, for error messages and searches. */
  output(): string;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts `command`; throws when it cannot be started at all. */
export async function startProgram(command: string, args: string[], options: SpawnOptions = {}): Promise<Program> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const name = command.split('/').at(-1);
  const stdout = linesOf(child.stdout as Readable, `line of ${name}`);
  const stderr = linesOf(child.stderr as Readable, `error line of ${name}`);
  running.add(child);
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
    });
  });
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));

  async function end(signal: NodeJS.Signals, withinMs = 10_000): Promise<Ended> {
    child.kill(signal);
    return within(ended, withinMs, `${name} did not end within ${withinMs} ms of ${signal}`);
  }
  return {
    pid: child.pid as number,
    stdout,
    stderr,
    end,
    ended,
    output: () => [...stdout.items, ...stderr.items].join('\n'),
    async [Symbol.asyncDispose]() {
      await end('SIGTERM', 5_000).catch(() => end('SIGKILL'));
    },
  };
}

/** Runs `command` to its end. */
export async function runProgram(command: string, args: string[], options: SpawnOptions = {}, withinMs = 30_000) {
  await using program = await startProgram(command, args, options);
  const { code, signal } = await within(program.ended, withinMs, `${command} ${args.join(' ')} did not end by itself`);
  return { code, signal, stdout: program.stdout.items.join('\n'), stderr: program.stderr.items.join('\n') };
}

/** `promise`, or an error that says `otherwise` after `ms`. */
export async function within<T>(promise: Promise<T>, ms: number, otherwise: string): Promise<T> {
  const stop = new AbortController();
  const late = pause(ms, undefined, { signal: stop.signal }).then(
    () => Promise.reject(new Error(otherwise)),
    () => new Promise<never>(() => {}),
  );
  return Promise.race([promise, late]).finally(() => stop.abort());
}

/** True when `command` is installed. Debian keeps daemons in sbin, which is not on every PATH. */
export function programPath(command: string): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  const paths = folders.map((folder) => join(folder, command));
  return paths.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function linesOf(stream: Readable, what: string): Inbox<string> {
  const inbox = new Inbox<string>(what);
  createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => inbox.put(line));
  return inbox;
}
