/** Telegram: plain text in one block, in which nothing pings; its answers are read for what they mean. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { telegramChannel } from '../../../alerts/channels/telegram.js';
import { charmed, longMessage, UNCLEAN } from '../../support/charms.js';
import { hook } from '../../support/hook.js';
import { telegramAt } from '../../support/services.js';
import { message, sendOnce } from '../../support/telling.js';

const LIMIT = { timeout: 20_000 };

test('a message is one block of plain text, without previews, and its end makes no sound', LIMIT, async () => {
  await using far = await hook((response) => response.end('{"ok":true,"result":{}}'));
  const receiver = telegramAt(far.url, { thread: 7 });
  for (const event of ['firing', 'resolved'] as const) {
    assert.equal((await sendOnce(receiver, message(event))).kind, 'delivered');
  }
  const [firing, resolved] = await far.posts.first(2, 1_000);
  assert.equal(firing!.path, '/bot7654321:SECRET-token/sendMessage');
  const { text, entities, ...rest } = JSON.parse(firing!.body);
  assert.match(text, /^Backend k8s-api-server on allyrion has no server available since /);
  assert.deepEqual(entities, [{ type: 'pre', offset: 0, length: text.length }]);
  assert.deepEqual(rest, {
    chat_id: '-100123',
    message_thread_id: 7,
    link_preview_options: { is_disabled: true },
    disable_notification: false,
  });
  assert.equal(JSON.parse(resolved!.body).disable_notification, true);
});

test(
  'text of the log does nothing: all of it stands in the block, and no mode of markup is asked for',
  LIMIT,
  async () => {
    await using far = await hook((response) => response.end('{"ok":true}'));
    const channel = telegramChannel(telegramAt(far.url));
    await fc.assert(
      fc.asyncProperty(charmed, async (told) => {
        const before = far.posts.items.length;
        await channel.send(told, new AbortController().signal);
        const { text, entities, parse_mode: mode } = JSON.parse(far.posts.items[before]!.body);
        assert.equal(mode, undefined);
        assert.deepEqual(entities, [{ type: 'pre', offset: 0, length: text.length }]);
        // Telegram takes blanks off the ends, and the block would no longer cover the text.
        assert.equal(text, text.trim());
        assert.doesNotMatch(text, UNCLEAN);
      }),
      { numRuns: 50 },
    );
  },
);

test('what is longer than 4096 characters loses its end, never its first sentence', LIMIT, async () => {
  await using far = await hook((response) => response.end('{"ok":true}'));
  const told = longMessage();
  await sendOnce(telegramAt(far.url), told);
  const { text } = JSON.parse(far.posts.items[0]!.body);
  assert.ok(text.length <= 4_096 && text.length > 3_000, `${text.length}`);
  assert.ok(text.startsWith(told.text.split('\n', 1)[0]));
  assert.match(text, /\n\u2026$/);
});

test('an answer means what its body says: refused, or to be silent for so many seconds', LIMIT, async () => {
  const answered = async (status: number, body: object) => {
    await using far = await hook((response) => response.writeHead(status).end(JSON.stringify(body)));
    return await sendOnce(telegramAt(far.url));
  };
  const wrong = { ok: false, error_code: 400, description: 'Bad Request: chat not found' };
  assert.equal((await answered(400, wrong)).kind, 'rejected');
  assert.equal((await answered(200, wrong)).kind, 'rejected');
  const busy = await answered(429, { ok: false, error_code: 429, parameters: { retry_after: 35 } });
  assert.deepEqual([busy.kind, busy.kind === 'retry' && busy.afterMs], ['retry', 35_000]);
  assert.equal((await answered(200, { ok: false, error_code: 502 })).kind, 'retry');
});

test('the token stands in the address, and in no outcome, also where an answer quotes it', LIMIT, async () => {
  await using far = await hook((response, { path }) => response.writeHead(404).end(`no ${path}, 7654321:SECRET-token`));
  const outcomes = [await sendOnce(telegramAt(far.url)), await sendOnce(telegramAt('http://127.0.0.1:1'))];
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    ['rejected', 'retry'],
  );
  assert.doesNotMatch(JSON.stringify(outcomes), /SECRET|7654321/);
});
