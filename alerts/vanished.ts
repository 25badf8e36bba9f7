/**
 * Hosts that are gone for good: containers have a new name each time, and nothing says that the old one will not speak again. Only a host
 * that was never heard before makes haplog look for them; where the hosts stay the same, none is ever forgotten.
 */
import { type HaproxyEvent, type Instant, Shelf } from '../parsers/index.js';
import { type Board, type Change, type OutageChange, unchanged } from './board.js';
import type { HostClock } from './clocks.js';
import type { TrafficSeen } from './impact.js';
import { type Incident, NO_FALL } from './incident.js';
import { ended } from './outage.js';

const VANISHED_AFTER_MS = 7 * 24 * 3_600_000;

export const NO_HOSTS: ReadonlySet<string> = new Set();

/**
 * The hosts that have been silent for a week, by the clock of the event's host, which speaks for the first time, as well as by ours. One that changes
 * nothing may say nothing of states for months: if requests of it are in the log, it is there.
 */
export function vanishedHosts(
  clocks: Shelf<HostClock>,
  { at }: HaproxyEvent,
  heardAt: Instant,
  traffic: TrafficSeen = Shelf.of(),
): ReadonlySet<string> {
  const vanished = new Set<string>();
  const now = Math.min(at, heardAt);
  for (const [other, clock] of clocks) if (now - clock.at > VANISHED_AFTER_MS) vanished.add(other);
  if (vanished.size === 0) return NO_HOSTS;
  for (const [key, seenAt] of traffic) if (now - seenAt <= VANISHED_AFTER_MS) vanished.delete(hostOf(key));
  return vanished;
}

/** Forgets the hosts; what was open there has ended by now, as far as can be known. */
export function forgetHosts(board: Board, hosts: ReadonlySet<string>, at: Instant): Change {
  if (hosts.size === 0) return unchanged(board);
  const outages: OutageChange[] = [];
  for (const [key, { outage }] of board.backends) {
    if (outage === null || !hosts.has(hostOf(key))) continue;
    outages.push({ outage: { ...ended(outage, at, 'process_stopped'), evidence: 'assumed' }, fall: NO_FALL });
  }
  const servers = without(board.servers, hosts);
  const backends = without(board.backends, hosts);
  return { board: { servers, backends, workers: without(board.workers, hosts) }, transition: null, outages };
}

/** An open incident of such a host, at `now` by the clock of that host. */
export function takenToBeOver(incident: Incident, now: Instant): Incident {
  return { ...incident, workers: [], resolvedAt: Math.max(now, incident.openedAt), endEvidence: 'assumed' };
}

/** The shelf without what belongs to the hosts: its keys begin with their names. */
export function without<V>(shelf: Shelf<V>, hosts: ReadonlySet<string>): Shelf<V> {
  return hosts.size === 0 ? shelf : shelf.withoutAll((key) => hosts.has(hostOf(key)));
}

const hostOf = (key: string) => key.split(' ', 1)[0]!;
