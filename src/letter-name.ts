/** What a letter is called: its id for receivers, equal in every attempt and in every life of haplog. */
import { createHash } from 'node:crypto';
import { type Letter, rowsOf, type Waiting } from '../alerts/index.js';

/**
 * Of one incident it is the dedup key of what is told; of several it follows from those of all its rows. What one address
 * gets is called as what all of them got.
 */
export function letterName(letter: Letter): string {
  const { kind, threads } = letter;
  const rows = rowsOf(letter);
  const first = rows[0]!;
  const { dedupKey, receiver } = threads[0]!.told;
  const named = keyNamer(first);
  if (kind === 'single') return named(dedupKey);
  const keys = rows.map(({ notification }) => named(notification.dedupKey));
  const digest = createHash('sha256').update(keys.join('\n')).digest('hex').slice(0, 32);
  return `${kind}:${digest}:${first.addressee?.of ?? receiver}`;
}

/** A dedup key ends in the receiver. */
function keyNamer({ addressee, notification: { receiver } }: Waiting): (key: string) => string {
  if (addressee === null) return (key) => key;
  return (key) => key.slice(0, key.length - receiver.length) + addressee.of;
}
