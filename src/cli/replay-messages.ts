/** What a replay says about each receiver at its end: how many notifications, and how many messages that would have been. */
import { ceilingOf, type Notification, openChannel, type Receiver } from '../../alerts/index.js';
import { LetterCount } from './replay-letters.js';

interface Messages {
  add(notification: Notification): void;
  /** A line for each receiver that would have been told anything, or one that says that nothing would have been sent. */
  lines(): string[];
}

/** Takes the receivers of the configuration. Each one's channel is opened to learn whether it takes digests; it reaches nobody. */
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
