/** The sorts of values a configuration holds. Each says once what it takes: for the check, the error and the docs. */
import { isSigningSecret } from '../../alerts/index.js';
import { readDuration } from '../duration.js';
import { isGlob } from '../glob.js';
import { isHostName } from '../host-name.js';
import { isZone, zoneHint } from '../zone.js';
import { kindOf, unknownKey, unlike } from './mistake.js';
import * as z from './zod.js';

type Mapping = Record<string, unknown>;

interface Found {
  code?: string | undefined;
  input?: unknown;
}

/** A text for which `fits` is true. `expected` goes into errors and docs; nothing of a secret text is shown. */
export function text(expected: string, fits: (value: string) => boolean, { secret = false } = {}) {
  const error = ({ input }: Found) => unlike(expected, input, secret);
  return z.string({ error }).refine(fits, { error }).meta({ expected });
}

export function oneOf<const T extends readonly [string, ...string[]]>(...words: T) {
  const expected = inWords(words, 'or');
  return z.enum(words, { error: ({ input }: Found) => unlike(expected, input) }).meta({ expected });
}

/** One text or a list of them; always becomes a list. */
export function oneOrMore(what: ReturnType<typeof text>, expected: string) {
  return z
    .preprocess((value) => (typeof value === 'string' ? [value] : value), list(what, expected))
    .meta({ expected });
}

/** One of the words or a list of them; always becomes a list. */
export function several<T extends z.ZodEnum>(word: T) {
  const expected = `${word.meta()?.expected}, or a list of them`;
  return z
    .preprocess((value) => (typeof value === 'string' ? [value] : value), list(word, expected))
    .meta({ expected });
}

/** `on`, `off`, or a mapping, which means on. `off` becomes null, `on` an empty mapping. */
export function switchOr<T extends z.ZodType>(inner: T) {
  const isOff = (value: unknown) => value === 'off' || value === false;
  const isOn = (value: unknown) => value === 'on' || value === true;
  return (
    z
      // Null stands for off here, so that mistakes in the mapping keep their places; a null in the file is not taken for it.
      .preprocess((value) => (isOff(value) ? null : isOn(value) ? {} : (value ?? '')), inner.nullable())
      .meta({ expected: 'on, off, or a mapping, see below' })
  );
}

/** A whole number from `min` to `max`. */
export function wholeNumber(expected: string, min: number, max = Number.MAX_SAFE_INTEGER) {
  const error = ({ input }: Found) => unlike(expected, input);
  return z.int({ error }).min(min, { error }).max(max, { error }).meta({ expected });
}

/** A list with at least one item. */
export function list<T extends z.ZodType>(item: T, expected: string) {
  const error = ({ input }: Found) => structureUnlike(expected, input);
  return z.array(item, { error }).min(1, { error }).meta({ expected });
}

/** A mapping with these keys and no others. */
export function mapping<T extends z.core.$ZodLooseShape>(shape: T) {
  const known = Object.keys(shape);
  const expected = known.length === 0 ? 'an empty mapping' : `a mapping of ${inWords(known, 'and')}`;
  const error = (found: Found & { keys?: string[] | undefined }) =>
    found.code === 'unrecognized_keys'
      ? (found.keys ?? []).map((key) => unknownKey(key, (found.input as Mapping)[key], known)).join('\n')
      : structureUnlike(expected, found.input);
  return z.strictObject(shape, { error });
}

/** For a mapping's `refine`: counts how many of `keys` are given, even if other values are wrong. */
export function howMany(keys: readonly string[], fits: (count: number) => boolean, expected: string) {
  const given = (value: object) => keys.filter((key) => Object.hasOwn(value, key));
  return [
    (value: object) => fits(given(value).length),
    {
      when: ({ value }: { value: unknown }) => kindOf(value) === 'a mapping',
      error: ({ input }: Found) => `expected ${expected}, found ${inWords(given(input as object), 'and') || 'none'}`,
    },
  ] as const;
}

/** A length of time of at least `min` milliseconds, and at most `max`; becomes milliseconds. */
export function duration(expected: string, { min = 0, max = Number.MAX_SAFE_INTEGER } = {}) {
  const fits = (value: string) => {
    const ms = readDuration(value);
    return ms !== null && ms >= min && ms <= max;
  };
  return text(expected, fits).transform((value) => readDuration(value) ?? 0);
}

const SIZE = /^(\d{1,6}) *(MB|GB|TB)$/;
const BYTES: Record<string, number> = { MB: 1e6, GB: 1e9, TB: 1e12 };

function readSize(value: string): number | null {
  const [, amount, unit] = SIZE.exec(value) ?? [];
  return unit === undefined ? null : Number(amount) * BYTES[unit]!;
}

