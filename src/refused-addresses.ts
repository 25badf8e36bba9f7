/** What becomes of addresses that refused a message which others of their receiver accepted. Pure. */
import { backoffMs, type Refusal } from '../alerts/index.js';
import type { Instant } from '../parsers/index.js';
import type { RefusedAddress } from './store/store.js';

/**
 * Takes what they answered, how many attempts there were with this one, the moment, and a random number in [0, 1). Who refused
 * for now is tried again as any receiver is.
 */
export function refusedAddresses(
  refused: readonly Refusal[],
  attempts: number,
  now: Instant,
  random: () => number,
): RefusedAddress[] {
  return refused.map(({ address, reason, final }) => {
    if (final) return { address, reason, next: { state: 'rejected' } };
    const ms = backoffMs(attempts, random());
    return { address, reason, next: ms === undefined ? { state: 'expired' } : { state: 'due', dueAt: now + ms } };
  });
}
