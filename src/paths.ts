/** Where haplog keeps its files by default: directories of systemd, of the system and of a user. */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

const SYSTEM_DATABASE = '/var/lib/haplog/haplog.db';

/**
 * The file to which a daemon of this user writes: in `$STATE_DIRECTORY` if that is set; else root has the system's, and other users have
 * their own after the XDG base directories.
 */
export function defaultDatabase(env: Environment, uid: number): string {
  const [state] = unitDirectories(env, 'STATE_DIRECTORY');
  if (state) return join(state, 'haplog.db');
  if (uid === 0) return SYSTEM_DATABASE;
  return join(baseDirectory(env, 'XDG_STATE_HOME', '.local/state'), 'haplog', 'haplog.db');
}

/**
 * The file to read from: this user's own if it exists, else the system's; the user's own if neither exists. The one in `$STATE_DIRECTORY`
 * is taken whether it exists or not, because somebody chose it.
 */
export function databaseToRead(env: Environment, uid: number, exists: (path: string) => boolean): string {
  const own = defaultDatabase(env, uid);
  const isChosen = unitDirectories(env, 'STATE_DIRECTORY').length > 0;
  return !isChosen && !exists(own) && exists(SYSTEM_DATABASE) ? SYSTEM_DATABASE : own;
}

/** The directories that systemd made for a unit and named in its environment (systemd.exec(5): absolute paths, with colons between them). */
export function unitDirectories(env: Environment, name: 'STATE_DIRECTORY' | 'CONFIGURATION_DIRECTORY'): string[] {
  return env[name]?.split(':').filter((path) => path !== '') ?? [];
}

/** A user's base directory; the specification says to ignore a relative one. */
export function baseDirectory(env: Environment, name: string, underHome: string): string {
  const named = env[name];
  return named && isAbsolute(named) ? named : join(env.HOME || homedir(), underHome);
}
