/** Tells by running a command of the operator's: it gets the webhook's JSON on its standard input, and nothing of the log in its arguments or environment. */
import { plainText } from '../words.js';
import type { Channel } from './channel.js';
import { deadlineWithin } from './deadline.js';
import { messageName } from './http-channel.js';
import { programs } from './program.js';
import { programOutcome } from './program-outcome.js';
import type { ExecReceiver } from './receiver.js';

/** Takes a receiver of kind exec; starts a process for each attempt. */
export function execChannel({ command, env, timeoutMs }: ExecReceiver): Channel {
  const { run, kill } = programs();
  return {
    tellsApart: true,
    async send(message, signal) {
      using deadline = deadlineWithin(signal, timeoutMs);
      const told = { HAPLOG_EVENT: message.event, HAPLOG_MESSAGE_ID: messageName(message) };
      const input = `${JSON.stringify(message.json)}\n`;
      const ending = await run({ command, env: { ...env, ...told }, input }, deadline);
      return programOutcome(command[0]!, ending, ({ stdout }) => {
        return { kind: 'delivered', answer: firstLine(stdout) || 'exit status 0' };
      });
    },
    close: kill,
  };
}

function firstLine(text: string): string {
  return plainText(text.trimStart().split('\n', 1)[0]!, 200);
}
