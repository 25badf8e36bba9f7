import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { loadConfig } from '../../../src/config/load.js';
import { UserError } from '../../../src/user-error.js';
import { tempFolder } from '../store/temp-folder.js';

const GOOD = `sources:
  - path: /var/log/haproxy.log
    tz: Europe/Berlin
receivers:
  - name: oncall
    email:
      to: [ops@example.org, "night@example.org"]
      from: haplog@example.org
      smtp: { host: mail.example.org, port: 587, user: haplog, password: "hunter2" }
  - name: chat
    webhook:
      url: https://example.org/secret-token
      headers: { Authorization: Bearer secret-token }
routes:
  - match: { backend: "k8s-*" }
    receivers: [oncall, chat]
policy: { hold: 0s, keep_firing: 10s, reminder: off }
`;

/** A slip of the finger: some signs become others. */
const slip = fc.record({
  at: fc.nat({ max: GOOD.length }),
  instead: fc.nat({ max: 2 }),
  sign: fc.constantFrom('', ...'\t\n #:,-"\'[]{}&*!|>%@`?~\\x0\u0000\u0085é'),
});

test('whatever slips into a configuration, it is told in lines with their places, and no secret with them', (t) => {
  const path = join(tempFolder(t), 'haplog.yaml');
  const place = /^\S*haplog\.yaml:\d+:\d+: .+$/;
  fc.assert(
    fc.property(slip, ({ at, instead, sign }) => {
      writeFileSync(path, GOOD.slice(0, at) + sign + GOOD.slice(at + instead));
      try {
        loadConfig(path, {});
      } catch (error) {
        assert.ok(error instanceof UserError, String((error as Error).stack));
        for (const line of error.message.split('\n')) assert.match(line, place);
        assert.doesNotMatch(error.message, /hunter|secret-token/);
      }
    }),
    { numRuns: 500 },
  );
});
