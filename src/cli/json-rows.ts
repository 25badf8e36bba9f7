/**
 * What happened as JSON, for programs: snake_case, times in RFC 3339 UTC with milliseconds, nulls written out, enums in
 * lower case. Others read these: keys may be added, never renamed.
 */
import type { Impact, Incident, Notification, Outage, Transition } from '../../alerts/index.js';
import type { Cause, Instant } from '../../parsers/index.js';

/** One change of the displayed state of a server in a worker. */
export function transitionJson({
  at,
  host,
  pid,
  backend,
  server,
  from,
  to,
  planned,
  evidence,
  copies,
  cause,
}: Transition) {
  const about = { kind: 'transition', time: utc(at), host, pid, backend, server, from, to };
  return { ...about, planned, evidence, copies, cause: causeJson(cause) };
}

/** One stretch in which a backend had no server available in a worker; `end` is null while it is open. */
export function outageJson({ host, pid, backend, start, end, endHow, planned, evidence }: Outage) {
  const about = { kind: 'outage', host, pid, backend, start: utc(start), end: utcOrNull(end), end_how: endHow };
  return { ...about, planned, evidence };
}

/** One stretch of trouble, across reloads. `receivers` are those who were told of it; `end_evidence` is how its end is known; `rule_off`, only if it is true, that its rule was turned off. */
export function incidentJson(incident: Incident) {
  const { id, host, rule, severity, subject, phase, openedAt, resolvedAt, planned, impact } = incident;
  const { cause, receivers, ack, flaps, times, workerBegan, endEvidence } = incident;
  const about = { kind: 'incident', id, host, rule, severity, subject, phase };
  return {
    ...about,
    opened_at: utc(openedAt),
    resolved_at: utcOrNull(resolvedAt),
    planned,
    impact: impactJson(impact),
    cause: cause === null ? null : causeJson(cause),
    receivers,
    acknowledged: ack && { at: utc(ack.at), by: ack.by, note: ack.note },
    flaps,
    times,
    worker_began_at: utcOrNull(workerBegan),
    end_evidence: endEvidence,
    ...(incident.ruleOff && { rule_off: true }),
  };
}

/** Null for rules other than the outage; nulls in it if it is unknown. */
function impactJson(impact: Impact | null) {
  return impact === null ? null : { failed_requests: impact.failed, queued_requests: impact.queued };
}

/** One thing to tell one receiver; `time` is when there was something to tell, by the load balancer's clock. */
export function notificationJson({ incident, event, receiver, createdAt }: Notification) {
  return { kind: 'notification', incident: incident.id, event, receiver, time: utc(createdAt) };
}

/** `info` is as the checked server gave it; JSON keeps its control characters escaped. `via` is the tracked `backend/server`. */
export function causeJson({ class: causeClass, reason, code, info, durationMs, via }: Cause) {
  const tracked = via === null ? null : `${via.backend}/${via.server}`;
  return { class: causeClass, reason, code, info, duration_ms: durationMs, via: tracked };
}

export function utc(at: Instant): string {
  return new Date(at).toISOString();
}

export function utcOrNull(at: Instant | null): string | null {
  return at === null ? null : utc(at);
}
