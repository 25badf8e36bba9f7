/** From a receiver of the config to the channel that reaches it. */
import type { Channel } from './channel.js';
import type { Receiver } from './receiver.js';

/**
 * Takes a receiver, and what writes a line of haplog's own log; opens no connection yet. Loads what a channel needs with the first of its
 * kind: most commands tell nobody, and Node's HTTP client alone takes 12 ms of every start.
 */
export async function openChannel(receiver: Receiver, say: (line: string) => void): Promise<Channel> {
  switch (receiver.kind) {
    case 'email':
      return (await import('./email.js')).emailChannel(receiver);
    case 'webhook':
      return (await import('./webhook.js')).webhookChannel(receiver);
    case 'pagerduty':
      return (await import('./pagerduty.js')).pagerdutyChannel(receiver);
    case 'telegram':
      return (await import('./telegram.js')).telegramChannel(receiver);
    case 'pushover':
      return (await import('./pushover.js')).pushoverChannel(receiver);
    case 'alertmanager':
      return (await import('./alertmanager.js')).alertmanagerChannel(receiver);
    case 'exec':
      return (await import('./exec.js')).execChannel(receiver);
    case 'log':
      return (await import('./log.js')).logChannel(receiver.name, say);
  }
}
