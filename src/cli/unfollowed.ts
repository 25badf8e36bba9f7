/**
 * What was told by a log that is no longer followed: a source that was taken out of the configuration. Nothing will tell its end, unless its
 * load balancer speaks in another log. An event is named by its file's first line, so it is known which log told it, as long as that file was
 * the one read last. Pure.
 */
import type { Incident, Outage } from '../../alerts/index.js';
import type { Checkpoint } from '../tail/batch.js';

export type LogRead = Checkpoint & { followed: boolean };

/** The log that told it, if it is no longer followed; null if it is, or is not known. */
export function unfollowedTeller({ id }: Pick<Incident | Outage, 'id'>, logs: readonly LogRead[]): string | null {
  const tellers = logs.filter(({ fingerprint }) => id.startsWith(`${fingerprint}:`));
  return tellers.some(({ followed }) => followed) ? null : (tellers[0]?.path ?? null);
}
