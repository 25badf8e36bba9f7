/** What an operator meets on the way to a receiver is one plain sentence with a hint, and no code. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { acceptedOutcome, failedOutcome } from '../../../alerts/channels/smtp-outcome.js';
import { troubleInWords } from '../../../alerts/channels/trouble.js';

const thrown = (code: string) => Object.assign(new Error('told nowhere: hunter2'), { code });

const sentences: [code: string, sentence: string][] = [
  ['ECONNREFUSED', 'connection refused; check that it runs, its port, and any firewall'],
  ['ETIMEDOUT', 'no answer in time; check its address and port, and any firewall'],
  ['ENOTFOUND', 'its name is not known; check how it is written'],
  ['EAI_AGAIN', "its name could not be looked up; check this machine's name servers"],
  ['EHOSTUNREACH', 'host unreachable; check its address and the route to it'],
  ['CERT_HAS_EXPIRED', 'its certificate has expired, so it is not trusted; have it renewed there'],
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'its certificate is for another name, so it is not trusted; call it by the name that the certificate is for',
  ],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'it does not speak TLS at that port; check its port'],
  [
    'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    'TLS could not be agreed on; its TLS may be too old: check which versions it speaks',
  ],
  ['E_NEVER_HEARD_OF', 'it failed (E_NEVER_HEARD_OF)'],
];
for (const [code, sentence] of sentences) {
  test(`${code} is told in words`, () => assert.equal(troubleInWords(thrown(code)), sentence));
}

/** As nodemailer throws them. */
const mailTroubles: [what: string, error: object, sentence: string][] = [
  [
    'self-signed',
    { code: 'ESOCKET', originalCode: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    'its certificate is self-signed, so it is not trusted; name it in tls_trust_file, or its fingerprint in tls_fingerprint',
  ],
  [
    'signed by nobody',
    { code: 'ESOCKET', originalCode: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
    'its certificate is signed by nobody known here, so it is not trusted; name who signed it in tls_trust_file, or its fingerprint in tls_fingerprint',
  ],
  [
    'silent at a port for TLS alone',
    { code: 'ETIMEDOUT', timeoutType: 'GREETING_TIMEOUT' },
    'no greeting in time; check its address, and where the port is for TLS alone, as 465 is, say tls: always',
  ],
  [
    'a wrong password',
    { code: 'EAUTH', response: '535 no', responseCode: 535 },
    'login failed, check user and password: 535 no',
  ],
  [
    'a login that was not tried',
    { code: 'EENVELOPE', response: '530 login first', responseCode: 530, permanent: true },
    'it wants a login or TLS first, check user, password and tls: 530 login first',
  ],
];
for (const [what, error, sentence] of mailTroubles) {
  test(`of a mail server: ${what}`, () => {
    assert.deepEqual(failedOutcome(Object.assign(new Error('x'), error), 'mx'), {
      kind: 'retry',
      reason: `mx: ${sentence}`,
    });
  });
}

test('an address is refused for good by a 5xx alone, and not where a login is wanted', () => {
  const finalOf = (responseCode: number) => {
    const rejectedErrors = [{ recipient: 'a@example.org', response: `${responseCode} no`, responseCode }];
    const outcome = acceptedOutcome({ response: '250 ok', rejected: ['a@example.org'], rejectedErrors }, 'mx');
    return outcome.kind === 'delivered' ? outcome.refused?.[0]?.final : undefined;
  };
  assert.deepEqual([450, 451, 452, 530, 550, 553].map(finalOf), [false, false, false, false, true, true]);
});
