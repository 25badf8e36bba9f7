/** A command of haplog as built, as its own process, with what it is given on standard input. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { builtHaplog } from './haplog.js';
import { livingIn } from './home.js';

export interface Asked {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `haplog ARGS` with `home` as its only home, and New York's clocks (`livingIn`). */
export function ask(home: string, args: readonly string[], input: string | Buffer = ''): Asked {
  const { status, stdout, stderr } = spawnSync(process.execPath, argumentsOf(args), {
    ...surroundings(home),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    input,
  });
  return { status, stdout, stderr };
}

/** As `ask`, while servers of the test answer; standard input is empty. */
export async function askMeanwhile(home: string, args: readonly string[]): Promise<Asked> {
  const child = spawn(process.execPath, argumentsOf(args), {
    ...surroundings(home),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text) => (said[name] += text));
  const [status] = await once(child, 'close');
  return { status, ...said };
}

const argumentsOf = (args: readonly string[]) => [builtHaplog(), ...args];

const surroundings = (home: string) => ({ ...livingIn(home), timeout: 60_000 });
