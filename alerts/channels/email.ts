/** Tells by mail, over SMTP or through the machine's own mail program. */
import type { Channel, Message, Outcome } from './channel.js';
import { deadlineWithin } from './deadline.js';
import { composed } from './mail.js';
import { programs } from './program.js';
import type { EmailReceiver } from './receiver.js';
import { sendmail } from './sendmail.js';
import { handOver } from './smtp.js';
import { acceptedOutcome, failedOutcome } from './smtp-outcome.js';

/** For a whole attempt, however slowly the far side trickles. */
const ATTEMPT_MS = 120_000;

/** Takes a receiver of kind email; makes a connection, or starts the program, for each attempt. */
export function emailChannel(receiver: EmailReceiver): Channel {
  const { via } = receiver;
  const mailers = programs();
  /** @param address the one of several that it goes to; null: all of them. The mail is the same in both cases */
  const sendTo = async (message: Message, address: string | null, signal: AbortSignal): Promise<Outcome> => {
    using deadline = deadlineWithin(signal, ATTEMPT_MS);
    const place = via.kind === 'sendmail' ? via.path : via.host;
    try {
      const mail = await composed(message, receiver, via.kind === 'sendmail' ? 'LF' : 'CRLF');
      if (address !== null) {
        if (!mail.envelope.to.includes(address)) return noLonger(address, receiver.name);
        mail.envelope.to = [address];
      }
      if (via.kind === 'sendmail') return await sendmail(mail, via.path, mailers, deadline);
      return acceptedOutcome(await handOver(mail, via, deadline.signal), place);
    } catch (thrown) {
      if (deadline.passed) return { kind: 'retry', reason: `${place}: no answer in time` };
      return failedOutcome(thrown, place);
    }
  };
  return {
    send: (message, signal) => sendTo(message, null, signal),
    only: (address) => ({ send: (message, signal) => sendTo(message, address, signal) }),
    close: mailers.kill,
  };
}

const noLonger = (address: string, name: string): Outcome => ({
  kind: 'rejected',
  reason: `${address} is no address of receiver "${name}" any more`,
});
