/** Tells by mail, over SMTP or through the machine's own mail program. */
import type { Channel } from './channel.js';
import { deadlineWithin } from './deadline.js';
import { composed } from './mail.js';
import { programs } from './program.js';
import type { EmailReceiver } from './receiver.js';
import { sendmail } from './sendmail.js';
import { handOver } from './smtp.js';
import { acceptedOutcome, failedOutcome } from './smtp-outcome.js';

/** For the whole of it, however slowly the far side trickles. */
const ATTEMPT_MS = 120_000;

/** Takes a receiver of kind email; makes a connection, or starts the program, for each attempt. */
export function emailChannel(receiver: EmailReceiver): Channel {
  const { via } = receiver;
  const mailers = programs();
  return {
    async send(message, signal) {
      using deadline = deadlineWithin(signal, ATTEMPT_MS);
      if (via.kind === 'sendmail')
        return await sendmail(await composed(message, receiver, 'LF'), via.path, mailers, deadline);
      try {
        const mail = await composed(message, receiver, 'CRLF');
        return acceptedOutcome(await handOver(mail, via, deadline.signal));
      } catch (thrown) {
        if (deadline.passed) return { kind: 'retry', reason: `${via.host}: no answer in time` };
        return failedOutcome(thrown, via.host);
      }
    },
    close: mailers.kill,
  };
}
