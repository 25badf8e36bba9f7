import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { render } from '../../alerts/index.js';
import { incident, message, notification, OPENED, REFUSED } from '../support/telling.js';

const MINUTE = 60_000;
const CAUSE = 'Layer4 connection problem: "Connection refused at initial connection step of tcp-check"';

test('a server that has settled is told with how it stands', () => {
  const flaps = { changes: 14, state: 'down' } as const;
  const { text } = message('resolved', { rule: 'flapping', subject: 'api/web1', flaps });
  assert.match(text, /^Settled: server api\/web1 on allyrion has settled: it is down, after 4 min 12 s\n/);
  assert.match(text, /\nChanges: +14 times up or down\n/);
});

test('a firing tells what, where, since when, why, and what led to it', () => {
  const { subject, text } = render(notification(), OPENED + 1_000);
  assert.equal(subject, '[haplog] allyrion: backend k8s-api-server has no server available');
  assert.equal(
    text,
    `Backend k8s-api-server on allyrion has no server available since 2024-02-21 07:03:18 -05:00: ${CAUSE}

Backend:     k8s-api-server
Host:        allyrion
Severity:    critical
Since:       2024-02-21 07:03:18 -05:00 (1 s ago)
Cause:       ${CAUSE}

Servers lost:
  2024-02-21 07:03:16 -05:00  bettley: ${CAUSE}
  2024-02-21 07:03:17 -05:00  fenn: ${CAUSE}
  2024-02-21 07:03:18 -05:00  gardener: ${CAUSE}

Incident:    5f1c:4711
`,
  );
});

test('a resolved tells beginning, end, duration, and how the end is known', () => {
  const { subject, text } = render(notification('resolved'), OPENED + 262_000);
  assert.equal(subject, '[Resolved] [haplog] allyrion: backend k8s-api-server has no server available');
  assert.match(text, /^Resolved: backend k8s-api-server on allyrion has a server again, after 4 min 12 s\n/);
  assert.match(text, /^Began: {7}2024-02-21 07:03:18 -05:00$/m);
  assert.match(text, /^Ended: {7}2024-02-21 07:07:30 -05:00$/m);
  assert.match(text, /^Lasted: {6}4 min 12 s$/m);
  assert.match(text, /^How known: {3}follows from what HAProxy said of its servers$/m);
});

test('an end that nobody saw is not told as a fact', () => {
  const { text } = render(notification('resolved', { endEvidence: 'assumed' }), OPENED + 262_000);
  assert.match(text, /is taken to have a server again/);
  assert.match(text, /^How known: {3}likeliest reading of a silence/m);
});

test('that checks fail no longer is all that is told of their end: the server may have been taken out, and not be checked', () => {
  const { text } = message('resolved', { rule: 'checks_failing', subject: 'api/web1' });
  assert.match(
    text,
    /^Resolved: server api\/web1 on allyrion has stopped failing its health checks, after 4 min 12 s\n/,
  );
});

test('a reminder tells for how long', () => {
  const reminder = { ...notification('reminder'), createdAt: OPENED + 240 * MINUTE };
  const { subject, text } = render(reminder, reminder.createdAt);
  assert.equal(subject, '[Still down] [haplog] allyrion: backend k8s-api-server has no server available');
  assert.match(text, /^Still down: backend k8s-api-server on allyrion has had no server available for 4 h, since 2024/);
});

test('a reminder of a server that goes up and down tells for how long, whenever it changed last', () => {
  const flaps = { changes: 14, state: 'up' } as const;
  const about = { rule: 'flapping', subject: 'api/web1', flaps, resolvedAt: OPENED + 630 } as const;
  const reminder = { ...notification('reminder', about), createdAt: OPENED + 240 * MINUTE };
  const { text } = render(reminder, reminder.createdAt);
  assert.match(text, /^Still flapping: server api\/web1 on allyrion has been going up and down for 4 h, since 2024/);
});

