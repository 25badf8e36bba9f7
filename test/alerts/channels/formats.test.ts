/** What each service is sent: text of the log does nothing there, and what is too long loses its end. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Format, posting } from '../../../alerts/channels/formats.js';
import type { Message } from '../../../alerts/index.js';
import { hook } from '../../support/hook.js';
import { hookAt, message, REFUSED, sendOnce } from '../../support/telling.js';

const body = (told: Message, format: Format) => JSON.parse(posting(told, format).body);

/** What could ping, be markup, end a block or break a header. */
const CHARMS = [
  '<!channel>',
  '<!here|x>',
  '&lt;',
  '<@U1>',
  '@everyone',
  '```',
  '`',
  '**',
  '[x](http://y)',
  '\r\n',
  '\u2028',
  '\u202e',
  '\ud83d\ude00',
];
const text = fc
  .array(fc.oneof(fc.constantFrom(...CHARMS), fc.string()), { maxLength: 5 })
  .map((parts) => parts.join(''));
const messages = fc
  .tuple(text, text, text, fc.constantFrom('firing' as const, 'resolved' as const))
  .map(([subject, host, info, event]) => message(event, { subject, host, cause: { ...REFUSED, info } }));

describe('text of the log does nothing', () => {
  test('in Slack: no control sequence is left', () => {
    fc.assert(
      fc.property(messages, (told) => {
        const said = body(told, 'slack');
        assert.deepEqual(Object.keys(said), ['text']);
        assert.doesNotMatch(said.text, /[<>]|&(?!amp;|lt;|gt;)/);
      }),
    );
  });

  test('in Discord: it stays within its block, and mentions are off', () => {
    fc.assert(
      fc.property(messages, (told) => {
        const { content, allowed_mentions } = body(told, 'discord');
        assert.match(content, /^```\n[^`]*\n```$/);
        assert.deepEqual(allowed_mentions, { parse: [] });
      }),
    );
  });

  test('in Teams: it stands in runs of text, which know no markup', () => {
    fc.assert(
      fc.property(messages, (told) => {
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

  test('in ntfy: a title is one line of ASCII', () => {
    fc.assert(
      fc.property(messages, (told) => assert.match(posting(told, 'ntfy').headers.title!, /^[\x20-\x7e]{1,200}$/)),
    );
  });
});

test('what is longer than a service takes loses its end, never its first sentence', () => {
  const fallen = Array.from({ length: 20 }, (_, n) => ({
    server: `web${n}`,
    at: 0,
    utcOffsetMin: 0,
    planned: false,
    cause: { ...REFUSED, info: '\u00fc'.repeat(150) },
  }));
  const told = message('firing', { fallen, fallenTotal: 20 });
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
