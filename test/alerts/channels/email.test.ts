import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type Mailbox, mailbox, refusal } from '../../support/mailbox.js';
import { emailTo, message, REFUSED, sendOnce as send } from '../../support/telling.js';

const LIMIT = { timeout: 20_000 };

function header(box: Mailbox, index: number, name: string): string | undefined {
  return new RegExp(`^${name}: (.*)\r$`, 'im').exec(box.mails.items[index]?.raw ?? '')?.[1];
}

test('an outage arrives as one mail that names backend, host, time and cause', LIMIT, async () => {
  await using box = await mailbox();
  const outcome = await send(emailTo(box.port));
  assert.equal(outcome.kind, 'delivered');
  assert.equal(box.mails.items.length, 1);
  const { parsed, recipients } = box.mails.items[0]!;
  assert.deepEqual(recipients, ['ops@example.org']);
  assert.equal(parsed.subject, '[haplog] allyrion: backend k8s-api-server has no server available');
  assert.equal(parsed.from?.text, '"haplog" <haplog@lb.example.org>');
  assert.match(
    parsed.text ?? '',
    /since 2024-02-21 07:03:18 -05:00: Layer4 connection problem: "Connection refused at/,
  );
  assert.equal(header(box, 0, 'Auto-Submitted'), 'auto-generated');
  assert.equal(header(box, 0, 'List-Id'), 'haplog alerts <haplog.lb.example.org>');
  assert.equal(header(box, 0, 'X-Haplog-Incident'), '5f1c:4711');
  assert.equal(header(box, 0, 'X-Haplog-Event'), 'firing');
});

test('every attempt bears the same Message-ID, so that a mail store can drop the repeat', LIMIT, async () => {
  let attempts = 0;
  const ids: (string | undefined)[] = [];
  await using box = await mailbox({
    onData: (stream, _session, done) => {
      let raw = '';
      stream.on('data', (chunk) => (raw += chunk));
      stream.on('end', () => {
        ids.push(/^Message-ID: (.*)\r$/im.exec(raw)?.[1]);
        done(++attempts === 1 ? refusal(451, 'disk full') : null);
      });
    },
  });
  assert.equal((await send(emailTo(box.port))).kind, 'retry');
  assert.equal((await send(emailTo(box.port))).kind, 'delivered');
  assert.equal(ids[0], ids[1]);
  assert.match(ids[0] ?? '', /^<[a-z0-9.]+@lb\.example\.org>$/);
});

test('the end and the reminder join the thread of the beginning', LIMIT, async () => {
  await using box = await mailbox();
  for (const event of ['firing', 'reminder', 'resolved'] as const) await send(emailTo(box.port), message(event));
  const root = header(box, 0, 'Message-ID');
  assert.equal(header(box, 0, 'In-Reply-To'), undefined);
  for (const later of [1, 2]) {
    assert.equal(header(box, later, 'In-Reply-To'), root);
    assert.equal(header(box, later, 'References'), root);
    assert.notEqual(header(box, later, 'Message-ID'), root);
  }
  const subjects = box.mails.items.map(({ parsed }) => parsed.subject);
  const stem = '[haplog] allyrion: backend k8s-api-server has no server available';
  assert.deepEqual(subjects, [stem, `Re: [Still down] ${stem}`, `Re: [Resolved] ${stem}`]);
});

test('one address refused does not keep the mail from the others, and is named', LIMIT, async () => {
  await using box = await mailbox({
    onRcptTo: ({ address }, _session, done) => {
      if (address.startsWith('gone')) return done(refusal(550, 'no such user'));
      done(address.startsWith('new') ? refusal(450, 'greylisted') : null);
    },
  });
  const to = ['ops@example.org', 'Gone <gone@Example.org>', 'new@example.org'];
  const outcome = await send({ ...emailTo(box.port), to });
  assert.deepEqual(box.mails.items[0]?.recipients, ['ops@example.org']);
  assert.ok(outcome.kind === 'delivered');
  assert.match(outcome.answer, /^250 .*, but not for gone@example.org, new@example.org$/);
  assert.deepEqual(outcome.refused, [
    { address: 'gone@example.org', reason: '127.0.0.1: 550 no such user', final: true },
    { address: 'new@example.org', reason: '127.0.0.1: 450 greylisted', final: false },
  ]);
});

test('whatever stands in the log, it makes no header and no second mail', { timeout: 60_000 }, async () => {
  const evil = fc.constantFrom(
    '\r\nBcc: all@example.org\r\n',
    '\n.\r\nQUIT\r\n',
    '\u0000',
    '\u2028',
    '\u202e',
    'ü',
    '<!channel>',
  );
  const text = fc.array(fc.oneof(evil, fc.string({ unit: 'binary' })), { maxLength: 4 }).map((parts) => parts.join(''));
  const told = fc.record({
    subject: text,
    host: text,
    info: text,
    id: text,
    event: fc.constantFrom('firing', 'resolved'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(told, { minLength: 8, maxLength: 8 }), async (all) => {
      await using box = await mailbox();
      const sends = all.map(({ subject, host, info, id, event }) => {
        const rendered = message(event as 'firing', { subject, host, cause: { ...REFUSED, info } });
        // Once cleaned by `render`, and once raw: the channel trusts nobody.
        const raw = { ...rendered, subject: `${subject}${host}`, incidentId: id };
        return [send(emailTo(box.port), rendered), send(emailTo(box.port), raw)];
      });
      for (const outcome of await Promise.all(sends.flat())) assert.equal(outcome.kind, 'delivered');
      assert.equal(box.mails.items.length, 16);
      for (const { raw, recipients, parsed } of box.mails.items) {
        assert.deepEqual(recipients, ['ops@example.org']);
        assert.deepEqual(
          [...parsed.headers.keys()].filter((name) => !HEADERS.includes(name)),
          [],
        );
        assert.doesNotMatch(raw.slice(0, raw.indexOf('\r\n\r\n')).replaceAll('\r\n', ''), /[\r\n]/);
      }
    }),
    { numRuns: 6 },
  );
});

const HEADERS = [
  'auto-submitted',
  'content-transfer-encoding',
  'content-type',
  'date',
  'from',
  'in-reply-to',
  'list',
  'message-id',
  'mime-version',
  'references',
  'subject',
  'to',
  'x-haplog-event',
  'x-haplog-incident',
  'x-haplog-severity',
];
