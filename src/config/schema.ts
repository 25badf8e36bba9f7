/**
 * The configuration file as it is written: every key, what it takes, what holds without it, what it is for. Types,
 * checks, errors and docs/config.md come from here.
 */
import { FORMATS } from '../../alerts/index.js';
import {
  durationOrOff,
  email,
  filePath,
  fingerprint,
  headers,
  hostName,
  howMany,
  list,
  mapping,
  name,
  oneOf,
  oneOrMore,
  perMinute,
  port,
  program,
  receiverName,
  secretText,
  secretWebAddress,
  signingSecrets,
  size,
  variable,
  zone,
} from './fields.js';
import { answerTime, services } from './receiver-kinds.js';
import { maintenance, policy, route, rules } from './telling.js';
import * as z from './zod.js';

const DAY = 86_400_000;

const source = mapping({
  path: filePath.describe('The log file to follow. It may be missing for now.'),
  tz: zone.optional().describe("The zone of stamps that bear none. Without it: the machine's."),
  host: hostName
    .optional()
    .describe('The host of lines that name none, as in the log files of containers. Without it: `localhost`.'),
});

const smtp = mapping({
  host: hostName.prefault('localhost').describe('The mail server.'),
  port: port.optional().describe('Without it: 465 with `tls: always`, 587 with a `user`, else 25.'),
  tls: oneOf('auto', 'always', 'starttls', 'never')
    .prefault('auto')
    .describe(
      '`auto`: TLS from the first byte on port 465, else STARTTLS where the server offers it (a password goes to ' +
        'another machine only so); `always`: TLS from the first byte; `starttls`: STARTTLS, or nothing is sent; ' +
        '`never`: in the clear.',
    ),
  user: name.optional().describe('Who signs in; needs one of the passwords. Without it haplog does not sign in.'),
  password: secretText.optional().describe('The password itself. Better in a file.'),
  password_file: filePath.optional().describe('A file that holds the password.'),
  password_env: variable.optional().describe('The environment variable that holds the password.'),
  tls_trust_file: filePath
    .optional()
    .describe(
      'A file in PEM with the authorities to trust instead of those that Node knows, or with the very certificate of a ' +
        'server that signs for itself. The name must fit all the same.',
    ),
  tls_fingerprint: fingerprint
    .optional()
    .describe(
      'The one certificate to trust, by its SHA-256, whoever signed it and whatever name it bears: ' +
        '`openssl x509 -noout -fingerprint -sha256 -in cert.pem`.',
    ),
})
  .refine(...howMany(['password', 'password_file', 'password_env'], (n) => n < 2, 'one of the passwords'))
  .refine(...howMany(['tls_trust_file', 'tls_fingerprint'], (n) => n < 2, 'one of tls_trust_file and tls_fingerprint'))
  .describe(
    'Handed to a mail server. At most one of the three passwords, and one of the two that say which certificates are ' +
      'trusted; with these, nothing is sent without TLS.',
  );

const emailReceiver = mapping({
  to: oneOrMore(email, 'an e-mail address or a list of them').describe('Who gets the mail.'),
  from: email.describe('The sender; `haplog <haplog@example.org>` works too.'),
  smtp: smtp.prefault({}),
  sendmail: program
    .optional()
    .describe("Handed to the machine's own mail program instead, which has a queue: `true` is /usr/sbin/sendmail."),
}).describe('Mail. One of `smtp` and `sendmail`; without either, `smtp` on this machine.');

