/** Mistakes that show only when parts of the configuration are compared. */
import { type Mistake, mistake, nearest, type Path, quoted } from './mistake.js';

export type Part = Record<string, unknown>;

/**
 * Takes the file's value, whatever it is, so that these mistakes are told together with those of the schema; parts of the wrong shape are
 * passed over here.
 */
export function crossMistakes(value: unknown): Mistake[] {
  const file = part(value);
  return [
    ...twice(parts(file.sources), 'sources', 'path'),
    ...twice(parts(file.receivers), 'receivers', 'name'),
    ...unknownReceivers(file),
    ...fallbackMistakes(file),
    ...halfSignIns(file),
    ...waysOfMail(file),
    ...unsigned(file),
  ];
}

/** Names of receivers that no route leads to; empty without routes, because then everybody is told. */
export function unreachedReceivers(
  receivers: readonly { name: string; fallback?: string | undefined }[],
  routed: readonly string[] | null,
): string[] {
  if (routed === null) return [];
  const reached = new Set(routed);
  // A fallback is reached by what a reached receiver refuses; the loop also visits names that are added on the way.
  for (const name of reached) {
    const { fallback } = receivers.find((receiver) => receiver.name === name) ?? {};
    if (fallback !== undefined) reached.add(fallback);
  }
  return receivers.map(({ name }) => name).filter((name) => !reached.has(name));
}

function twice(items: readonly Part[], list: string, key: string): Mistake[] {
  const seen = new Set<unknown>();
  return items.flatMap((item, i) => {
    const value = item[key];
    if (typeof value !== 'string') return [];
    if (seen.has(value)) return [mistake([list, i, key], `${quoted(value)} is the ${key} of an earlier one too`)];
    seen.add(value);
    return [];
  });
}

function unknownReceivers(file: Part): Mistake[] {
  const defaults = file.receivers === undefined ? ['log'] : [];
  const known = [...defaults, ...parts(file.receivers).map(({ name }) => name)].filter(
    (name) => typeof name === 'string',
  );
  const unknown = (names: unknown, path: Path) =>
    items(names).flatMap((name, k) => {
      if (typeof name !== 'string' || name === '' || known.includes(name)) return [];
      const hint = nearest(name, known) ?? `known: ${known.join(', ') || 'none'}`;
      return [mistake([...path, 'receivers', k], `no receiver is named ${quoted(name)}; ${hint}`)];
    });
  return parts(file.routes).flatMap(({ receivers, escalate }, i) => [
    ...unknown(receivers, ['routes', i]),
    ...unknown(part(escalate).receivers, ['routes', i, 'escalate']),
  ]);
}

function fallbackMistakes(file: Part): Mistake[] {
  const receivers = parts(file.receivers);
  const known = receivers.map(({ name }) => name).filter((name) => typeof name === 'string');
  const next = new Map(receivers.map(({ name, fallback }) => [name, fallback]));
  return receivers.flatMap(({ name, fallback }, i) => {
    if (typeof fallback !== 'string' || fallback === '' || fallback === 'off') return [];
    const place = ['receivers', i, 'fallback'];
    if (!known.includes(fallback)) {
      const hint = nearest(fallback, known) ?? `known: ${known.join(', ') || 'none'}`;
      return [mistake(place, `no receiver is named ${quoted(fallback)}; ${hint}`)];
    }
    const way: unknown[] = [name];
    for (let at: unknown = fallback; typeof at === 'string' && !way.includes(at); at = next.get(at)) way.push(at);
    const back = next.get(way.at(-1)) === name;
    return back ? [mistake(place, `leads back to itself: ${[...way, name].join(' -> ')}`)] : [];
  });
}

function halfSignIns(file: Part): Mistake[] {
  return parts(file.receivers).flatMap((receiver, i) => {
    const smtp = part(part(receiver.email).smtp);
    const password = ['password', 'password_file', 'password_env'].find((key) => Object.hasOwn(smtp, key));
    const path = ['receivers', i, 'email', 'smtp'];
    if (password !== undefined && !Object.hasOwn(smtp, 'user')) return [mistake(path, 'a password without a user')];
    if (password === undefined && Object.hasOwn(smtp, 'user')) return [mistake(path, 'a user without a password')];
    return [];
  });
}

/** A mail is handed over in one way, and a certificate is checked only where there is encryption. */
function waysOfMail(file: Part): Mistake[] {
  return parts(file.receivers).flatMap((receiver, i) => {
    const email = part(receiver.email);
    const path = ['receivers', i, 'email'];
    const both = Object.hasOwn(email, 'smtp') && Object.hasOwn(email, 'sendmail');
    const pin = ['tls_trust_file', 'tls_fingerprint'].find((key) => Object.hasOwn(part(email.smtp), key));
    const clear = pin !== undefined && part(email.smtp).tls === 'never';
    return [
      ...(both ? [mistake([...path, 'sendmail'], 'expected one of smtp and sendmail, found both')] : []),
      ...(clear ? [mistake([...path, 'smtp', pin], 'there is no certificate to check with `tls: never`')] : []),
    ];
  });
}

/** An operator who writes `standard` counts on the signature. */
function unsigned(file: Part): Mistake[] {
  return parts(file.receivers).flatMap(({ webhook }, i) => {
    const signs = ['secret', 'secret_file', 'secret_env'].some((key) => Object.hasOwn(part(webhook), key));
    if (part(webhook).format !== 'standard' || signs) return [];
    const words = '`standard` is signed: it needs one of secret, secret_file and secret_env (or write `json`)';
    return [mistake(['receivers', i, 'webhook', 'format'], words)];
  });
}

/** The value as a mapping; an empty one if it is none. */
export function part(value: unknown): Part {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Part) : {};
}

/** The value as a list of mappings, their places kept. */
export function parts(value: unknown): Part[] {
  return items(value).map(part);
}

/** The value as a list; an empty one if it is none. */
export function items(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
