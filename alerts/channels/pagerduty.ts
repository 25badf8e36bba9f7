/**
 * Tells PagerDuty by its Events API v2 (https://developer.pagerduty.com/docs/send-alert-event): an incident of haplog is
 * an alert there, which our firing opens, an acknowledgement marks, and our resolved closes.
 */
import { backendOf, type Incident } from '../incident.js';
import { utc } from '../payload.js';
import { plainText } from '../words.js';
import type { Channel, Message } from './channel.js';
import { jsonPosting } from './formats/posting.js';
import { digest, httpChannel } from './http-channel.js';
import { targetOf } from './http-target.js';
import type { PagerDutyReceiver } from './receiver.js';

/** PagerDuty's limits, in characters. */
const SUMMARY_MAX = 1_024;
const KEY_MAX = 255;

type Action = 'trigger' | 'acknowledge' | 'resolve';

/** A trigger under a key that is open adds to that alert and wakes nobody again, so a reminder is one too. */
const ACTION: Record<Message['event'], Action> = {
  firing: 'trigger',
  reminder: 'trigger',
  digest: 'trigger',
  test: 'trigger',
  acknowledged: 'acknowledge',
  resolved: 'resolve',
};

export function pagerdutyChannel(receiver: PagerDutyReceiver): Channel {
  const key = receiver.routingKey.reveal();
  const target = targetOf(receiver.url, [key], true);
  return httpChannel({
    timeoutMs: receiver.timeoutMs,
    takesDigests: false,
    tellsApart: true,
    requests: (message) =>
      target && actionsFor(message).map((action) => ({ target, posting: jsonPosting(eventOf(message, action, key)) })),
  });
}

/** A test opens an alert, which says that it is a test, and closes it at once. */
function actionsFor({ event }: Message): Action[] {
  return event === 'test' ? ['trigger', 'resolve'] : [ACTION[event]];
}

function eventOf(message: Message, action: Action, routingKey: string): object {
  const dedupKey = keyOf(message.incident === null ? message.id : message.incidentId);
  const common = { routing_key: routingKey, event_action: action, dedup_key: dedupKey };
  if (action !== 'trigger') return common;
  return { ...common, payload: payloadOf(message), client: 'haplog' };
}

function payloadOf({ event, incident, text, subject, json }: Message): object {
  const [summary = subject] = text.split('\n', 1);
  const common = { summary: plainText(summary, SUMMARY_MAX), custom_details: (json as { data?: unknown }).data };
  if (incident === null) return { ...common, source: 'haplog', severity: event === 'test' ? 'info' : 'critical' };
  return {
    ...common,
    // `source` is required, and must not be empty.
    source: plainText(incident.host, 255) || 'haplog',
    severity: incident.severity,
    timestamp: utc(incident.openedAt),
    component: componentOf(incident),
    group: plainText(incident.host, 255),
    class: incident.rule,
  };
}

function componentOf(incident: Incident): string {
  return plainText(backendOf(incident) === null ? 'haproxy' : incident.subject, 520);
}

/** The incident's id, or a digest of it if PagerDuty would not take it whole. */
function keyOf(id: string): string {
  const key = plainText(id, KEY_MAX);
  return key === id ? key : `haplog-${digest(id)}`;
}
