/** What becomes of addresses that refused a message which others of their receiver accepted. Pure. */
import { addresseeName, backoffMs, type Refusal } from '../alerts/index.js';
import type { Instant } from '../parsers/index.js';
import type { RefusedAddress } from './store/store.js';

/**
 * Takes the receiver's name, what the addresses answered, how many attempts there were including this one, the time, and a source of random
 * numbers in [0, 1). An address that refused only for now is tried again as any receiver is.
 */
export function refusedAddresses(
  receiver: string,
  refused: readonly Refusal[],
  attempts: number,
  now: Instant,
  random: () => number,
): RefusedAddress[] {
  return refused.map(({ address, reason, final }) => {
    const own = { address, name: addresseeName({ of: receiver, address }), reason };
    if (final) return { ...own, next: { state: 'rejected' } };
    const ms = backoffMs(attempts, random());
    return { ...own, next: ms === undefined ? { state: 'expired' } : { state: 'due', dueAt: now + ms } };
  });
}
