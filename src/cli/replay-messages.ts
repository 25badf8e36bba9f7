/** What a replay says at its end of each receiver: how many notifications, and how many messages that would have been. */
import { ceilingOf, type Notification, openChannel, type Receiver } from '../../alerts/index.js';
import { LetterCount } from './replay-letters.js';

interface Messages {
  add(notification: Notification): void;
  /** One for each receiver that would have been told anything, or that there is none. */
  lines(): string[];
}

/** Takes the receivers of the configuration: whether one takes digests its channel knows, which is opened and reaches nobody. */
export async function messagesSaid(receivers: readonly Receiver[]): Promise<Messages> {
  const counts = new Map<string, LetterCount>();
  for (const receiver of receivers) {
    const channel = await openChannel(receiver, () => {});
    const { takesDigests = true } = channel;
    channel.close();
    counts.set(receiver.name, new LetterCount({ takesDigests, ceiling: ceilingOf(receiver.perMinute, takesDigests) }));
  }
  return {
    add: (notification) => counts.get(notification.receiver)?.add(notification),
    lines: () => {
      const told = [...counts].filter(([, { notifications }]) => notifications > 0);
      return told.length === 0 && counts.size > 0 ? ['nothing would have been sent'] : told.map(lineOf);
    },
  };
}

function lineOf([name, count]: [string, LetterCount]): string {
  const { notifications } = count;
  const messages = count.messages();
  return `${plural(notifications, 'notification')} to ${name}; sent at once, about ${plural(messages, 'message')}`;
}

const plural = (n: number, word: string) => `${n} ${word}${n === 1 ? '' : 's'}`;
