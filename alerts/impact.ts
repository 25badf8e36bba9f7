/**
 * What an outage did to clients: how many requests failed while the backend had no server, as far as the same log tells. If the backend's
 * requests are not logged, that is unknown, which is not zero.
 */
import type { Instant, Shelf } from '../parsers/index.js';

export interface Impact {
  /** Requests, or connections where HAProxy speaks TCP, that no server took. Null: requests of the backend are not in this log. */
  failed: number | null;
  /** How many were waiting in a queue when the last server fell, as HAProxy counted them; null if it did not say. */
  queued: number | null;
}

export const UNKNOWN_IMPACT: Impact = { failed: null, queued: null };

/** The hour in which a request of a backend was last seen, by `trafficKey`. */
export type TrafficSeen = Shelf<Instant>;

export const trafficKey = (host: string, backend: string): string => `${host} ${backend}`;

/** If no request of a backend was seen for so long, its requests may not be logged; nobody knows. */
const LOGGED_MS = 24 * 60 * 60_000;

/** Room for so many backends, of all load balancers together; a log with more may have made-up names. */
const TRAFFIC_MAX = 5_000;

/** Whether requests of a backend are in the log, as far as could be known at `at`. */
export function isLogged(seen: TrafficSeen, key: string, at: Instant): boolean {
  const last = seen.get(key);
  return last !== undefined && at - last <= LOGGED_MS;
}

/** Notes that a request of the backend was in the log at `at`. */
export function noteTraffic(seen: TrafficSeen, key: string, at: Instant): TrafficSeen {
  const known = seen.get(key);
  if (known !== undefined) return known >= at ? seen : seen.with(key, at);
  const room = seen.size < TRAFFIC_MAX ? seen : seen.withoutAll((_, last) => at - last > LOGGED_MS);
  return room.size < TRAFFIC_MAX ? room.with(key, at) : room;
}

/** `8,431`. */
function formatCount(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `1 request`, `8,431 requests`. */
export function requestsInWords(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'request' : 'requests'}`;
}

/** `8,431 requests failed`; null if none did, or if nothing is known. */
export function failedInWords(impact: Impact | null): string | null {
  return impact?.failed ? `${requestsInWords(impact.failed)} failed` : null;
}

/** As one line of a message; null for all rules but the outage, and for an outage stored before haplog counted requests. */
export function impactInWords(impact: Impact | null): string | null {
  if (impact === null) return null;
  if (impact.failed === null) return 'unknown, requests are not in this log';
  return failedInWords(impact) ?? 'no failed request in the log';
}