/** A size of at least `min` bytes; becomes bytes. */
export function size(expected: string, min: number) {
  return text(expected, (value) => (readSize(value) ?? 0) >= min).transform((value) => readSize(value) ?? 0);
}

/** A length of time of at least `min` milliseconds, or `off`, which becomes null. */
export function durationOrOff(expected: string, min: number) {
  const fits = (value: string) => value === 'off' || (readDuration(value) ?? 0) >= min;
  return text(expected, fits).transform((value) => (value === 'off' ? null : readDuration(value)));
}

export const port = wholeNumber('a port from 1 to 65535', 1, 65_535);

const RATE = 'off, or a number from 1 to 1000';

/** How many in a minute; `off` becomes null. */
export const perMinute = z
  .preprocess((value) => (value === 'off' ? null : value), wholeNumber(RATE, 1, 1_000).nullable())
  .meta({ expected: RATE });

export const name = text('a name', (value) => value.trim() !== '');

/** Not `off`, because as a `fallback` that means nobody. */
export const receiverName = text('a name other than off', (value) => value.trim() !== '' && value !== 'off');

export const glob = text('a glob such as k8s-*', isGlob);

export const filePath = text('a path', (value) => value !== '' && !/^\w+:\/\/|\0/.test(value));

const emailAddress = /^(?:[^<>@\r\n]*<[^\s<>@,]+@[^\s<>@,]+>|[^\s<>@,]+@[^\s<>@,]+)$/;

export const email = text('an e-mail address', (value) => emailAddress.test(value));

export const hostName = text('a host name or address', isHostName);

/** As openssl and msmtp write it, with or without `SHA256 Fingerprint=` before it. */
export const fingerprint = text("the SHA-256 fingerprint of a certificate, such as openssl's 5F:1C:...", (value) =>
  /^(?:sha256 Fingerprint=)?[\da-f]{2}(?::?[\da-f]{2}){31}$/i.test(value),
).transform((value) => value.replace(/^.*=/, ''));

/** `true` means the path at which the LSB puts it. */
export const program = z
  .union([z.literal(true), z.string().regex(/^[~/][^\0]*$/)], {
    error: ({ input }: Found) => unlike('true or the path of a program', input),
  })
  .transform((value) => (value === true ? '/usr/sbin/sendmail' : value))
  .meta({ expected: 'true or the path of a program' });

export const zone = z
  .string({ error: ({ input }: Found) => unlike('a time zone', input) })
  .refine(isZone, {
    error: ({ input }: Found) => `${unlike('a time zone', input)}; ${zoneHint(String(input))}`,
  })
  .meta({ expected: 'a time zone such as Europe/Berlin' });

/** What a secret must look like, wherever it is kept. */
interface SecretKind {
  expected: string;
  fits: (value: string) => boolean;
}

const secretOf = ({ expected, fits }: SecretKind) => text(expected, fits, { secret: true });

export const WEB_ADDRESS: SecretKind = {
  expected: 'an http or https address',
  fits: (value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
};

export const secretWebAddress = secretOf(WEB_ADDRESS);

export const secretText = text('a text', (value) => value !== '', { secret: true });

/** The secrets in a text, with blanks between: two while a receiver changes from one to the other. */
export const secretsIn = (value: string) => value.trim().split(/\s+/);

export const SIGNING_SECRETS: SecretKind = {
  expected: 'whsec_ and 24 to 64 bytes in base64',
  fits: (value) => secretsIn(value).every(isSigningSecret),
};

export const signingSecrets = secretOf(SIGNING_SECRETS);

/** What services give out: routing keys, tokens, keys of users. Some become part of an address, so nothing else is allowed in them. */
export const TOKEN: SecretKind = {
  expected: 'a token: letters, digits and ._:- alone',
  fits: (value) => /^[\w.:-]+$/.test(value),
};

export const secretToken = secretOf(TOKEN);

export const variable = text('the name of an environment variable', (value) => /^[A-Za-z_]\w*$/.test(value), {
  secret: true,
});

const headerName = z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/);

/** What Node sends: RFC 9110's field-content, section 5.5. */
const headerValue = text(
  'a text in one line, of Latin-1 and without control characters',
  (value) => /^[\t\x20-\x7e\x80-\xff]*$/.test(value),
  { secret: true },
);

/** HTTP headers after RFC 9110; a value may be secret. */
export const headers = z
  .record(headerName, headerValue, {
    error: ({ code, input }: Found) =>
      code === 'invalid_key' ? 'expected a header name' : structureUnlike('a mapping of headers to texts', input),
  })
  .meta({ expected: 'a mapping of headers to texts' });

function structureUnlike(expected: string, value: unknown): string {
  return value === undefined ? unlike(expected, value) : `expected ${expected}, found ${kindOf(value)}`;
}

function inWords(words: readonly string[], last: 'and' | 'or'): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}
