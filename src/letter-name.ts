/** What a letter is called: its id for receivers, equal in every attempt and in every life of haplog. */
import { createHash } from 'node:crypto';
import { type Letter, rowsOf } from '../alerts/index.js';

/** Of one incident it is the dedup key of what is told; of several it follows from those of all its rows. */
export function letterName(letter: Letter): string {
  const { kind, threads } = letter;
  const { dedupKey, receiver } = threads[0]!.told;
  if (kind === 'single') return dedupKey;
  const keys = rowsOf(letter).map(({ notification }) => notification.dedupKey);
  return `${kind}:${createHash('sha256').update(keys.join('\n')).digest('hex').slice(0, 32)}:${receiver}`;
}
