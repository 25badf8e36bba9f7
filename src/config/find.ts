/** Where a configuration may lie, and what it says about the database, for commands that need no more. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { baseDirectory, type Environment, unitDirectories } from '../paths.js';
import { UserError } from '../user-error.js';

const SYSTEM_FOLDER = '/etc/haplog';

/**
 * The places in which a configuration is looked for, the first one wins: `$CONFIGURATION_DIRECTORY` if it is set, else the system's folder
 * and then the user's.
 */
export function configPlaces(env: Environment, systemFolder = SYSTEM_FOLDER): string[] {
  const chosen = unitDirectories(env, 'CONFIGURATION_DIRECTORY');
  if (chosen.length > 0) return chosen.map((folder) => join(folder, 'haplog.yaml'));
  const user = baseDirectory(env, 'XDG_CONFIG_HOME', '.config');
  return [join(systemFolder, 'haplog.yaml'), join(user, 'haplog', 'haplog.yaml')];
}

/** The first of `places` that exists, or null. */
export function findConfig(places: readonly string[]): string | null {
  return places.find((path) => existsSync(path)) ?? null;
}

/** A path of the configuration: `~/` is the home folder, a relative one lies beside the file. */
export function resolvePath(folder: string, path: string): string {
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : resolve(folder, path);
}

/**
 * The `database` of the configuration in force, or null. Looks at nothing else in the file and complains of nothing: reading history needs
 * no valid mail server. If the file does not contain the word, not even a YAML parser is loaded.
 */
export async function configuredDatabase(places: readonly string[]): Promise<string | null> {
  const file = findConfig(places);
  const text = file === null ? '' : readQuietly(file);
  if (file === null || !text.includes('database')) return null;
  const { parseDocument } = await import('yaml');
  const database = parseDocument(text, { logLevel: 'silent' }).get('database');
  return typeof database === 'string' ? resolvePath(dirname(resolve(file)), database) : null;
}

/** The `database` of a configuration that was named, or null. A file that cannot be read, or a value that is no path, is a `UserError`. */
export async function databaseIn(file: string): Promise<string | null> {
  const [{ readDocument }, { explain }, { mistake, unlike }] = await Promise.all([
    import('./document.js'),
    import('./explain.js'),
    import('./mistake.js'),
  ]);
  const document = readDocument(file);
  const { database } = document.value as { database?: unknown };
  if (database === undefined) return null;
  if (typeof database === 'string' && database !== '') return resolvePath(dirname(resolve(file)), database);
  const mistakes = explain([mistake(['database'], unlike('a path', database))], document);
  throw new UserError(mistakes.join('\n'));
}

function readQuietly(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
