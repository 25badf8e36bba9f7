/**
 * Runs programs of this machine that tell: without a shell, and with a text on standard input. A program that takes too long is ended, with
 * all that it started.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Deadline } from './deadline.js';
import { codeOf } from './trouble.js';

/** How much of its output is kept; the rest is read and forgotten, so that it can go on writing. */
const OUTPUT_BYTES = 4_096;
/** Between SIGTERM and SIGKILL. */
const GRACE_MS = 2_000;
/** A process that a program left running may hold its output open: nobody waits longer than this for that. */
const LAST_WORDS_MS = 200;

interface Call {
  /** A path, or a name that is looked up in `PATH`; and its arguments. */
  command: readonly string[];
  /** All of its environment. */
  env: Readonly<Record<string, string>>;
  input: string | Buffer;
}

/** How a program ended. */
export interface Ending {
  /** Null where a signal ended it. */
  status: number | null;
  signal: NodeJS.Signals | null;
  /** haplog ended it: it took too long, or haplog stops. */
  cut: 'late' | 'stopped' | null;
  /** All of the input had been written to it when it ended. */
  given: boolean;
  /** The beginning of its output. */
  stdout: string;
  stderr: string;
}

/** It was never started, and why. */
export interface NotStarted {
  why: string;
}

const WHY_NOT: Record<string, string> = {
  ENOENT: 'there is no such program',
  EACCES: 'not permitted to run it',
  EPERM: 'not permitted to run it',
};

export interface Programs {
  /** Runs a program to its end, or ends it at the deadline. Never throws. */
  run(call: Call, deadline: Deadline): Promise<Ending | NotStarted>;
  /** Ends all running programs at once. */
  kill(): void;
}

/** Each program leads a process group of its own, in the root directory. */
export function programs(): Programs {
  const running = new Set<ChildProcess>();
  return {
    async run(call, deadline) {
      const { signal } = deadline;
      if (signal.aborted) return { why: deadline.passed ? 'not done in time' : 'interrupted' };
      let child: ChildProcess | undefined;
      const end = () => child && endGroup(child);
      try {
        child = start(call);
        running.add(child);
        signal.addEventListener('abort', end, { once: true });
        const given = givenTo(child, call.input);
        const ending = await endingOf(child);
        return { ...ending, cut: deadline.passed ? 'late' : signal.aborted ? 'stopped' : null, given: given() };
      } catch (thrown) {
        const code = codeOf(thrown);
        return { why: WHY_NOT[code ?? ''] ?? `it could not be started (${code})` };
      } finally {
        signal.removeEventListener('abort', end);
        if (child) running.delete(child);
      }
    },
    kill() {
      for (const child of running) signalGroup(child, 'SIGKILL');
    },
  };
}

function start({ command: [program, ...args], env }: Call): ChildProcess {
  return spawn(program!, args, { cwd: '/', detached: true, env: { ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
}

/** Gives it the input; returns a function that tells whether all of it has been written. */
function givenTo({ stdin }: ChildProcess, input: string | Buffer): () => boolean {
  // A program that does not read its input is not at fault.
  stdin!.on('error', () => {});
  stdin!.end(input);
  return () => stdin!.writableFinished;
}

/** Waits for the end. Rejects if the program never started. */
async function endingOf(child: ChildProcess): Promise<Omit<Ending, 'cut' | 'given'>> {
  const [stdout, stderr] = [beginningOf(child.stdout!), beginningOf(child.stderr!)];
  const closed = once(child, 'close').catch(() => {});
  try {
    const [status, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    await Promise.race([closed, pause(LAST_WORDS_MS)]);
    return { status, signal, stdout: stdout(), stderr: stderr() };
  } finally {
    child.stdout!.destroy();
    child.stderr!.destroy();
  }
}

/** Reads a stream to its end; returns a function that gives its beginning. */
function beginningOf(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    if (size < OUTPUT_BYTES) chunks.push(chunk.subarray(0, OUTPUT_BYTES - size));
    size += chunk.length;
  });
  stream.on('error', () => {});
  return () => Buffer.concat(chunks).toString('utf8');
}

/** SIGTERM for the program and all it started, and SIGKILL if that does not help. */
function endGroup(child: ChildProcess): void {
  signalGroup(child, 'SIGTERM');
  const harder = setTimeout(() => signalGroup(child, 'SIGKILL'), GRACE_MS);
  // Processes that it started may go on without it, and nobody would end them.
  child.once('exit', () => {
    clearTimeout(harder);
    signalGroup(child, 'SIGKILL');
  });
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left in the group.
  }
}