const webhookReceiver = mapping({
  url: secretWebAddress.optional().describe('Where to POST. An address with a token in it is better kept in a file.'),
  url_file: filePath.optional().describe('A file that holds the address.'),
  url_env: variable.optional().describe('The environment variable that holds the address.'),
  format: oneOf(...FORMATS, 'standard')
    .transform((format) => (format === 'standard' ? 'json' : format))
    .prefault('json')
    .describe(
      "The body: haplog's own JSON (`json`, or `standard`: with a secret, signed after Standard Webhooks), or what Slack, Discord, Teams (Workflows), ntfy (a topic's address) or Gotify (the " +
        "server's `/message?token=...`) take; `alertmanager`: the body of Alertmanager's own webhooks.",
    ),
  headers: headers.prefault({}).describe('Sent with every request.'),
  secret: signingSecrets
    .optional()
    .describe(
      'Signs every request after Standard Webhooks: `whsec_` and a key in base64. Of two with a blank between, both sign, ' +
        'so that the receiver can go over from one to the other.',
    ),
  secret_file: filePath.optional().describe('A file that holds the secret.'),
  secret_env: variable.optional().describe('The environment variable that holds the secret.'),
  timeout: answerTime,
})
  .refine(...howMany(['url', 'url_file', 'url_env'], (n) => n === 1, 'exactly one of url, url_file and url_env'))
  .refine(...howMany(['secret', 'secret_file', 'secret_env'], (n) => n < 2, 'one of the secrets'))
  .describe('An HTTP POST. Exactly one of `url`, `url_file` and `url_env`, at most one of the three secrets.');

const KINDS = ['email', 'webhook', ...Object.keys(services), 'log'];

const receiver = mapping({
  name: receiverName.describe('What routes call it.'),
  email: emailReceiver.optional(),
  webhook: webhookReceiver.optional(),
  ...services,
  log: z
    .preprocess((value) => value ?? {}, mapping({}))
    .optional()
    .meta({ expected: 'nothing, or `{}`', description: "haplog's own log." }),
  per_minute: perMinute
    .optional()
    .describe(
      'At most so many messages in any minute; `off`: as many as there are. What does not fit comes in one message that counts it. ' +
        'Without it: 6; and 600 for `pagerduty`, `alertmanager`, and webhooks of `format: json` and `alertmanager`, which keep ' +
        'incidents apart: for them what does not fit waits.',
    ),
  fallback: name
    .optional()
    .describe(
      'The receiver that is told what this one refuses, or what it could not be told for three days, unless it was told anyway; `off`: none. ' +
        'Without it: the first other one here that people read, else the first other one, but never `log`.',
    ),
}).refine(...howMany(KINDS, (n) => n === 1, `exactly one of ${KINDS.slice(0, -1).join(', ')} and log`));

export const configFile = mapping({
  sources: list(source, 'a list of sources')
    .prefault([{ path: '/var/log/haproxy.log' }])
    .describe('The logs to follow.'),
  database: filePath
    .optional()
    .describe(
      'The file that keeps the history. Without it: `haplog.db` under `$STATE_DIRECTORY` (systemd), else ' +
        '/var/lib/haplog for root, else `$XDG_STATE_HOME/haplog` or ~/.local/state/haplog.',
    ),
  history: mapping({
    keep: durationOrOff('off, or a duration of 1d or more', DAY)
      .prefault('off')
      .describe(
        'How long what is over is kept; `off`: as long as there is room. What `haplog import` brings and is older goes within the hour ' +
          'while haplog runs, and without a word.',
      ),
    size: size('a size of 10MB or more, such as 1GB', 10e6)
      .prefault('1GB')
      .describe(
        'How big the database may become before the oldest goes. The file does not shrink: its room is used again.',
      ),
  })
    .prefault({})
    .describe('What of the past is kept. What is open, or waits to be told, always is.'),
  receivers: list(receiver, 'a list of receivers')
    .prefault([{ name: 'log', log: {} }])
    .describe('Who can be told, and how. Each has a name and exactly one of the others.'),
  routes: list(route, 'a list of routes')
    .optional()
    .describe('Who is told of what. Without it: everybody, of everything.'),
  policy: policy.prefault({}).describe("The operator's numbers."),
  rules: rules
    .prefault({})
    .describe('What counts as trouble. Each is `on`, `off`, or a mapping as below, which turns it on.'),
  maintenance: list(maintenance, 'a list of times of maintenance')
    .optional()
    .describe('Planned work that comes again and again: nothing begins to be told during it.'),
});

/** The file's content with defaults filled in, still in its own words. */
export type ConfigFile = z.output<typeof configFile>;
