/**
 * What happened as JSON, for programs: snake_case, times in RFC 3339 UTC with milliseconds, nulls written out, enums in
 * lower case. Others read these: keys may be added, never renamed. Written out, not spread, for the reason given in parsers/heard.ts.
 */
import type { Impact, Incident, Notification, Outage, Transition } from '../../alerts/index.js';
import type { Cause, Instant } from '../../parsers/index.js';

/** One change of the displayed state of a server in a worker. */
export function transitionJson(transition: Transition) {
  const { host, pid, backend, server, from, to, planned, evidence, copies, cause } = transition;
  return {
    kind: 'transition',
    time: utc(transition.at),
    host,
    pid,
    backend,
    server,
    from,
    to,
    planned,
    evidence,
    copies,
    cause: causeJson(cause),
  };
}

/** One stretch in which a backend had no server available in a worker; `end` is null while it is open. */
export function outageJson({ host, pid, backend, start, end, endHow, planned, evidence }: Outage) {
  return {
    kind: 'outage',
    host,
    pid,
    backend,
    start: utc(start),
    end: utcOrNull(end),
    end_how: endHow,
    planned,
    evidence,
  };
}

/** One stretch of trouble, across reloads. `receivers` are those who were told of it; `end_evidence` is how its end is known; `rule_off`, only if it is true, that its rule was turned off. */
export function incidentJson(incident: Incident) {
  const { id, host, rule, severity, subject, phase, planned, impact, cause, ack } = incident;
  return {
    kind: 'incident',
    id,
    host,
    rule,
    severity,
    subject,
    phase,
    opened_at: utc(incident.openedAt),
    resolved_at: utcOrNull(incident.resolvedAt),
    planned,
    impact: impactJson(impact),
    cause: cause === null ? null : causeJson(cause),
    receivers: incident.receivers,
    acknowledged: ack && { at: utc(ack.at), by: ack.by, note: ack.note },
    flaps: incident.flaps,
    times: incident.times,
    worker_began_at: utcOrNull(incident.workerBegan),
    end_evidence: incident.endEvidence,
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
