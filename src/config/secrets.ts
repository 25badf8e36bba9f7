/** Secrets: taken from where the configuration says they are, and shown nowhere. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { Secret } from '../../alerts/index.js';
import type { Environment } from '../paths.js';
import { part, parts } from './cross.js';
import { systemReason } from './document.js';
import { SIGNING_SECRETS, TOKEN, WEB_ADDRESS } from './fields.js';
import { resolvePath } from './find.js';
import { type Mistake, mistake, type Path, pathInWords } from './mistake.js';

/** Longer than any password or address; a longer file was given by mistake. */
const SIZE_LIMIT = 64 << 10;

export interface Secrets {
  /** By the path of the secret's key without `_file` and `_env`, as in `receivers[0].webhook.url`. */
  found: Map<string, Secret>;
  mistakes: Mistake[];
  warnings: Mistake[];
}

interface Surroundings {
  /** Relative files of secrets lie here: the folder of the configuration. */
  folder: string;
  env: Environment;
  /** Whether every user may read the configuration itself. */
  worldReadable: boolean;
}

/** The kinds of receivers that have secrets beside a mail server's password, and the keys of these. */
const SECRETS = [
  ['webhook', 'url'],
  ['webhook', 'secret'],
  ['pagerduty', 'routing_key'],
  ['telegram', 'token'],
  ['pushover', 'token'],
  ['pushover', 'user'],
] as const;

/** Reads every secret of every receiver of the file's value, whatever its shape. Never throws. */
export function readSecrets(value: unknown, surroundings: Surroundings): Secrets {
  const secrets: Secrets = { found: new Map(), mistakes: [], warnings: [] };
  for (const [i, receiver] of parts(part(value).receivers).entries()) {
    const smtp = part(part(receiver.email).smtp);
    readSecret(smtp, ['receivers', i, 'email', 'smtp', 'password'], surroundings, secrets);
    for (const [kind, key] of SECRETS) {
      readSecret(part(receiver[kind]), ['receivers', i, kind, key], surroundings, secrets);
    }
  }
  return secrets;
}

/** What a secret must be, by its key; a password may be anything. */
const WANTED: Record<string, typeof WEB_ADDRESS> = {
  url: WEB_ADDRESS,
  secret: SIGNING_SECRETS,
  routing_key: TOKEN,
  token: TOKEN,
  user: TOKEN,
};

function readSecret(from: Record<string, unknown>, path: Path, surroundings: Surroundings, secrets: Secrets): void {
  const key = String(path.at(-1));
  const { [key]: inline, [`${key}_file`]: file, [`${key}_env`]: variable } = from;
  const keep = (text: string, where: Path) => {
    const wanted = WANTED[key];
    if (wanted && !wanted.fits(text)) {
      // Inline, the schema reports it.
      if (where !== path) secrets.mistakes.push(mistake(where, `expected ${wanted.expected} in it`));
    } else secrets.found.set(pathInWords(path), new Secret(text));
  };
  if (typeof inline === 'string') {
    keep(inline, path);
    if (surroundings.worldReadable) secrets.warnings.push(mistake(path, 'every user of this machine can read it here'));
  }
  if (typeof file === 'string' && file !== '') {
    const where = [...path.slice(0, -1), `${key}_file`];
    const read = readSecretFile(resolvePath(surroundings.folder, file), key);
    if ('trouble' in read) secrets.mistakes.push(mistake(where, read.trouble));
    else keep(read.text, where);
    if ('text' in read && read.worldReadable) {
      secrets.warnings.push(mistake(where, 'every user of this machine can read that file'));
    }
  }
  if (typeof variable === 'string') {
    const where = [...path.slice(0, -1), `${key}_env`];
    const text = surroundings.env[variable] ?? '';
    if (text === '') secrets.mistakes.push(mistake(where, 'no such environment variable, or it is empty'));
    else keep(text, where);
  }
}

/** What editors add before and after the one line: a mark of UTF-8, line ends and empty lines. */
const AROUND = /^\ufeff|(?:\r?\n[ \t]*)+$/g;

/** The one line of the file. */
function readSecretFile(path: string, key: string): { text: string; worldReadable: boolean } | { trouble: string } {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const stat = fstatSync(file);
    const bytes = Buffer.alloc(SIZE_LIMIT + 1);
    const size = readSync(file, bytes);
    if (size > SIZE_LIMIT) return { trouble: `${path} holds more than ${SIZE_LIMIT >> 10} KiB` };
    const text = bytes.toString('utf8', 0, size).replace(AROUND, '');
    if (text.trim() === '') return { trouble: `${path} is empty` };
    if (text.includes('\0')) return { trouble: `${path} is no text in UTF-8` };
    if (/[\r\n]/.test(text)) return { trouble: `${path} holds more than one line of text: ${oneLine(key)}` };
    return { text, worldReadable: (stat.mode & 0o004) !== 0 };
  } catch (error) {
    return { trouble: `cannot read ${path}: ${systemReason(error)}` };
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function oneLine(key: string): string {
  if (key === 'secret') return 'keep one, or put two in one line with a blank between';
  return `keep the line that is the ${key.replace('_', ' ')}`;
}