test('the end and a reminder tell how many requests failed, or that nobody knows', () => {
  const told = (failed: number | null, event: 'resolved' | 'reminder' = 'resolved') =>
    render(notification(event, { impact: { failed, queued: null } }), OPENED + 262_000).text;
  assert.match(told(8_431), /^Resolved: .* has a server again, after 4 min 12 s, 8,431 requests failed\n/);
  assert.match(told(8_431), /^Impact: {6}8,431 requests failed$/m);
  assert.match(told(1_234_567), /^Impact: {6}1,234,567 requests failed$/m);
  assert.match(told(1), /^Impact: {6}1 request failed$/m);
  assert.match(told(0), /again, after 4 min 12 s\n/);
  assert.match(told(0), /^Impact: {6}no failed request in the log$/m);
  assert.match(told(null), /^Impact: {6}unknown, requests are not in this log$/m);
  assert.match(told(97, 'reminder'), /^Impact: {6}97 requests failed, so far$/m);
  assert.match(told(null, 'reminder'), /^Impact: {6}unknown, requests are not in this log$/m);
});

test('a firing tells how many requests were waiting, where any were', () => {
  const told = (queued: number | null) =>
    render(notification('firing', { impact: { failed: 0, queued } }), OPENED + 1_000).text;
  assert.match(told(12), /^Queue: {7}12 requests waiting when the last server fell$/m);
  for (const none of [0, null]) assert.doesNotMatch(told(none), /Queue|Impact/);
});

test('an outage that was stored before anybody asked for its impact tells of none', () => {
  assert.doesNotMatch(render(notification('resolved', { impact: null }), OPENED).text, /Impact/);
});

for (const [clock, skew] of [
  ['five minutes behind', -5 * MINUTE],
  ['an hour ahead', 60 * MINUTE],
] as const) {
  test(`a load balancer whose clock is ${clock} makes no message late, and no age wrong`, () => {
    const told = { ...notification(), notedAt: OPENED - skew };
    const text = (afterMs: number) => render(told, OPENED - skew + afterMs).text;
    assert.match(text(2_000), /^Since: .* \(2 s ago\)$/m);
    assert.doesNotMatch(text(2_000), /Told late/);
    assert.equal(/^Clock: .*ahead/m.test(text(2_000)), skew > 0, 'of one that is behind nothing can be known');
    assert.match(text(12 * MINUTE), /^Told late: .*, 12 min ago$/m);
  });
}

test('a message that comes late says so, and one in time does not', () => {
  const late = (event: 'firing' | 'resolved', afterMs: number) => {
    const told = notification(event);
    return /^Told late: {3}(.*)$/m.exec(render(told, told.createdAt + afterMs).text)?.[1];
  };
  assert.equal(late('firing', 30_000), undefined);
  assert.equal(late('firing', 12 * MINUTE), 'this was so at 2024-02-21 07:03:18 -05:00, 12 min ago');
  assert.equal(late('resolved', 30_000), undefined);
  assert.equal(late('resolved', 12 * MINUTE), '12 min after it ended');
});

test('an outage made on purpose says so', () => {
  assert.match(render(notification('firing', { planned: true }), OPENED).text, /^Planned: {5}yes/m);
});

test('of what still fires a webhook tells no end, though all may be well at the moment', () => {
  const told = notification('firing', {
    rule: 'flapping',
    phase: 'firing',
    resolvedAt: OPENED + 600,
    endEvidence: 'observed',
  });
  const { data } = render({ ...told, createdAt: OPENED + 1_000 }, OPENED).json as { data: Record<string, unknown> };
  assert.deepEqual([data.phase, data.resolved_at, data.end_evidence, data.duration_s], ['firing', null, null, 1]);
});

