/**
 * The body that Alertmanager's own webhooks have, version 4, so that what takes theirs takes haplog's too
 * (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config). Each post is a group of one alert.
 */
import { createHash } from 'node:crypto';
import { utc } from '../../payload.js';
import { alertOf } from '../alert-labels.js';
import type { Message } from '../channel.js';
import { jsonPosting, type Medium, type Posting } from './posting.js';

/** Go's zero time: there is no end yet. */
const NO_END = '0001-01-01T00:00:00Z';

export const alertmanager: Medium = {
  postings(message, receiver) {
    if (message.event === 'test') return [post(message, receiver, 'firing'), post(message, receiver, 'resolved')];
    return [post(message, receiver, message.event === 'resolved' ? 'resolved' : 'firing')];
  },
  takesDigests: false,
};

function post(message: Message, receiver: string, status: 'firing' | 'resolved'): Posting {
  const { labels, annotations } = alertOf(message);
  const startsAt = utc(message.incident?.openedAt ?? sentAt(message));
  const endsAt = status === 'firing' ? NO_END : utc(message.incident?.resolvedAt ?? sentAt(message));
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const groupKey = `{}:{${pairs.join(', ')}}`;
  const fingerprint = createHash('sha256').update(groupKey).digest('hex').slice(0, 16);
  return jsonPosting({
    version: '4',
    groupKey,
    truncatedAlerts: 0,
    status,
    receiver,
    groupLabels: labels,
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL: '',
    alerts: [{ status, labels, annotations, startsAt, endsAt, generatorURL: '', fingerprint }],
  });
}

/** When a message about no incident was made, as its own body says. */
function sentAt({ json }: Message): number {
  return Date.parse((json as { timestamp: string }).timestamp);
}
