import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadConfig } from '../../../src/config/load.js';
import { tempFolder } from '../store/temp-folder.js';

function written(t: TestContext, text: string): string {
  const path = join(tempFolder(t), 'haplog.yaml');
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

test('certificates to trust are read from their file, and a key beside them is left there', (t) => {
  const certificate = readFileSync('fixtures/tls/cert.pem', 'utf8');
  const file = join(tempFolder(t), 'trust.pem');
  writeFileSync(file, `# ours\n${readFileSync('fixtures/tls/key.pem', 'utf8')}${certificate}`);
  const path = written(
    t,
    `receivers: [{ name: a, email: { to: a@b, from: a@b, smtp: { tls_trust_file: ${file} } } }]\n`,
  );
  const [receiver] = loadConfig(path, {}).config.receivers;
  assert.equal(receiver?.kind === 'email' && receiver.via.kind === 'smtp' && receiver.via.trusted, certificate.trim());
});

test('a fingerprint is taken as openssl prints it', (t) => {
  for (const prefix of ['SHA256 Fingerprint=', 'sha256 Fingerprint=', '']) {
    const pin = `${prefix}${Array(32).fill('aB').join(':')}`;
    const path = written(
      t,
      `receivers: [{ name: a, email: { to: a@b, from: a@b, smtp: { tls_fingerprint: "${pin}" } } }]\n`,
    );
    const [receiver] = loadConfig(path, {}).config.receivers;
    const via = receiver?.kind === 'email' && receiver.via.kind === 'smtp' && receiver.via.fingerprint;
    assert.equal(via, Array(32).fill('aB').join(':'));
  }
});

test('a mail program is the one that is named, or the one of the system', (t) => {
  for (const [given, path] of [
    ['true', '/usr/sbin/sendmail'],
    ['/usr/bin/msmtp', '/usr/bin/msmtp'],
  ] as const) {
    const file = written(t, `receivers: [{ name: a, email: { to: a@b, from: a@b, sendmail: ${given} } }]\n`);
    const [receiver] = loadConfig(file, {}).config.receivers;
    assert.deepEqual(receiver?.kind === 'email' && receiver.via, { kind: 'sendmail', path });
  }
});
