/**
 * Hands one mail to the machine's own mail program, called as all such programs can be called since sendmail (LSB 5.0, `sendmail`). It has
 * a queue of its own, so what it takes is as good as sent.
 */
import { homedir } from 'node:os';
import { plainText } from '../words.js';
import type { Outcome } from './channel.js';
import type { Deadline } from './deadline.js';
import type { Mail } from './mail.js';
import type { Programs } from './program.js';
import { programOutcome } from './program-outcome.js';

/** With `HOME`, all the environment that the program gets: haplog's own may hold secrets of the configuration. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Takes a mail whose lines end as on this machine, the program's path, and what runs it. */
export async function sendmail(
  { envelope, bytes }: Mail,
  path: string,
  { run }: Programs,
  deadline: Deadline,
): Promise<Outcome> {
  // `-i`: a line with a dot alone is no end. `--`: only addresses follow, whatever they begin with.
  const command = [path, '-i', '-f', envelope.from, '--', ...envelope.to];
  const ending = await run({ command, env: { PATH, HOME: homedir() }, input: bytes }, deadline);
  return programOutcome(path, ending, ({ given, stderr }) => {
    if (!given) return { kind: 'retry', reason: `${path}: it ended before it had read the mail` };
    const said = plainText(stderr, 200);
    return { kind: 'delivered', answer: `taken by ${path}${said === '' ? '' : `: ${said}`}` };
  });
}
