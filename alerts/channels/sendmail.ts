/**
 * One mail to the machine's own mail program, called as all of them can be since sendmail (LSB 5.0, `sendmail`): it has a
 * queue of its own, so that what it takes is as good as sent.
 */
import { homedir } from 'node:os';
import { plainText } from '../words.js';
import type { Outcome } from './channel.js';
import type { Deadline } from './deadline.js';
import type { Mail } from './mail.js';
import type { Programs } from './program.js';
import { programOutcome } from './program-outcome.js';

/** What the program may know of haplog's own surroundings: no secret of the configuration that stands in the environment. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Takes a mail whose lines end as on this machine, the program's path, and what runs it. */
export async function sendmail(
  { envelope, bytes }: Mail,
  path: string,
  { run }: Programs,
  deadline: Deadline,
): Promise<Outcome> {
  // `-i`: a line with a dot alone is no end. `--`: what follows are addresses, whatever they begin with.
  const command = [path, '-i', '-f', envelope.from, '--', ...envelope.to];
  const ending = await run({ command, env: { PATH, HOME: homedir() }, input: bytes }, deadline);
  return programOutcome(path, ending, ({ given, stderr }) => {
    if (!given) return { kind: 'retry', reason: `${path}: it ended before it had read the mail` };
    const said = plainText(stderr, 200);
    return { kind: 'delivered', answer: `taken by ${path}${said === '' ? '' : `: ${said}`}` };
  });
}
