/**
 * Pushes to Prometheus' Alertmanager: POST /api/v2/alerts of every member of its cluster, because members tell each other of silences and
 * of what was sent, but not of alerts (https://prometheus.io/docs/alerting/latest/high_availability/).
 *
 * Alertmanager ends an alert by itself: `resolve_timeout` (five minutes) after it was last heard of, or at its `endsAt` if that is given
 * (https://prometheus.io/docs/alerting/latest/alerts_api/). Prometheus therefore repeats itself every minute. haplog hears only of changes,
 * so it gives an `endsAt` far ahead (`expire`), which every reminder puts off, and sends the true one when the incident is over.
 */

import { utc } from '../payload.js';
import { type Alert, alertOf } from './alert-labels.js';
import type { Channel, Message, Outcome } from './channel.js';
import { deadlineWithin } from './deadline.js';
import { jsonPosting } from './formats/posting.js';
import { type Told, tell } from './http-channel.js';
import { type Target, targetOf } from './http-target.js';
import type { AlertmanagerReceiver } from './receiver.js';

/** How long the alert of a test lasts. */
const TEST_MS = 5 * 60_000;

export function alertmanagerChannel(receiver: AlertmanagerReceiver): Channel {
  const targets = receiver.urls.flatMap((url) => targetOf(apiOf(url.reveal()), Object.values(receiver.headers)) ?? []);
  return {
    takesDigests: false,
    async send(message, signal) {
      if (message.event === 'digest') return { kind: 'rejected', reason: 'Alertmanager is told incidents one by one' };
      if (targets.length === 0) return { kind: 'rejected', reason: 'it has no http or https address' };
      using deadline = deadlineWithin(signal, receiver.timeoutMs);
      const body = jsonPosting([alertAt(message, Date.now(), receiver.expireMs)]);
      const posting = { ...body, headers: { ...receiver.headers, ...body.headers } };
      const told = await Promise.all(targets.map((target) => tell({ target, posting }, deadline)));
      return together(targets, told, message.event === 'resolved');
    },
    close() {},
  };
}

/** The address of the API, from `http://am1:9093` or from an address with a path before the API's. */
function apiOf(url: string): string {
  const written = url.trim();
  if (!URL.canParse(written)) return written;
  const api = new URL(written);
  api.pathname = `${api.pathname.replace(/\/+$/, '').replace(/\/api\/v2\/alerts$/, '')}/api/v2/alerts`;
  return api.href;
}

/**
 * The alert with its times. Times of a load balancer whose clock is ahead count as now: an end that is still to come would leave the alert
 * firing until then, and an end before the beginning would be refused.
 */
function alertAt(message: Message, now: number, expireMs: number): Alert & { startsAt: string; endsAt: string } {
  const { incident, event } = message;
  const start = Math.min(incident?.openedAt ?? now, now);
  const end = event === 'resolved' ? Math.min(incident?.resolvedAt ?? now, now) : now + expireMs;
  const endsAt = utc(event === 'test' ? now + TEST_MS : Math.max(start, end));
  return { ...alertOf(message), startsAt: utc(start), endsAt };
}

/**
 * One member that accepted it is enough, except for an end: a member that was told the beginning and not the end would show the alert until
 * it expires. A member at whose address nobody listens needs no end: alerts live in the memory of a member.
 */
function together(targets: readonly Target[], told: readonly Told[], isEnd: boolean): Outcome {
  const accepted = targets.filter((_, i) => told[i]!.outcome.kind === 'delivered').map(({ host }) => host);
  const others = told.flatMap(({ outcome }) => (outcome.kind === 'delivered' ? [] : [outcome]));
  const reasons = others.map(({ reason }) => reason).join('; ');
  const waiting = told.some(({ outcome, nobody }) => outcome.kind === 'retry' && !nobody);
  if (accepted.length > 0 && !(isEnd && waiting)) {
    const answer = `accepted by ${accepted.join(', ')}`;
    return { kind: 'delivered', answer: others.length === 0 ? answer : `${answer}; not by all: ${reasons}` };
  }
  const again = others.filter((outcome) => outcome.kind === 'retry');
  if (again.length === 0) return { kind: 'rejected', reason: reasons };
  const pauses = again.flatMap(({ afterMs }) => afterMs ?? []);
  return { kind: 'retry', reason: reasons, ...(pauses.length > 0 && { afterMs: Math.min(...pauses) }) };
}
