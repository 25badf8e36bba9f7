/** From a receiver of the config to the channel that reaches it. */
import type { Channel } from './channel.js';
import { emailChannel } from './email.js';
import { logChannel } from './log.js';
import type { Receiver } from './receiver.js';
import { webhookChannel } from './webhook.js';

/** Takes a receiver, and what writes a line of haplog's own log; opens no connection yet. */
export function openChannel(receiver: Receiver, say: (line: string) => void): Channel {
  switch (receiver.kind) {
    case 'email':
      return emailChannel(receiver);
    case 'webhook':
      return webhookChannel(receiver);
    case 'log':
      return logChannel(receiver.name, say);
  }
}
