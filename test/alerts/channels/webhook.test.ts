import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import test from 'node:test';
import { Webhook } from 'standardwebhooks';
import { retryAfterMs } from '../../../alerts/channels/http-outcome.js';
import { isSigningSecret, type Outcome, Secret, type WebhookReceiver } from '../../../alerts/index.js';
import { hook } from '../../support/hook.js';
import { hookAt, message, sendOnce as send } from '../../support/telling.js';

const LIMIT = { timeout: 20_000 };
const HOUR = 3_600_000;

/** What comes of one post to a server that answers so. */
async function outcomeOf(
  answer: (response: ServerResponse) => void,
  changes: Partial<WebhookReceiver> = {},
): Promise<Outcome> {
  await using far = await hook(answer);
  const outcome = await send(hookAt(far.url, changes));
  assert.equal(far.posts.items.length, 1, 'one attempt is one post');
  assert.doesNotMatch(JSON.stringify(outcome), /SECRET/, 'the address stays a secret');
  return outcome;
}

function reasonOf(outcome: Outcome): string {
  return outcome.kind === 'delivered' ? '' : outcome.reason.replace(/:\d{4,5}/, ':port');
}

test('an outage arrives as one post that says what, where, since when and why', LIMIT, async () => {
  await using far = await hook();
  assert.deepEqual(await send(hookAt(far.url)), { kind: 'delivered', answer: '200: ok' });
  const [post] = await far.posts.first(1, 1_000);
  assert.equal(post?.method, 'POST');
  assert.equal(post?.headers['content-type'], 'application/json');
  const { type, timestamp, data } = JSON.parse(post?.body ?? '');
  assert.equal(type, 'incident.opened');
  assert.equal(timestamp, '2024-02-21T12:03:18.115Z');
  assert.deepEqual([data.host, data.backend, data.opened_at], ['allyrion', 'k8s-api-server', timestamp]);
  assert.equal(data.cause.reason, 'Layer4 connection problem');
});

test(
  'every attempt bears the same id, so that a receiver can drop the repeat; another message bears another',
  LIMIT,
  async () => {
    await using far = await hook();
    for (const told of [message(), message(), message('resolved')]) await send(hookAt(far.url), told);
    const ids = far.posts.items.map(({ headers }) => headers['webhook-id']);
    assert.equal(ids[0], ids[1]);
    assert.notEqual(ids[0], ids[2]);
    assert.match(String(ids[0]), /^msg_[0-9a-f]{32}$/);
    assert.equal(far.posts.items[0]?.headers['idempotency-key'], ids[0]);
    assert.equal(far.posts.items[0]?.body, far.posts.items[1]?.body);
    const age = Date.now() / 1_000 - Number(far.posts.items[0]?.headers['webhook-timestamp']);
    assert.ok(age >= 0 && age < 20);
  },
);

const OLD = `whsec_${Buffer.from('an old key of 24 bytes..').toString('base64')}`;
const NEW = `whsec_${Buffer.from('the new key, of 32 bytes or more').toString('base64')}`;

test('a signed request is one that Standard Webhooks verifies, by each of the secrets', LIMIT, async () => {
  await using far = await hook();
  await send(hookAt(far.url, { signing: [new Secret(OLD), new Secret(NEW)] }));
  await send(hookAt(far.url));
  const [signed, unsigned] = await far.posts.first(2, 1_000);
  const headers = signed!.headers as Record<string, string>;
  for (const secret of [OLD, NEW]) {
    const { type } = new Webhook(secret).verify(signed!.body, headers) as { type: string };
    assert.equal(type, 'incident.opened');
    assert.throws(() => new Webhook(secret).verify(`${signed!.body} `, headers), /No matching signature/);
  }
  const other = `whsec_${Buffer.from('a key that nobody signs by').toString('base64')}`;
  assert.throws(() => new Webhook(other).verify(signed!.body, headers), /No matching signature/);
  assert.equal(unsigned!.headers['webhook-signature'], undefined);
});

