/**
 * Tells by a command of the operator's: the webhook's JSON on its standard input, no shell in between, and nothing of the
 * log among its arguments or in its environment.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { plainText } from '../words.js';
import type { Channel, Message, Outcome } from './channel.js';
import { deadlineWithin } from './deadline.js';
import { type Exit, outcomeOfExit } from './exec-outcome.js';
import { messageName } from './http-channel.js';
import type { ExecReceiver } from './receiver.js';
import { codeOf } from './trouble.js';

/** So much of what it says is kept; the rest is read and forgotten, so that it can go on writing. */
const OUTPUT_BYTES = 4_096;
/** Between SIGTERM and SIGKILL. */
const GRACE_MS = 2_000;
/** What a command left running behind it may hold its output open: that is not waited for. */
const LAST_WORDS_MS = 200;

const WHY_NOT: Record<string, string> = {
  ENOENT: 'no such command',
  EACCES: 'not permitted to run it',
  EPERM: 'not permitted to run it',
};

/** Takes a receiver of kind exec; starts a process for each attempt, the first of a process group of its own. */
export function execChannel(receiver: ExecReceiver): Channel {
  const running = new Set<ChildProcess>();
  return {
    async send(message, signal) {
      using deadline = deadlineWithin(signal, receiver.timeoutMs);
      const program = receiver.command[0]!;
      let child: ChildProcess;
      try {
        child = start(receiver, message);
      } catch (thrown) {
        return notStarted(program, thrown);
      }
      running.add(child);
      const end = () => endGroup(child);
      deadline.signal.addEventListener('abort', end, { once: true });
      if (deadline.signal.aborted) end();
      try {
        const exit = await exitOf(child);
        const cut = deadline.passed ? 'late' : signal.aborted ? 'stopped' : null;
        return outcomeOfExit(program, { ...exit, cut });
      } catch (thrown) {
        return notStarted(program, thrown);
      } finally {
        deadline.signal.removeEventListener('abort', end);
        running.delete(child);
      }
    },
    close() {
      for (const child of running) signalGroup(child, 'SIGKILL');
    },
  };
}

function start({ command: [program, ...args], env }: ExecReceiver, message: Message): ChildProcess {
  const child = spawn(program!, args, {
    cwd: '/',
    detached: true,
    env: { ...env, HAPLOG_EVENT: message.event, HAPLOG_MESSAGE_ID: messageName(message) },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // Who does not read what it is given is not at fault.
  child.stdin!.on('error', () => {});
  child.stdin!.end(`${JSON.stringify(message.json)}\n`);
  return child;
}

/** Waits for the end. Rejects when there was no beginning. */
async function exitOf(child: ChildProcess): Promise<Omit<Exit, 'cut'>> {
  const [stdout, stderr] = [beginningOf(child.stdout!), beginningOf(child.stderr!)];
  const closed = once(child, 'close').catch(() => {});
  try {
    const [status, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    await Promise.race([closed, pause(LAST_WORDS_MS)]);
    return { status, signal, stdout: firstLine(stdout()), stderr: firstLine(stderr()) };
  } finally {
    child.stdout!.destroy();
    child.stderr!.destroy();
  }
}

/** An operator may mend what kept it from running, and then it is told. */
function notStarted(program: string, thrown: unknown): Outcome {
  const code = codeOf(thrown);
  return { kind: 'retry', reason: `${program}: ${WHY_NOT[code ?? ''] ?? `it could not be started (${code})`}` };
}

/** Reads a stream to its end and returns what gives its beginning. */
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

function firstLine(text: string): string {
  return plainText(text.trimStart().split('\n', 1)[0]!, 200);
}

/** SIGTERM for the command and all it started, and SIGKILL if that does not help. */
function endGroup(child: ChildProcess): void {
  signalGroup(child, 'SIGTERM');
  const harder = setTimeout(() => signalGroup(child, 'SIGKILL'), GRACE_MS);
  // What it started may go on without it, and would be nobody's.
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
    // There is nobody left in it.
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
