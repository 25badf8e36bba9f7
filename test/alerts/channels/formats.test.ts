/** What each service is sent: text of the log does nothing there, and what is too long loses its end. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Format, MEDIA } from '../../../alerts/channels/formats/index.js';
import { type Message, testMessage } from '../../../alerts/index.js';
import { charmed, longMessage, UNCLEAN } from '../../support/charms.js';
import { hook } from '../../support/hook.js';
import { hookAt, message, sendOnce } from '../../support/telling.js';

const posting = (told: Message, format: Format) => MEDIA[format].postings(told, 'chat')[0]!;
const body = (told: Message, format: Format) => JSON.parse(posting(told, format).body);

const LABELS = ['alertname', 'backend', 'host', 'server', 'severity', 'source'];

describe('text of the log does nothing', () => {
  test('in Slack: no control sequence is left', () => {
    fc.assert(
      fc.property(charmed, (told) => {
        const said = body(told, 'slack');
        assert.deepEqual(Object.keys(said), ['text', 'mrkdwn', 'unfurl_links', 'unfurl_media']);
        assert.equal(said.mrkdwn, false);
        assert.doesNotMatch(said.text, /[<>]|&(?!amp;|lt;|gt;)/);
      }),
    );
  });

  test('in Discord: it stays within its block, and mentions are off', () => {
    fc.assert(
      fc.property(charmed, (told) => {
        const { content, allowed_mentions } = body(told, 'discord');
        assert.match(content, /^```\n[^`]*\n```$/);
        assert.deepEqual(allowed_mentions, { parse: [] });
      }),
    );
  });

  test('in Teams: it stands in runs of text, which know no markup', () => {
    fc.assert(
      fc.property(charmed, (told) => {
        const { type, attachments } = body(told, 'teams');
        assert.equal(type, 'message');
        for (const block of attachments[0].content.body) {
          assert.equal(block.type, 'RichTextBlock');
          assert.deepEqual(
            block.inlines.map(({ type: kind }: { type: string }) => kind),
            ['TextRun'],
          );
        }
      }),
    );
  });

  test('in Slack: the answer that says no with HTTP 200 is a refusal', { timeout: 20_000 }, async () => {
    await using far = await hook((response) => response.end('{"ok":false,"error":"invalid_auth"}'));
    const outcome = await sendOnce(hookAt(far.url, { format: 'slack' }));
    assert.equal(outcome.kind, 'rejected');
  });

  test('in Gotify: the message says of itself that it is plain', () => {
    fc.assert(
      fc.property(charmed, (told) => {
        const said = body(told, 'gotify');
        assert.deepEqual(said.extras, { 'client::display': { contentType: 'text/plain' } });
        assert.match(said.title, /^[^\p{C}\p{Zl}\p{Zp}]{1,250}$/u);
        assert.doesNotMatch(said.message, UNCLEAN);
      }),
    );
  });

  test("in Alertmanager's manner: labels are one line of text, and never empty", () => {
    fc.assert(
      fc.property(charmed, (told) => {
        const [alert] = body(told, 'alertmanager').alerts;
        assert.deepEqual(
          Object.keys(alert.labels).filter((name) => !LABELS.includes(name)),
          [],
        );
        for (const value of Object.values(alert.labels)) assert.match(String(value), /^[^\p{C}\p{Zl}\p{Zp}]+$/u);
      }),
    );
  });

  test('in ntfy: a title is one line of ASCII', () => {
    fc.assert(
      fc.property(charmed, (told) => assert.match(posting(told, 'ntfy').headers.title!, /^[\x20-\x7e]{1,200}$/)),
    );
  });
});

test('what is longer than a service takes loses its end, never its first sentence', () => {
  const told = longMessage();
  const [sentence] = told.text.split('\n');
  assert.ok(told.text.length > 4_000);
  const { content } = body(told, 'discord');
  assert.ok(content.length <= 2_000, `${content.length}`);
  const pushed = posting(told, 'ntfy').body;
  assert.ok(Buffer.byteLength(pushed) <= 4_096, `${Buffer.byteLength(pushed)}`);
  for (const said of [content.slice(4), pushed]) {
    assert.ok(said.startsWith(sentence));
    assert.match(said, /\n\u2026(\n```)?$/);
  }
});

test('an outage rings through a silent phone, and its end makes no sound', { timeout: 20_000 }, async () => {
  await using far = await hook();
  const receiver = hookAt(far.url, { format: 'ntfy', headers: { Authorization: 'Bearer tk_x', Tags: 'edge' } });
  for (const event of ['firing', 'resolved'] as const) await sendOnce(receiver, message(event));
  const posts = await far.posts.first(2, 1_000);
  assert.deepEqual(
    posts.map(({ headers }) => [headers.priority, headers['content-type'], headers.authorization, headers.tags]),
    [
      ['5', 'text/plain; charset=utf-8', 'Bearer tk_x', 'edge'],
      ['2', 'text/plain; charset=utf-8', 'Bearer tk_x', 'edge'],
    ],
  );
  assert.match(posts[0]!.body, /^Backend k8s-api-server on allyrion has no server available since /);
  assert.equal(posts[0]!.headers.title, '[haplog] allyrion: backend k8s-api-server has no server available');
});

test('how loud a phone is depends on the severity: a backup server that carries the load wakes nobody', () => {
  const loud = (event: 'firing' | 'reminder' | 'resolved', severity: 'critical' | 'warning' | 'info') =>
    [
      posting(message(event, { severity }), 'ntfy').headers.priority,
      body(message(event, { severity }), 'gotify').priority,
    ].join(' ');
  assert.deepEqual(
    [loud('firing', 'critical'), loud('firing', 'warning'), loud('firing', 'info'), loud('reminder', 'critical')],
    ['5 8', '4 6', '3 4', '4 6'],
  );
  assert.equal(loud('resolved', 'critical'), '2 2');
});

test("what takes Alertmanager's webhooks takes haplog's: version 4, a group of one alert", () => {
  const labels = {
    alertname: 'HAProxyBackendNoServer',
    backend: 'k8s-api-server',
    host: 'allyrion',
    severity: 'critical',
    source: 'haplog',
  };
  const { alerts, commonAnnotations, ...around } = body(message('firing'), 'alertmanager');
  assert.deepEqual(around, {
    version: '4',
    groupKey:
      '{}:{alertname="HAProxyBackendNoServer", backend="k8s-api-server", host="allyrion", severity="critical", source="haplog"}',
    truncatedAlerts: 0,
    status: 'firing',
    receiver: 'chat',
    groupLabels: labels,
    commonLabels: labels,
    externalURL: '',
  });
  const [{ fingerprint, annotations, ...alert }] = alerts;
  assert.deepEqual(annotations, commonAnnotations);
  assert.match(annotations.summary, /^Backend k8s-api-server on allyrion has no server available since /);
  assert.match(annotations.description, /\nServers lost:\n/);
  assert.deepEqual(alert, {
    status: 'firing',
    labels,
    startsAt: '2024-02-21T12:03:18.115Z',
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: '',
  });
  const [ended] = body(message('resolved'), 'alertmanager').alerts;
  assert.deepEqual(
    [ended.status, ended.endsAt, ended.labels, ended.fingerprint],
    ['resolved', '2024-02-21T12:07:30.115Z', labels, fingerprint],
  );
});

test("a server's alert names the server and its backend, one about a whole HAProxy neither", () => {
  const labels = (rule: 'server_down' | 'reload_failed', subject: string) =>
    body(message('firing', { rule, subject }), 'alertmanager').commonLabels;
  const server = labels('server_down', 'api/web1');
  assert.deepEqual([server.alertname, server.backend, server.server], ['HAProxyServerDown', 'api', 'web1']);
  assert.deepEqual(Object.keys(labels('reload_failed', 'haproxy')), ['alertname', 'host', 'severity', 'source']);
});

test('a test in the manner of Alertmanager begins and ends, so that nothing stays open', {
  timeout: 20_000,
}, async () => {
  await using far = await hook();
  await sendOnce(hookAt(far.url, { format: 'alertmanager' }), testMessage('chat', 'lb1', 'x', 0));
  const posts = (await far.posts.first(2, 1_000)).map(({ body: sent, headers }) => ({ ...JSON.parse(sent), headers }));
  assert.deepEqual(
    posts.map(({ status, commonLabels }) => [status, commonLabels.alertname]),
    [
      ['firing', 'HaplogTest'],
      ['resolved', 'HaplogTest'],
    ],
  );
  assert.notEqual(posts[0].headers['webhook-id'], posts[1].headers['webhook-id']);
});
