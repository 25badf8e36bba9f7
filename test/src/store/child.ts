/** Another process, running one of the scripts beside this file. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Child {
  /** The next line that it prints. */
  says(): Promise<string>;
  /** `kill -9`, and waits until it is gone. */
  kill(): Promise<void>;
  /** Waits until it has ended by itself. */
  ended(): Promise<void>;
}

/** Starts `script` (a file name of this folder) with arguments; it is killed when `signal` fires or after 30 s. */
export function startChild(script: string, args: string[], signal: AbortSignal): Child {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', path, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    killSignal: 'SIGKILL',
    timeout: 30_000,
    signal,
  });
  child.on('error', () => {}); // of the signal
  const exited = once(child, 'exit');
  const lines = createInterface(child.stdout!)[Symbol.asyncIterator]();
  return {
    async says() {
      const { done, value } = await lines.next();
      if (done) throw new Error(`${script} ended without a word`);
      return value;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async ended() {
      await exited;
    },
  };
}
