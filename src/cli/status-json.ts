/** How things stand, for programs: keys may be added, never renamed. Pure. */
import { incidentsByRoot } from '../../alerts/index.js';
import type { Instant, openToClients } from '../../parsers/index.js';
import { type BackendOfHost, isTrouble, type ServerOut, type ServerUp, type Standing } from '../standing.js';
import type { Progress } from '../store/store.js';
import type { Unread } from '../tail/unread.js';
import { causeJson, incidentJson, utc, utcOrNull } from './json-rows.js';
import { type LogRead, unfollowedTeller } from './unfollowed.js';

/** All that `haplog status` found. */
export interface Status extends Pick<Progress, 'outbox' | 'counted' | 'disbelieved' | 'samples'> {
  /** For the last messages, the ms from when there was something to tell until it was accepted, the least first. */
  latencies: number[];
  database: string;
  /** Whether a daemon runs on the database; null if that cannot be seen. */
  daemon: boolean | null;
  /** What keeps haplog itself from its work. */
  troubles: string[];
  logs: (LogRead & { unread: Unread })[];
  /** Load balancers whose clients begin lines of the log as they like, and whether changes there come on stderr as well. */
  open: ReturnType<typeof openToClients>;
  standing: Standing;
  conditions: BackendOfHost[];
  /** Null if servers that are up were not asked for. */
  up: ServerUp[] | null;
}

/** Whether nobody need look: neither at what HAProxy serves, nor at haplog itself. */
export function isWell({ standing, troubles, logs }: Pick<Status, 'standing' | 'troubles' | 'logs'>): boolean {
  // What somebody has taken on and no log will end would be trouble for ever.
  const left = standing.incidents.filter((one) => one.ack !== null && unfollowedTeller(one, logs) !== null);
  const isLeft = (id: string) => left.some((one) => one.id === id);
  const backends = standing.backends.filter(({ outage }) => outage === null || !isLeft(outage.id));
  const incidents = standing.incidents.filter(({ id }) => !isLeft(id));
  return !isTrouble({ backends, incidents }) && troubles.length === 0;
}

export function statusJson(status: Status, now: Instant) {
  const { database, daemon, troubles, logs, open, standing, conditions, up, outbox, latencies, counted } = status;
  const { disbelieved, samples } = status;
  const { due, ...closed } = outbox;
  const { nearMisses: near_misses, ...lines } = counted;
  const about = ({ host, pid, backend }: Pick<ServerUp, 'host' | 'pid' | 'backend'>) => ({ host, pid, backend });
  return {
    kind: 'status',
    ok: isWell(status),
    troubles,
    time: utc(now),
    database,
    daemon: daemon === null ? 'unknown' : daemon ? 'running' : 'not_running',
    logs: logs.map(({ path, fingerprint, offset, unread, followed }) => ({
      path,
      fingerprint,
      offset,
      file: unread.kind === 'unread' ? 'same' : unread.kind,
      unread_bytes: unread.kind === 'unread' ? unread.bytes : null,
      ...(!followed && { followed }),
    })),
    backends: standing.backends.flatMap(({ outage, ...backend }) =>
      outage === null
        ? []
        : [
            {
              ...about(backend),
              since: utc(outage.start),
              planned: outage.planned,
              evidence: outage.evidence,
            },
          ],
    ),
    servers: standing.backends.flatMap((backend) =>
      backend.out.map((one) => ({
        ...about(backend),
        ...serverJson(one),
        since: utc(one.at),
        planned: one.planned,
        cause: causeJson(one.cause),
      })),
    ),
    backend_states: conditions
      .filter(({ condition }) => up !== null || condition !== 'up')
      .map(({ host, backend, condition, counts, evidence }) => ({
        host,
        backend,
        state: condition,
        active: counts?.active ?? null,
        backup: counts?.backup ?? null,
        evidence,
      })),
    ...(up !== null && { servers_up: up.map((one) => ({ ...about(one), ...serverJson(one) })) }),
    incidents: incidentsByRoot(standing.incidents).flatMap(({ root, items }) =>
      items.map((incident) => ({ ...incidentJson(incident), root, age_ms: Math.max(0, now - incident.openedAt) })),
    ),
    outbox: { waiting: due, ...closed },
    latency_ms: { messages: latencies.length, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) },
    lines: { ...lines, near_misses },
    open_to_clients: open.map(({ host, onStderr, forgedAt }) => ({
      host,
      on_stderr: onStderr,
      forged_at: utcOrNull(forgedAt),
    })),
    disbelieved: disbelieved.map(({ host, tag, pid, lines, lastAt }) => ({
      host,
      tag,
      pid,
      lines,
      last_at: utc(lastAt),
    })),
    samples: samples.map(({ text, reason, at }) => ({ time: utc(at), reason, text })),
  };
}

/** What checks say and what people ordered make the state that HAProxy displays. */
function serverJson({ server, state, operational, admin, evidence }: ServerUp | ServerOut) {
  return { server, state, operational, admin, evidence };
}

/** The number below which that share of the sorted numbers lies; null if there are none. */
export function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;
}
