/**
 * One mail to the machine's own mail program, called as all of them can be since sendmail (LSB 5.0, `sendmail`): it has a
 * queue of its own, so that what it takes is as good as sent.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { homedir } from 'node:os';
import { plainText } from '../words.js';
import type { Outcome } from './channel.js';
import type { Deadline } from './deadline.js';
import type { Mail } from './mail.js';

/** What it says of itself beyond this is not kept. */
const SAID_MAX = 4_000;

/**
 * Exit statuses that say that this mail or this address is not good (sysexits.h: EX_DATAERR, EX_NOUSER). All others can be
 * mended by an operator or by time, even EX_UNAVAILABLE: msmtp 1.8 ends with it when its server says 450, and with EX_DATAERR
 * when that says 550.
 */
const REFUSALS = new Set([65, 67]);

const STATUS_WORDS: Record<number, string> = {
  64: 'it was not called as it wants to be',
  65: 'the mail or its address is not good',
  67: 'it does not know the address',
  68: 'it does not know the host',
  69: 'a service is not available',
  70: 'it has a fault',
  71: 'the system failed it',
  73: 'it cannot write its file',
  74: 'it cannot read or write',
  75: 'it failed for now',
  77: 'it is not permitted',
  78: 'its configuration is wrong',
};

/** What the program may know of haplog's own surroundings: no secret of the configuration that stands in the environment. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Takes a mail whose lines end as on this machine, and the program's path; ends the program when the deadline passes. */
export async function sendmail({ envelope, bytes }: Mail, path: string, deadline: Deadline): Promise<Outcome> {
  if (deadline.signal.aborted) return { kind: 'retry', reason: `${path}: interrupted` };
  // `-i`: a line with a dot alone is no end. `--`: what follows are addresses, whatever they begin with.
  const program = spawn(path, ['-i', '-f', envelope.from, '--', ...envelope.to], {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { PATH, HOME: homedir() },
    signal: deadline.signal,
  });
  let whole = false;
  program.stdin.on('error', () => {});
  program.stdin.on('finish', () => {
    whole = true;
  });
  program.stdin.end(bytes);
  try {
    const [said, [status, signal]] = await Promise.all([
      saidBy(program),
      once(program, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
    ]);
    if (status !== 0) return failed(path, status, signal, said);
    if (!whole) return { kind: 'retry', reason: `${path}: it ended before it had read the mail` };
    return { kind: 'delivered', answer: `taken by ${path}${said === '' ? '' : `: ${said}`}` };
  } catch (thrown) {
    // It may go on for a while after it was told to end; that keeps nobody waiting.
    program.unref();
    return { kind: 'retry', reason: `${path}: ${deadline.passed ? 'no answer in time' : whyNot(thrown)}` };
  }
}

function failed(path: string, status: number | null, signal: string | null, said: string): Outcome {
  const known = status === null ? `it was ended by ${signal}` : (STATUS_WORDS[status] ?? 'it failed');
  const words = `${known}${status === null ? '' : ` (status ${status})`}${said === '' ? '' : `: ${said}`}`;
  if (status !== null && REFUSALS.has(status))
    return { kind: 'rejected', reason: `${path} refused the mail: ${words}` };
  return { kind: 'retry', reason: `${path}: ${words}` };
}

/** Its complaints, as one line. */
async function saidBy({ stderr }: ChildProcess): Promise<string> {
  let said = '';
  stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    if (said.length < SAID_MAX) said += chunk;
  });
  if (stderr) await once(stderr, 'close');
  return plainText(said, 200);
}

function whyNot(thrown: unknown): string {
  const { code, name } = thrown as { code?: string; name?: string };
  if (name === 'AbortError') return 'interrupted';
  if (code === 'ENOENT') return 'there is no such program';
  return code === 'EACCES' ? 'it may not be run' : `it could not be run (${code})`;
}
