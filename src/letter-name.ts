/** Names a letter: its id for receivers, the same in every attempt and in every life of haplog. */
import { createHash } from 'node:crypto';
import { type Letter, rowsOf, type Waiting } from '../alerts/index.js';

/**
 * For one incident the name is the dedup key of what is told; for several it is derived from the dedup keys of all rows. A letter to one
 * address is named as the one to all addresses was.
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

/** A dedup key ends in the receiver's name; for a single address, the name of its receiver takes that place. */
function keyNamer({ addressee, notification: { receiver } }: Waiting): (key: string) => string {
  if (addressee === null) return (key) => key;
  return (key) => key.slice(0, key.length - receiver.length) + addressee.of;
}
