/**
 * What the end of a command means for the message. 0: it was told. 65 (EX_DATAERR) and 64 (EX_USAGE): the same message
 * will never be taken. All else is tried again, 75 (EX_TEMPFAIL) as well as the 1 by which most scripts say that
 * something, a network perhaps, failed: better tried in vain than lost. The numbers are those of sysexits.h (4.3BSD).
 */
import type { Outcome } from './channel.js';

const EX_USAGE = 64;
const EX_DATAERR = 65;

export interface Exit {
  /** Null where a signal ended it. */
  status: number | null;
  signal: NodeJS.Signals | null;
  /** haplog ended it: it took too long, or haplog stops. */
  cut: 'late' | 'stopped' | null;
  /** The first line of each, cleaned. */
  stdout: string;
  stderr: string;
}

/** Takes the command's name and its end. */
export function outcomeOfExit(program: string, { status, signal, cut, stdout, stderr }: Exit): Outcome {
  if (status === 0) return { kind: 'delivered', answer: stdout === '' ? 'exit status 0' : stdout };
  if (cut !== null)
    return { kind: 'retry', reason: `${program}: ${cut === 'late' ? 'not done in time' : 'interrupted'}` };
  const words = stderr === '' ? stdout : stderr;
  const how = status === null ? `ended by ${signal}` : `exit status ${status}`;
  const reason = `${program}: ${how}${words === '' ? '' : `: ${words}`}`;
  return { kind: status === EX_USAGE || status === EX_DATAERR ? 'rejected' : 'retry', reason };
}
