/** Where haplog keeps what it has when nobody says: directories of systemd, of the system and of a user. */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

const SYSTEM_DATABASE = '/var/lib/haplog/haplog.db';

/**
 * The file to which a daemon of this user writes: in `$STATE_DIRECTORY` where there is one; root has the system's, others
 * their own after the XDG base directories.
 */
export function defaultDatabase(env: Environment, uid: number): string {
  const [state] = unitDirectories(env, 'STATE_DIRECTORY');
  if (state) return join(state, 'haplog.db');
  if (uid === 0) return SYSTEM_DATABASE;
  return join(baseDirectory(env, 'XDG_STATE_HOME', '.local/state'), 'haplog', 'haplog.db');
}

/**
 * The file to read from: this user's own if there is one, else the system's; the own one where neither exists, and the
 * one in `$STATE_DIRECTORY` whether it exists or not, for that was chosen.
 */
export function databaseToRead(env: Environment, uid: number, exists: (path: string) => boolean): string {
  const own = defaultDatabase(env, uid);
  const isChosen = unitDirectories(env, 'STATE_DIRECTORY').length > 0;
  return !isChosen && !exists(own) && exists(SYSTEM_DATABASE) ? SYSTEM_DATABASE : own;
}

/** What systemd made for a unit and named in its environment (systemd.exec(5): absolute paths, with colons between them). */
export function unitDirectories(env: Environment, name: 'STATE_DIRECTORY' | 'CONFIGURATION_DIRECTORY'): string[] {
  return env[name]?.split(':').filter((path) => path !== '') ?? [];
}

/** A user's base directory; the specification says to pass over a relative one. */
export function baseDirectory(env: Environment, name: string, underHome: string): string {
  const named = env[name];
  return named && isAbsolute(named) ? named : join(env.HOME || homedir(), underHome);
}
