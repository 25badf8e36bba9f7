/** A home of its own for a program under test: nothing of this machine's haplog is read, and nothing of it is changed. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

const stateIn = (home: string) => join(home, '.local/state/haplog');

/** The database of a program in `home` that is told of no other. */
export const usualDatabase = (home: string) => join(stateIn(home), 'haplog.db');

/**
 * The folder and the environment of such a program, with New York's clocks; `home` is made. Its configuration and its
 * database lie where a user's do, and are named, so that those of the system count neither for root nor for anybody else.
 */
export function livingIn(home: string) {
  mkdirSync(home, { recursive: true });
  const env: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    STATE_DIRECTORY: stateIn(home),
    CONFIGURATION_DIRECTORY: join(home, '.config/haplog'),
    TZ: 'America/New_York',
  };
  return { cwd: home, env };
}
