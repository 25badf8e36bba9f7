/**
 * What the end of a program means for the message. 65 (EX_DATAERR) and 67 (EX_NOUSER): this message, or this address, will never be
 * accepted. All else is tried again, because an operator or time may mend it; even 69 (EX_UNAVAILABLE), with which msmtp 1.8 ends when its
 * server says 450 (it ends with 65 when the server says 550). So is 1, by which most scripts say that something failed, perhaps a network:
 * better tried in vain than lost. The numbers are those of sysexits.h (4.3BSD).
 */
import { plainText } from '../words.js';
import type { Outcome } from './channel.js';
import type { Ending, NotStarted } from './program.js';

const REFUSALS = new Set([65, 67]);

const STATUS_WORDS: Record<number, string> = {
  64: 'it was not called as it wants to be',
  65: 'what it was given is not good',
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

/** Takes the program's name, its end, and what to answer if it ended well. */
export function programOutcome(
  program: string,
  ending: Ending | NotStarted,
  delivered: (ending: Ending) => Outcome,
): Outcome {
  if ('why' in ending) return { kind: 'retry', reason: `${program}: ${ending.why}` };
  const { status, signal, cut, stdout, stderr } = ending;
  if (status === 0) return delivered(ending);
  if (cut !== null)
    return { kind: 'retry', reason: `${program}: ${cut === 'late' ? 'not done in time' : 'interrupted'}` };
  const said = plainText(stderr, 200) || plainText(stdout, 200);
  const words = `${status === null ? `ended by ${signal}` : statusInWords(status)}${said === '' ? '' : `: ${said}`}`;
  if (status !== null && REFUSALS.has(status)) return { kind: 'rejected', reason: `${program} refused it: ${words}` };
  return { kind: 'retry', reason: `${program}: ${words}` };
}

function statusInWords(status: number): string {
  const known = STATUS_WORDS[status];
  return known === undefined ? `exit status ${status}` : `${known} (exit status ${status})`;
}