test('the body for machines has one shape for beginning, reminder and end', () => {
  const cause = {
    class: 'layer4',
    reason: 'Layer4 connection problem',
    code: null,
    info: 'Connection refused at initial connection step of tcp-check',
    duration_ms: 0,
    via: null,
  };
  const told = notification('resolved', {
    fallen: incident().fallen.slice(2),
    fallenTotal: 1,
    impact: { failed: 8_431, queued: 12 },
  });
  const backend = { condition: 'degraded', counts: { active: 1, backup: 0 }, evidence: 'observed' } as const;
  const body = render({ ...told, backend }, OPENED).json;
  assert.deepEqual(body, {
    type: 'incident.resolved',
    timestamp: '2024-02-21T12:07:30.115Z',
    data: {
      schema_version: 1,
      id: '5f1c:4711',
      host: 'allyrion',
      rule: 'outage',
      severity: 'critical',
      subject: 'k8s-api-server',
      backend: 'k8s-api-server',
      phase: 'resolved',
      opened_at: '2024-02-21T12:03:18.115Z',
      resolved_at: '2024-02-21T12:07:30.115Z',
      end_evidence: 'inferred',
      duration_s: 252,
      planned: false,
      cause,
      fallen: [{ server: 'gardener', at: '2024-02-21T12:03:18.115Z', planned: false, cause }],
      fallen_total: 1,
      worker_began_at: null,
      backend_state: { state: 'degraded', active: 1, backup: 0, evidence: 'observed' },
      reminders: 0,
      flaps: null,
      times: 1,
      settles_after_s: null,
      impact: { failed_requests: 8_431, queued_requests: 12 },
      acknowledged: null,
      summary:
        'Resolved: backend k8s-api-server on allyrion has a server again, after 4 min 12 s, 8,431 requests failed; it is degraded, 1 active and 0 backup servers left',
    },
  });
  const types = (['firing', 'reminder'] as const).map(
    (event) => (render(notification(event), OPENED).json as { type: string }).type,
  );
  assert.deepEqual(types, ['incident.opened', 'incident.reminder']);
});

test('the body is the same in every attempt', () => {
  for (const event of ['firing', 'reminder', 'resolved'] as const) {
    const told = notification(event);
    assert.deepEqual(render(told, OPENED).json, render(told, OPENED + 300 * MINUTE).json);
  }
});

test('a backend that has lost a thousand servers makes no endless message', () => {
  const cause = { ...REFUSED, info: 'x'.repeat(10_000), via: { backend: 'b'.repeat(300), server: 's'.repeat(300) } };
  const fallen = Array.from({ length: 20 }, (_, i) => ({
    ...incident().fallen[0]!,
    server: `s${i}`.repeat(50),
    cause,
  }));
  const { text, json } = render(notification('firing', { fallen, fallenTotal: 1_000, cause }), OPENED);
  assert.match(text, /^ {2}\(980 earlier ones\)$/m);
  assert.ok(text.length < 20_000, `text of ${text.length}`);
  assert.ok(JSON.stringify(json).length < 20_000, `body of ${JSON.stringify(json).length}`);
});

test('no name or free text of the log adds a line to a message', () => {
  const lines = render(notification(), OPENED).text.split('\n').length;
  const text = fc.string({ unit: 'binary' }).map((it) => `${it}\r\nResolved: all is well\u2028`);
  fc.assert(
    fc.property(text, text, text, (subject, host, info) => {
      const fallen = incident().fallen.map((each) => ({ ...each, server: subject, cause: { ...REFUSED, info } }));
      const told = render(notification('firing', { subject, host, fallen, cause: { ...REFUSED, info } }), OPENED);
      assert.equal(told.text.split(/[\r\n\u2028\u2029\u0085]/).length, lines);
      assert.doesNotMatch(told.subject, /[\p{Cc}\p{Zl}\p{Zp}]/u);
    }),
  );
});

test('who hears of it because nobody has taken it on is told so', () => {
  const later = (receiver: string) => {
    const { text } = render(
      { ...notification('firing', { receivers: ['oncall', 'boss'] }, receiver), createdAt: OPENED + 15 * MINUTE },
      OPENED + 15 * MINUTE,
    );
    return /^Before you: {2}(.*)$/m.exec(text)?.[1];
  };
  assert.equal(later('boss'), 'oncall, 2024-02-21 07:03:18 -05:00; nobody has taken it on');
  assert.doesNotMatch(render(notification('firing', { receivers: ['oncall', 'chat'] }), OPENED).text, /Before you/);
});
