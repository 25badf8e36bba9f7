/** The mail as another program reads it: mailparser, which knows nothing of haplog. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type Message, testMessage } from '../../../alerts/index.js';
import { type Mailbox, mailbox, refusal } from '../../support/mailbox.js';
import { emailTo, message, OPENED, REFUSED, sendOnce as send } from '../../support/telling.js';

const LIMIT = { timeout: 60_000 };
const EVENTS = ['firing', 'reminder', 'acknowledged', 'resolved'] as const;
const ACK = { at: OPENED, by: 'Jürgen', note: 'bin dran' };

/** The mail that came of a message. */
async function read(box: Mailbox, told: Message) {
  const before = box.mails.items.length;
  assert.equal((await send(emailTo(box.port), told)).kind, 'delivered');
  return box.mails.items[before]!;
}

/** The content types of the mail and of its parts in their order, by the raw bytes. */
function parts(raw: string): string[] {
  const boundary = /boundary="([^"]+)"/.exec(raw)?.[1] ?? 'none';
  const pieces = raw.split(`\r\n--${boundary}`).filter((piece) => !piece.startsWith('--'));
  return pieces.map((piece) => {
    const header = piece.trimStart().split('\r\n\r\n', 1)[0] ?? '';
    return /^Content-Type: ([^;\r\n]+)/im.exec(header)?.[1] ?? 'none';
  });
}

test(
  'the text that arrives is the text that was told, to the letter, and it stands before the HTML',
  LIMIT,
  async () => {
    await using box = await mailbox();
    for (const event of EVENTS) {
      const told = message(event, { ack: event === 'acknowledged' ? ACK : null });
      const { parsed, raw } = await read(box, told);
      assert.equal(parsed.text, told.text);
      assert.deepEqual(parts(raw), ['multipart/alternative', 'text/plain', 'text/html']);
      assert.match(String(parsed.html), /^<!doctype html>[\s\S]*<\/html>\n$/);
      assert.ok(
        raw.split('\r\n').every((line) => Buffer.byteLength(line) <= 998),
        'a line is longer than RFC 5322 allows',
      );
      assert.doesNotMatch(raw.replaceAll('\r\n', ''), /[\r\n]/);
    }
  },
);

test('a test has both bodies too', LIMIT, async () => {
  await using box = await mailbox();
  const { parsed } = await read(box, testMessage('oncall', 'lb1', '1', 0));
  assert.match(parsed.text ?? '', /^This is a test: haplog on lb1/);
  assert.match(
    String(parsed.html),
    />This is a test: haplog on lb1 can reach its receiver oncall\. Nothing is wrong\.</,
  );
});

test(
  'an incident is one thread: whatever follows answers its first mail, and a repeat bears the id of the first try',
  LIMIT,
  async () => {
    let refuse = true;
    await using box = await mailbox({
      // The first try of each mail fails after its header was seen.
      onMailFrom: (_from, _session, done) => {
        refuse = !refuse;
        done(refuse ? refusal(451, 'come again') : null);
      },
    });
    const told = [
      message('firing'),
      { ...message('reminder', { reminders: 1 }), id: '5f1c:4711:reminder-1:oncall' },
      message('acknowledged', { ack: ACK }),
      { ...message('reminder', { reminders: 2 }), id: '5f1c:4711:reminder-2:oncall' },
      message('resolved'),
    ];
    const ids: (string | undefined)[] = [];
    const [root] = [(await read(box, told[0]!)).parsed];
    for (const [n, each] of told.entries()) {
      assert.equal((await send(emailTo(box.port), each)).kind, 'retry');
      const { parsed } = await read(box, each);
      ids.push(parsed.messageId);
      if (n === 0) {
        assert.equal(parsed.messageId, root?.messageId);
        assert.equal(parsed.inReplyTo, undefined);
        continue;
      }
      assert.equal(parsed.inReplyTo, root?.messageId);
      assert.equal(parsed.references, root?.messageId);
      // What stands before it in brackets, and `Re:`, do not count (RFC 5256, section 2.1).
      assert.equal(parsed.subject?.replace(/^Re: \[[^\]]*\] /, ''), root?.subject);
    }
    assert.equal(new Set(ids).size, told.length);
  },
);

test('names and causes in any writing arrive as they are', LIMIT, async () => {
  await using box = await mailbox();
  const info = 'Соединение отклонено — 接続が拒否されました 🚫 "é"';
  const { parsed } = await read(box, message('firing', { subject: 'плата-é', cause: { ...REFUSED, info } }));
  assert.match(parsed.text ?? '', /Backend: {5}плата-é\n/);
  assert.ok(parsed.text?.includes(info));
  assert.match(parsed.subject ?? '', /: backend плата-é has no server available$/);
  assert.ok(String(parsed.html).includes('Соединение отклонено — 接続が拒否されました 🚫 &quot;é&quot;'));
});

test('whatever stands in the log, it makes no part of a mail, and the text arrives to the letter', LIMIT, async () => {
  const evil = fc.constantFrom(
    '\r\n\r\n--_NmP\r\nContent-Type: text/html\r\n\r\n<b>',
    'Content-Type: text/html',
    '\r\n.\r\n',
    '----_NmP-',
    'begin 644 x.exe',
    '=3D=0D=0A',
    '=?utf-8?B?QmNjOiBh?=',
    'From me',
    '.',
  );
  const text = fc.array(fc.oneof(evil, fc.string({ unit: 'binary' })), { maxLength: 4 }).map((all) => all.join(''));
  await using box = await mailbox();
  await fc.assert(
    fc.asyncProperty(text, text, text, async (subject, host, info) => {
      const told = message('firing', { subject, host, cause: { ...REFUSED, info } });
      const { parsed, raw } = await read(box, told);
      assert.equal(parsed.text, told.text);
      assert.equal(parsed.subject, told.subject.replace(/\s+/g, ' ').trim().replaceAll('=?', '= ?'));
      assert.deepEqual(parsed.attachments, []);
      assert.deepEqual(parts(raw), ['multipart/alternative', 'text/plain', 'text/html']);
    }),
    { numRuns: 60 },
  );
});
