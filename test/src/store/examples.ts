/** Facts of a small outage, to be stored: each takes what differs from the usual. */
import type { Incident, Notification, NotificationKind, Outage, Transition } from '../../../alerts/index.js';
import type { Cause, EventId, Suspect } from '../../../parsers/index.js';
import type { Commit } from '../../../src/store/store.js';

const refused: Cause = {
  class: 'layer4',
  reason: 'Layer4 connection problem',
  code: null,
  info: 'Connection refused at initial connection step of tcp-check',
  durationMs: 0,
  via: null,
};

export const id = (text: string): EventId => text as EventId;

/** A transaction's worth of `parts`, and of nothing else. */
export function commitOf(parts: Partial<Commit>): Commit {
  return {
    checkpoints: [],
    readAt: null,
    transitions: [],
    outages: [],
    incidents: [],
    notifications: [],
    copies: [],
    suspects: [],
    cleared: [],
    remember: [],
    forget: [],
    tally: null,
    samples: [],
    imported: false,
    ...parts,
  };
}

export function transition(parts: Partial<Transition> = {}): Transition {
  return {
    id: id('f1:0'),
    at: 1_000,
    utcOffsetMin: -300,
    host: 'allyrion',
    pid: 1305572,
    backend: 'k8s-api-server',
    server: 'bettley',
    from: 'up',
    to: 'down',
    planned: false,
    evidence: 'observed',
    copies: 3,
    cause: refused,
    ...parts,
  };
}

export function outage(parts: Partial<Outage> = {}): Outage {
  return {
    id: id('f1:900'),
    host: 'allyrion',
    pid: 1305572,
    backend: 'k8s-api-server',
    start: 1_000,
    utcOffsetMin: -300,
    end: null,
    endHow: null,
    planned: false,
    evidence: 'observed',
    ...parts,
  };
}

export function incident(parts: Partial<Incident> = {}): Incident {
  return {
    id: id('f1:900'),
    host: 'allyrion',
    rule: 'outage',
    severity: 'critical',
    subject: 'k8s-api-server',
    phase: 'firing',
    openedAt: 1_000,
    utcOffsetMin: -300,
    firedAt: 1_000,
    resolvedAt: null,
    endEvidence: null,
    planned: false,
    workers: [1305572],
    cause: refused,
    fallen: [{ server: 'gardener', at: 1_000, utcOffsetMin: -300, cause: refused, planned: false }],
    fallenTotal: 1,
    workerBegan: null,
    impact: { failed: 0, queued: null },
    toldAt: 1_000,
    reminders: 0,
    remindedAt: null,
    receivers: [],
    quietUntil: null,
    flaps: null,
    times: 1,
    settlesMs: null,
    cameBackAt: null,
    ack: null,
    ...parts,
  };
}

/** What is told to `receiver` of the incident named `of`, which has a subject of its own where none is given; a reminder is the first. */
export function notification(
  event: NotificationKind,
  of = 'f1:900',
  receiver = 'oncall',
  subject = `of-${of}`,
): Notification {
  const name = event === 'reminder' ? 'reminder-1' : event;
  return {
    dedupKey: `${of}:${name}:${receiver}`,
    event,
    receiver,
    incident: incident({ id: id(of), subject }),
    backend: null,
    createdAt: 1_000,
  };
}

/** A line that was not believed. */
export function suspect(at: string, instant: number): Suspect {
  const says = { kind: 'backend.exhausted' as const, backend: 'app' };
  const event = { id: id(at), at: instant, utcOffsetMin: 0, host: 'lb', pid: 7, says };
  return { id: id(at), event, tag: 'haproxy', text: 'app has no server available', reason: 'nobody else said so' };
}
