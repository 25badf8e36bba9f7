/**
 * The body of a webhook, in the shape of Standard Webhooks 1.0.0: `type`, `timestamp`, `data`, and small.
 * Times are RFC 3339 UTC with milliseconds. Fields may be added; those that stand here keep their meaning.
 */
import type { Cause, Instant } from '../parsers/index.js';
import type { BackendNow } from './condition.js';
import type { Impact } from './impact.js';
import { type Acknowledgement, backendOf, type Incident, overAt } from './incident.js';
import type { Notification, NotificationKind } from './notification.js';
import type { Circumstances } from './tell.js';
import { plainText } from './words.js';

const TYPE = {
  firing: 'incident.opened',
  resolved: 'incident.resolved',
  reminder: 'incident.reminder',
  acknowledged: 'incident.acknowledged',
} as const satisfies Record<NotificationKind, string>;

/** Takes a notification, the message's one sentence, and what is out of the ordinary about it; returns plain JSON, equal in every attempt. */
export function webhookBody(notification: Notification, summary: string, { whole, passedOn }: Circumstances): unknown {
  const { incident, event, createdAt, backend: now } = notification;
  const backend = backendOf(incident);
  const over = overAt(incident);
  return {
    type: TYPE[event],
    timestamp: utc(happenedAt(notification)),
    data: {
      schema_version: 1,
      id: plainText(incident.id, 200),
      host: plainText(incident.host, 255),
      rule: incident.rule,
      severity: incident.severity,
      subject: plainText(incident.subject, 520),
      backend: backend === null ? null : plainText(backend, 255),
      phase: incident.phase,
      opened_at: utc(incident.openedAt),
      resolved_at: over === null ? null : utc(over),
      end_evidence: over === null ? null : incident.endEvidence,
      // For an incident that still fires: so far, as of when this was noted down.
      duration_s: Math.max(0, (over ?? createdAt) - incident.openedAt) / 1_000,
      planned: incident.planned,
      cause: incident.cause === null ? null : causeBody(incident.cause),
      fallen: fallenBody(incident),
      fallen_total: incident.fallenTotal,
      // If a start or a reload came shortly before.
      worker_began_at: incident.workerBegan === null ? null : utc(incident.workerBegan),
      // As of when this was noted down. Null if it is about no backend.
      backend_state: backendBody(now),
      // So far, if the incident still fires. Null for all rules but the outage.
      impact: impactBody(incident.impact),
      reminders: incident.reminders,
      flaps: incident.flaps,
      // How often the trouble came; and how long it must be well to be over, if it has come again and again.
      times: incident.times,
      settles_after_s: incident.settlesMs === null ? null : incident.settlesMs / 1_000,
      acknowledged: ackBody(incident.ack),
      summary,
      // Present only if true: its rule was turned off, which ended it; the receiver was not told the beginning before; another receiver was to be told.
      ...(over !== null && incident.ruleOff && { rule_off: true }),
      ...(whole && { tells_also: ['firing'] }),
      ...(passedOn && { passed_on: plainText(passedOn, 400) }),
    },
  };
}

function happenedAt({ event, incident, createdAt }: Notification): Instant {
  if (event === 'firing') return incident.openedAt;
  return event === 'resolved' ? (incident.resolvedAt ?? createdAt) : createdAt;
}

function fallenBody(incident: Incident): unknown[] {
  return incident.fallen.map(({ server, at, planned, cause }) => ({
    server: plainText(server, 255),
    at: utc(at),
    planned,
    cause: causeBody(cause),
  }));
}

function ackBody(ack: Acknowledgement | null): unknown {
  if (ack === null) return null;
  return { at: utc(ack.at), by: plainText(ack.by, 100), note: ack.note === null ? null : plainText(ack.note, 500) };
}

function backendBody(now: BackendNow | null): unknown {
  if (now === null) return null;
  const { condition, counts, evidence } = now;
  return { state: condition, active: counts?.active ?? null, backup: counts?.backup ?? null, evidence };
}

/** A null in it means unknown: requests are not logged, or HAProxy did not say. */
function impactBody(impact: Impact | null): unknown {
  return impact === null ? null : { failed_requests: impact.failed, queued_requests: impact.queued };
}

function causeBody(cause: Cause): unknown {
  return {
    class: cause.class,
    reason: cause.reason === null ? null : plainText(cause.reason, 100),
    code: cause.code,
    info: cause.info === null ? null : plainText(cause.info, 200),
    duration_ms: cause.durationMs,
    via: cause.via === null ? null : plainText(`${cause.via.backend}/${cause.via.server}`, 255),
  };
}

/** RFC 3339 in UTC, with milliseconds. */
export function utc(at: Instant): string {
  return new Date(at).toISOString();
}
