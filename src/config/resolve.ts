/** From the file's words to what the rest of haplog works with. */
import {
  DEFAULT_POLICY,
  DEFAULT_RULES,
  type EmailReceiver,
  EVERYTHING,
  type Manners,
  type Match,
  type Policy,
  type Receiver,
  type Route,
  RULES,
  type Rule,
  type RuleSettings,
  Secret,
} from '../../alerts/index.js';
import type { Environment } from '../paths.js';
import type { Config } from './config.js';
import { secretsIn } from './fields.js';
import { resolvePath } from './find.js';
import { pathInWords } from './mistake.js';
import { resolveKind } from './resolve-kind.js';
import type { ConfigFile } from './schema.js';
import type { Secrets } from './secrets.js';
import type { Trust } from './trust.js';

type WrittenReceiver = ConfigFile['receivers'][number];

/** What the files that the configuration points to hold, and the environment. */
interface Found {
  secrets: Secrets['found'];
  trust: Trust['found'];
  env: Environment;
}

/** Takes a file without mistakes, the folder its paths start from, and what was found for it. */
export function resolveConfig(file: ConfigFile, folder: string, found: Found): Config {
  const receivers = file.receivers.map((written, i) => {
    const secret = (...key: string[]) => found.secrets.get(pathInWords(['receivers', i, ...key]))!;
    const service = resolveKind(written, { secret, folder, env: found.env, reminderMs: file.policy.reminder });
    return { ...(service ?? resolveReceiver(written, i, folder, found)), ...mannersOf(written, file.receivers) };
  });
  return {
    sources: file.sources.map(({ path, tz = null, host = null }) => ({ path: resolvePath(folder, path), tz, host })),
    database: file.database === undefined ? null : resolvePath(folder, file.database),
    receivers,
    routes: file.routes?.map(resolveRoute) ?? [everything(receivers)],
    policy: resolvePolicy(file),
    maintenance: (file.maintenance ?? []).map(({ during, match }) => ({ during, match: resolveMatch(match) })),
    history: { keepMs: file.history.keep, bytes: file.history.size },
  };
}

function resolveReceiver({ name, email, webhook }: WrittenReceiver, i: number, folder: string, found: Found): Receiver {
  const { secrets } = found;
  if (email) {
    const { to, from, sendmail } = email;
    const path = sendmail === undefined ? undefined : resolvePath(folder, sendmail);
    return { kind: 'email', name, to, from, via: path ? { kind: 'sendmail', path } : smtpServer(email, i, found) };
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

function smtpServer(
  { smtp }: NonNullable<WrittenReceiver['email']>,
  i: number,
  { secrets, trust }: Found,
): EmailReceiver['via'] {
  const { host, tls, user, port = usualPort(tls, user), tls_fingerprint: fingerprint } = smtp;
  return {
    kind: 'smtp',
    host,
    port,
    tls,
    user: user ?? null,
    password: secrets.get(pathInWords(['receivers', i, 'email', 'smtp', 'password'])) ?? null,
    trusted: trust.get(i) ?? null,
    fingerprint: fingerprint ?? null,
  };
}

/** The receiver's manners; if `per_minute` is not given, its channel decides how many messages it gets. */
function mannersOf(written: WrittenReceiver, all: readonly WrittenReceiver[]): Manners {
  const { per_minute } = written;
  const fallback = written.fallback === 'off' ? null : (written.fallback ?? substituteFor(written, all));
  return { ...(per_minute !== undefined && { perMinute: per_minute }), ...(fallback !== null && { fallback }) };
}

/** The receiver that is told what this one refuses, if the configuration does not say. */
function substituteFor(written: WrittenReceiver, all: readonly WrittenReceiver[]): string | null {
  if (written.log !== undefined) return null; // it refuses nothing
  const others = all.filter((other) => other !== written && other.log === undefined);
  return (others.find(isReadByPeople) ?? others[0])?.name ?? null;
}

function isReadByPeople({ email, telegram, pushover, webhook }: WrittenReceiver): boolean {
  const isChat = webhook !== undefined && webhook.format !== 'json' && webhook.format !== 'alertmanager';
  return isChat || [email, telegram, pushover].some((kind) => kind !== undefined);
}

/** Implicit TLS has its port (RFC 8314), submission with a sign-in another (RFC 6409), and the local mail server listens on 25. */
function usualPort(tls: string, user: string | undefined): number {
  if (tls === 'always') return 465;
  return user === undefined ? 25 : 587;
}

type WrittenRoute = NonNullable<ConfigFile['routes']>[number];

function resolveRoute({ match, during, receivers, escalate }: WrittenRoute): Route {
  const escalation = escalate ? { afterMs: escalate.after, receivers: escalate.receivers } : null;
  return { match: resolveMatch(match), during: during ?? null, receivers, escalation };
}

function resolveMatch({ backend, server, host, rule, severity }: WrittenRoute['match']): Match {
  return {
    backend: backend ?? null,
    server: server ?? null,
    host: host ?? null,
    rules: rule ?? null,
    severities: severity ?? null,
  };
}

function everything(receivers: readonly Receiver[]): Route {
  return { match: EVERYTHING, during: null, receivers: receivers.map(({ name }) => name), escalation: null };
}

function resolvePolicy({ policy, rules }: ConfigFile): Policy {
  const flapping = rules.flapping ?? null;
  return {
    holdMs: policy.hold,
    keepFiringMs: policy.keep_firing,
    reminderMs: policy.reminder,
    mostReminders: policy.most_reminders ?? null,
    rules: Object.fromEntries(RULES.map((rule) => [rule, resolveRule(rule, rules[rule])])) as Policy['rules'],
    flapping: flapping ? { changes: flapping.changes, withinMs: flapping.within } : DEFAULT_POLICY.flapping,
  };
}

function resolveRule(rule: Rule, written: ConfigFile['rules'][Rule]): RuleSettings {
  const usual = DEFAULT_RULES[rule];
  if (written === undefined) return usual;
  if (written === null) return { ...usual, on: false };
  const { severity, reminder } = written;
  const times =
    'settled' in written
      ? { keepFiringMs: written.settled }
      : {
          ...(written.hold !== undefined && { holdMs: written.hold }),
          ...(written.keep_firing !== undefined && { keepFiringMs: written.keep_firing }),
        };
  return { ...usual, on: true, severity, ...times, ...(reminder !== undefined && { reminderMs: reminder }) };
}
