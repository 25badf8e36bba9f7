/** Incidents, notifications and receivers for tests of how people are told. */
import {
  type EmailReceiver,
  type Incident,
  type Message,
  type Notification,
  type NotificationKind,
  type Outcome,
  openChannel,
  type Receiver,
  render,
  Secret,
  type SmtpServer,
  type WebhookReceiver,
} from '../../alerts/index.js';
import type { Cause, EventId } from '../../parsers/index.js';

export const OPENED = Date.parse('2024-02-21T07:03:18.115-05:00');

export const REFUSED: Cause = {
  class: 'layer4',
  reason: 'Layer4 connection problem',
  code: null,
  info: 'Connection refused at initial connection step of tcp-check',
  durationMs: 0,
  via: null,
};

/** The seed's outage, told of at once. */
export function incident(changes: Partial<Incident> = {}): Incident {
  const fallen = ['bettley', 'fenn', 'gardener'].map((server, i) => ({
    server,
    at: OPENED - (2 - i) * 700,
    cause: REFUSED,
    utcOffsetMin: -300,
    planned: false,
  }));
  return {
    id: '5f1c:4711' as EventId,
    host: 'allyrion',
    rule: 'outage',
    severity: 'critical',
    subject: 'k8s-api-server',
    phase: 'firing',
    openedAt: OPENED,
    utcOffsetMin: -300,
    firedAt: OPENED,
    resolvedAt: null,
    endEvidence: null,
    planned: false,
    workers: [1305572],
    cause: REFUSED,
    fallen,
    fallenTotal: 3,
    workerBegan: null,
    impact: { failed: null, queued: null },
    toldAt: OPENED,
    reminders: 0,
    remindedAt: null,
    receivers: [],
    quietUntil: null,
    flaps: null,
    times: 1,
    settlesMs: null,
    cameBackAt: null,
    ack: null,
    ...changes,
  };
}

export function notification(
  event: NotificationKind = 'firing',
  changes: Partial<Incident> = {},
  receiver = 'oncall',
): Notification {
  const end: Partial<Incident> =
    event === 'resolved' ? { phase: 'resolved', resolvedAt: OPENED + 252_000, endEvidence: 'inferred' } : {};
  const told = incident({ ...end, ...changes });
  return {
    dedupKey: `${told.id}:${event}:${receiver}`,
    event,
    receiver,
    incident: told,
    backend: null,
    createdAt: told.resolvedAt ?? told.openedAt,
  };
}

export function message(event: NotificationKind = 'firing', changes: Partial<Incident> = {}): Message {
  const told = notification(event, changes);
  return render(told, told.createdAt);
}

const PLAIN: SmtpServer = {
  kind: 'smtp',
  host: '127.0.0.1',
  port: 25,
  tls: 'auto',
  user: null,
  password: null,
  trusted: null,
  fingerprint: null,
};

export function emailTo(port: number, smtp: Partial<SmtpServer> = {}): EmailReceiver {
  return {
    kind: 'email',
    name: 'oncall',
    to: ['ops@example.org'],
    from: 'haplog <haplog@lb.example.org>',
    via: { ...PLAIN, port, ...smtp },
  };
}

export function hookAt(url: string, changes: Partial<WebhookReceiver> = {}): WebhookReceiver {
  return {
    kind: 'webhook',
    name: 'chat',
    url: new Secret(url),
    format: 'json',
    signing: [],
    headers: {},
    timeoutMs: 5_000,
    ...changes,
  };
}

/** One attempt to tell one receiver, through a channel of its own. */
export async function sendOnce(
  receiver: Receiver,
  told: Message = message(),
  signal: AbortSignal = new AbortController().signal,
): Promise<Outcome> {
  const channel = await openChannel(receiver, () => {});
  try {
    return await channel.send(told, signal);
  } finally {
    channel.close();
  }
}
