/** From the file's words to what the rest of haplog works with. */
import { type Receiver, type Route, Secret } from '../../alerts/index.js';
import type { Config } from './config.js';
import { secretsIn } from './fields.js';
import { resolvePath } from './find.js';
import { pathInWords } from './mistake.js';
import type { ConfigFile } from './schema.js';
import type { Secrets } from './secrets.js';

type WrittenReceiver = ConfigFile['receivers'][number];

/** Takes a file without mistakes, the folder its paths start from, and the secrets found for it. */
export function resolveConfig(file: ConfigFile, folder: string, secrets: Secrets['found']): Config {
  const receivers = file.receivers.map((written, i) => resolveReceiver(written, i, secrets));
  return {
    sources: file.sources.map(({ path, tz }) => ({ path: resolvePath(folder, path), tz: tz ?? null })),
    database: file.database === undefined ? null : resolvePath(folder, file.database),
    receivers,
    routes: file.routes?.map(resolveRoute) ?? [everything(receivers)],
    policy: { holdMs: file.policy.hold, keepFiringMs: file.policy.keep_firing, reminderMs: file.policy.reminder },
  };
}

function resolveReceiver({ name, email, webhook }: WrittenReceiver, i: number, secrets: Secrets['found']): Receiver {
  if (email) {
    const { host, tls, user } = email.smtp;
    const port = email.smtp.port ?? usualPort(tls, user);
    const password = secrets.get(pathInWords(['receivers', i, 'email', 'smtp', 'password'])) ?? null;
    return {
      kind: 'email',
      name,
      to: email.to,
      from: email.from,
      smtp: { host, port, tls, user: user ?? null, password },
    };
  }
  if (webhook) {
    const url = secrets.get(pathInWords(['receivers', i, 'webhook', 'url']))!;
    const secret = secrets.get(pathInWords(['receivers', i, 'webhook', 'secret']));
    const signing = secret ? secretsIn(secret.reveal()).map((each) => new Secret(each)) : [];
    const { format, headers, timeout: timeoutMs } = webhook;
    return { kind: 'webhook', name, url, format, signing, headers, timeoutMs };
  }
  return { kind: 'log', name };
}

/** Implicit TLS has its port (RFC 8314), submission with a sign-in another (RFC 6409), and the local mail server listens on 25. */
function usualPort(tls: string, user: string | undefined): number {
  if (tls === 'always') return 465;
  return user === undefined ? 25 : 587;
}

function resolveRoute({ match, receivers }: NonNullable<ConfigFile['routes']>[number]): Route {
  return { match: { backend: match.backend ?? null, host: match.host ?? null }, receivers };
}

function everything(receivers: readonly Receiver[]): Route {
  return { match: { backend: null, host: null }, receivers: receivers.map(({ name }) => name) };
}
