/** Where haplog keeps its database when nobody says: state directories of systemd, of the system and of a user. */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

const SYSTEM_DATABASE = '/var/lib/haplog/haplog.db';

/**
 * The file to which a daemon of this user writes. `$STATE_DIRECTORY` is what systemd made for the unit (systemd.exec(5):
 * a list with colons); root has the system's, others their own after the XDG base directories.
 */
export function defaultDatabase(env: Environment, uid: number): string {
  const [state] = env.STATE_DIRECTORY?.split(':') ?? [];
  if (state) return join(state, 'haplog.db');
  if (uid === 0) return SYSTEM_DATABASE;
  return join(baseDirectory(env, 'XDG_STATE_HOME', '.local/state'), 'haplog', 'haplog.db');
}

/** The file to read from: this user's own if there is one, else the system's; the own one where neither exists. */
export function databaseToRead(env: Environment, uid: number, exists: (path: string) => boolean): string {
  const own = defaultDatabase(env, uid);
  return !exists(own) && exists(SYSTEM_DATABASE) ? SYSTEM_DATABASE : own;
}

/** A user's base directory; the specification says to pass over a relative one. */
export function baseDirectory(env: Environment, name: string, underHome: string): string {
  const named = env[name];
  return named && isAbsolute(named) ? named : join(env.HOME || homedir(), underHome);
}
