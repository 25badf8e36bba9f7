/** A command of haplog as its own process, from its sources, with what it is given on standard input. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Asked {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `haplog ARGS` with `home` as its only home, in which haplog's database is where a user's is, and New York's clocks. */
export function ask(home: string, args: readonly string[], input: string | Buffer = ''): Asked {
  const state = join(home, '.local/state/haplog');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), join(ROOT, 'src/main.ts'), ...args],
    {
      cwd: home,
      env: { PATH: process.env.PATH, HOME: home, STATE_DIRECTORY: state, TZ: 'America/New_York' },
      encoding: 'utf8',
      timeout: 60_000,
      maxBuffer: 64 * 1024 * 1024,
      input,
    },
  );
  return { status, stdout, stderr };
}