test('a secret to sign with is whsec_ and a key of the length that the specification asks for', () => {
  const key = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;
  const table: [secret: string, fits: boolean][] = [
    [key(23), false],
    [key(24), true],
    [key(64), true],
    [key(65), false],
    [key(32).slice('whsec_'.length), false],
    [`${key(32)}\n`, false],
    ['whsec_', false],
    ['whsec_not base64 at all, but long enough', false],
  ];
  for (const [secret, fits] of table) assert.equal(isSigningSecret(secret), fits, secret);
});

const statuses: [status: number, means: Outcome['kind']][] = [
  [200, 'delivered'],
  [202, 'delivered'],
  [204, 'delivered'],
  [301, 'rejected'],
  [307, 'rejected'],
  [400, 'rejected'],
  [401, 'rejected'],
  [404, 'rejected'],
  [408, 'retry'],
  [410, 'rejected'],
  [425, 'retry'],
  [429, 'retry'],
  [500, 'retry'],
  [503, 'retry'],
  [599, 'retry'],
];
for (const [status, means] of statuses) {
  test(`HTTP ${status} means ${means}`, LIMIT, async () => {
    await using elsewhere = await hook();
    const outcome = await outcomeOf((response) => response.writeHead(status, { location: elsewhere.url }).end());
    assert.equal(outcome.kind, means);
    assert.equal(elsewhere.posts.items.length, 0, 'nobody is told by way of a redirect');
  });
}

test('a receiver that asks for a pause gets it, in seconds or until a date', LIMIT, async () => {
  const asked = (header: string) => outcomeOf((response) => response.writeHead(429, { 'retry-after': header }).end());
  const seconds = await asked('30');
  assert.equal(seconds.kind === 'retry' ? seconds.afterMs : undefined, 30_000);
  const date = await asked(new Date(Date.now() + 90_000).toUTCString());
  const afterMs = (date.kind === 'retry' ? date.afterMs : undefined) ?? 0;
  assert.ok(afterMs > 80_000 && afterMs <= 90_000, `${afterMs}`);
});

test('a pause is never longer than two hours, never negative, and nonsense is no pause', () => {
  const now = Date.parse('2024-02-21T12:00:00Z');
  const table: [header: string | undefined, ms: number | undefined][] = [
    [undefined, undefined],
    ['soon', undefined],
    ['', undefined],
    ['0', 0],
    ['120', 120_000],
    ['99999999999999999999', 2 * HOUR],
    ['Wed, 21 Feb 2024 12:01:00 GMT', 60_000],
    ['Wed, 21 Feb 2024 11:00:00 GMT', 0],
    ['Thu, 21 Feb 2030 12:00:00 GMT', 2 * HOUR],
  ];
  for (const [header, ms] of table) assert.equal(retryAfterMs(header, now), ms, `${header}`);
});

test('a receiver that does not answer in time is tried again', LIMIT, async () => {
  const outcome = await outcomeOf(() => {}, { timeoutMs: 150 });
  assert.deepEqual([outcome.kind, reasonOf(outcome)], ['retry', '127.0.0.1:port: no answer in time']);
});

test('a connection that is cut is tried again', LIMIT, async () => {
  const outcome = await outcomeOf((response) => response.socket?.resetAndDestroy());
  assert.deepEqual([outcome.kind, reasonOf(outcome)], ['retry', '127.0.0.1:port: connection cut']);
});

test('a receiver that is away is tried again', LIMIT, async () => {
  const far = await hook();
  await far[Symbol.asyncDispose]();
  const outcome = await send(hookAt(far.url));
  assert.deepEqual(
    [outcome.kind, reasonOf(outcome)],
    ['retry', '127.0.0.1:port: connection refused; check that it runs, its port, and any firewall'],
  );
});

test('https at a port that speaks in the clear is told in words, with what to try', LIMIT, async () => {
  await using far = await hook();
  const outcome = await send(hookAt(far.url.replace('http:', 'https:')));
  assert.deepEqual(
    [outcome.kind, reasonOf(outcome)],
    [
      'retry',
      '127.0.0.1:port: it does not speak TLS at that port; check its port, or whether it is http: and not https:',
    ],
  );
});

