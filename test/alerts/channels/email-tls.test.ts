import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import type { SMTPServerOptions } from 'smtp-server';
import { type Outcome, Secret, type SmtpServer } from '../../../alerts/index.js';
import { mailbox, refusal } from '../../support/mailbox.js';
import { emailTo, sendOnce as send } from '../../support/telling.js';

const LIMIT = { timeout: 20_000 };

/** Signs for itself, under the name that it is reached by. */
const OWN = certificate('cert.pem', 'key.pem');
/** Signs for itself, under another name. */
const OTHER = certificate('other-cert.pem', 'other-key.pem');

function certificate(cert: string, key: string) {
  const pem = readFileSync(`fixtures/tls/${cert}`, 'utf8');
  const { fingerprint256 } = new X509Certificate(pem);
  return { pem, fingerprint: fingerprint256, server: { cert: pem, key: readFileSync(`fixtures/tls/${key}`) } };
}

/** The two ways in which a connection becomes encrypted. */
const WAYS = [
  { name: 'STARTTLS', options: { disabledCommands: ['AUTH'] }, tls: 'starttls' },
  { name: 'TLS from the first byte', options: { disabledCommands: ['AUTH'], secure: true }, tls: 'always' },
] as const;

/** What comes of one mail, and how many arrived over an encrypted connection. */
async function outcomeAt(
  options: SMTPServerOptions,
  smtp: Partial<SmtpServer>,
): Promise<{ outcome: Outcome; secure: number }> {
  let secure = 0;
  await using box = await mailbox({
    ...options,
    onMailFrom: (_from, session, done) => {
      if (session.secure) secure++;
      done();
    },
  });
  const outcome = await send(emailTo(box.port, smtp));
  assert.equal(box.mails.items.length, outcome.kind === 'delivered' ? 1 : 0);
  return { outcome, secure };
}

for (const { name, options, tls } of WAYS) {
  const at = (own: typeof OWN, smtp: Partial<SmtpServer>) =>
    outcomeAt({ ...options, disabledCommands: ['AUTH'], ...own.server }, { tls, ...smtp });

  test(
    `${name}: a certificate that signs for itself is refused, and taken once it is the file of those to trust`,
    LIMIT,
    async () => {
      const { outcome } = await at(OWN, {});
      assert.deepEqual(outcome, {
        kind: 'retry',
        reason:
          '127.0.0.1: its certificate is self-signed, so it is not trusted; name it in tls_trust_file, or its fingerprint in tls_fingerprint',
      });
      assert.deepEqual(await kindAndSecure(at(OWN, { trusted: OWN.pem })), ['delivered', 1]);
    },
  );

  test(`${name}: a certificate to trust under another name is refused all the same`, LIMIT, async () => {
    const { outcome } = await at(OTHER, { trusted: OTHER.pem });
    assert.deepEqual(outcome, {
      kind: 'retry',
      reason:
        '127.0.0.1: its certificate is for another name, so it is not trusted; give that name as host, or its fingerprint in tls_fingerprint',
    });
  });

  test(`${name}: where authorities are named, no others count`, LIMIT, async () => {
    const { outcome } = await at(OWN, { trusted: OTHER.pem });
    assert.match(reasonOf(outcome), /its certificate is self-signed, so it is not trusted; /);
  });

  test(`${name}: the pinned certificate is taken whoever signed it and whatever its name`, LIMIT, async () => {
    for (const fingerprint of [OTHER.fingerprint, OTHER.fingerprint.replaceAll(':', '').toLowerCase()]) {
      assert.deepEqual(await kindAndSecure(at(OTHER, { fingerprint })), ['delivered', 1]);
    }
  });

  test(`${name}: no other certificate than the pinned one is taken, and its fingerprint is told`, LIMIT, async () => {
    const { outcome, secure } = await at(OWN, { fingerprint: OTHER.fingerprint });
    const reason = `127.0.0.1: its certificate is not the pinned one, so it is not trusted; it has the fingerprint ${OWN.fingerprint}`;
    assert.deepEqual(outcome, { kind: 'retry', reason });
    assert.equal(secure, 0);
  });
}

test(
  'who has named a certificate sends nothing where there is none, whatever STARTTLS the server does not offer',
  LIMIT,
  async () => {
    for (const smtp of [{ fingerprint: OWN.fingerprint }, { trusted: OWN.pem }]) {
      const { outcome } = await outcomeAt({}, { tls: 'auto', ...smtp });
      assert.match(reasonOf(outcome), /no STARTTLS there, and nothing is sent without/);
    }
  },
);

test('no password is told to a server that is not the pinned one', LIMIT, async () => {
  let asked = 0;
  const onAuth: SMTPServerOptions['onAuth'] = (_auth, _session, done) => {
    asked++;
    done(null, { user: 'haplog' });
  };
  const options = { authOptional: false, disabledCommands: [], onAuth };
  const login = { tls: 'starttls', user: 'haplog', password: new Secret('open sesame') } as const;
  const wrong = await outcomeAt({ ...options, ...OWN.server }, { ...login, fingerprint: OTHER.fingerprint });
  assert.match(reasonOf(wrong.outcome), /not the pinned one/);
  assert.equal(asked, 0);
  const right = await outcomeAt({ ...options, ...OWN.server }, { ...login, fingerprint: OWN.fingerprint });
  assert.equal(right.outcome.kind, 'delivered');
  assert.equal(asked, 1);
});

for (const method of ['PLAIN', 'LOGIN']) {
  test(`haplog signs in by AUTH ${method}, and a wrong password is tried again and says so`, LIMIT, async () => {
    const used: string[] = [];
    const options: SMTPServerOptions = {
      ...OWN.server,
      authOptional: false,
      authMethods: [method],
      disabledCommands: [],
      onAuth: ({ method: by, username, password }, _session, done) => {
        used.push(by);
        if (username === 'haplog' && password === 'sésame, öffne "dich"') return done(null, { user: username });
        return done(refusal(535, 'who are you'));
      },
    };
    const at = (password: string) =>
      outcomeAt(options, { tls: 'starttls', trusted: OWN.pem, user: 'haplog', password: new Secret(password) });
    assert.equal((await at('sésame, öffne "dich"')).outcome.kind, 'delivered');
    assert.deepEqual((await at('wrong')).outcome, {
      kind: 'retry',
      reason: '127.0.0.1: login failed, check user and password: 535 who are you',
    });
    assert.deepEqual([...new Set(used)], [method]);
  });
}

function reasonOf(outcome: Outcome): string {
  return outcome.kind === 'delivered' ? 'delivered' : outcome.reason;
}

async function kindAndSecure(sent: Promise<{ outcome: Outcome; secure: number }>): Promise<[string, number]> {
  const { outcome, secure } = await sent;
  return [outcome.kind === 'delivered' ? 'delivered' : outcome.reason, secure];
}