test('a certificate signed by nobody is not trusted', LIMIT, async () => {
  const own = { key: readFileSync('fixtures/tls/key.pem'), cert: readFileSync('fixtures/tls/cert.pem') };
  const server = createServer(own).listen(0, '127.0.0.1');
  try {
    await new Promise((resolve) => server.once('listening', resolve));
    const outcome = await send(hookAt(`https://127.0.0.1:${(server.address() as AddressInfo).port}/SECRET`));
    assert.deepEqual(
      [outcome.kind, reasonOf(outcome)],
      [
        'retry',
        "127.0.0.1:port: its certificate is self-signed, so it is not trusted; name the certificate's file in NODE_EXTRA_CA_CERTS in haplog's environment",
      ],
    );
  } finally {
    server.close();
  }
});

test('what was accepted counts as delivered though the answer never ends', LIMIT, async () => {
  const outcome = await outcomeOf((response) => response.writeHead(200).write('thanks, and'), { timeoutMs: 150 });
  assert.deepEqual(outcome, { kind: 'delivered', answer: '200: thanks, and' });
});

test('a long answer is cut to two hundred characters', LIMIT, async () => {
  const outcome = await outcomeOf((response) => response.writeHead(400).end('x'.repeat(5_000_000)));
  assert.equal(reasonOf(outcome), `127.0.0.1:port answered 400: ${'x'.repeat(199)}…`);
});

test('an answer that quotes the secret address or a header is shown without it', LIMIT, async () => {
  const headers = { Authorization: 'Bearer SECRET-token' };
  const echo = 'no /hooks/T0SECRET/B0SECRET here, B0SECRET; Bearer SECRET-token, SECRET-token';
  const outcome = await outcomeOf((response) => response.writeHead(404).end(echo), { headers });
  assert.equal(reasonOf(outcome), '127.0.0.1:port answered 404: no [secret] here, [secret]; [secret], [secret]');
});

test('an answer that quotes the login of the address is shown without it, also in base64', LIMIT, async () => {
  await using far = await hook((response, { headers }) => {
    const echo = `no ${headers.authorization} here: bob:pw! (bob, pw!)`;
    response.writeHead(403).end(echo);
  });
  const outcome = await send(hookAt(far.url.replace('http://', 'http://bob:pw!@')));
  const { authorization } = far.posts.items[0]!.headers;
  const reason = reasonOf(outcome);
  for (const secret of [String(authorization), String(authorization).slice('Basic '.length), 'bob', 'pw!']) {
    assert.ok(!reason.includes(secret), reason);
  }
});

test('an answer that quotes a header is shown without it, however short its value is', LIMIT, async () => {
  const login = Buffer.from('ann:pw').toString('base64');
  const headers = { 'X-Key': 'k7', Authorization: `Basic ${login}` };
  const outcome = await outcomeOf((response) => response.writeHead(404).end(`k7? ${login}? ann:pw? 404!`), { headers });
  assert.equal(reasonOf(outcome), '127.0.0.1:port answered 404: [secret]? [secret]? [secret]? 404!');
});

test('headers of the config are sent, but cannot replace the id', LIMIT, async () => {
  await using far = await hook();
  await send(hookAt(far.url, { headers: { 'X-Team': 'ops', 'Webhook-Id': 'mine' } }));
  const { headers } = far.posts.items[0]!;
  assert.equal(headers['x-team'], 'ops');
  assert.match(String(headers['webhook-id']), /^msg_/);
});

test('a name and password in the address are sent as a login', LIMIT, async () => {
  await using far = await hook();
  const outcome = await send(hookAt(far.url.replace('http://', 'http://bob:s%40cret@')));
  assert.equal(outcome.kind, 'delivered');
  assert.equal(far.posts.items[0]?.headers.authorization, `Basic ${Buffer.from('bob:s@cret').toString('base64')}`);
});

test('an address that is none is refused without showing it', LIMIT, async () => {
  for (const url of ['SECRET', 'ftp://127.0.0.1/SECRET', '']) {
    assert.deepEqual(await send(hookAt(url)), { kind: 'rejected', reason: 'its url is no http or https address' });
  }
});

test('a send in flight ends when haplog stops', LIMIT, async () => {
  const stopping = new AbortController();
  await using far = await hook(() => stopping.abort());
  const outcome = await send(hookAt(far.url), message(), stopping.signal);
  assert.deepEqual([outcome.kind, reasonOf(outcome)], ['retry', '127.0.0.1:port: interrupted']);
});
