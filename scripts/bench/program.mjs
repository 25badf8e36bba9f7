/** Runs any program to its end, bounded in time: wall and CPU time, peak of resident memory, and what it wrote. */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { performance } from 'node:perf_hooks';

/** GNU time, which asks the kernel for peak and CPU time when the program has ended. */
const gnuTime = '/usr/bin/time';
const hasGnuTime = spawnSync(gnuTime, ['--version'], { encoding: 'utf8' }).output?.join('').includes('GNU') ?? false;
/** Where there is none, the peak is looked up while the program runs: what ends sooner is not seen. */
const lookEveryMs = 5;

/** Where `command` stands in PATH, or in the system's folders beside it; null where it is not installed. */
export function whereIs(command) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, command)).find((path) => existsSync(path)) ?? null;
}

/**
 * Runs `command ARGS` in `folder`, which is also its home.
 * @param options `stdin`: path of what it reads there; `codes`: how it may end; `limitMs`: it is ended after that
 * @returns `{ ms, cpuMs, peakMb, out }`, null where nothing can tell it; or null when the time was up
 */
export async function run(command, args, folder, { stdin = null, codes = [0], limitMs }) {
  const [outPath, peakPath] = [join(folder, 'out'), join(folder, 'peak')];
  const out = openSync(outPath, 'w');
  const input = stdin === null ? 'ignore' : openSync(stdin, 'r');
  const whole = hasGnuTime ? [gnuTime, '-o', peakPath, '-f', '%M %U %S', command, ...args] : [command, ...args];
  const began = performance.now();
  // A group of its own, so that the time limit ends the program and not only the one that measures it.
  const child = spawn(whole[0], whole.slice(1), {
    cwd: folder,
    env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, TMPDIR: folder },
    stdio: [input, out, 'pipe'],
    detached: true,
  });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said = (said + chunk).slice(-2000);
  });
  let peakMb = null;
  const looking = hasGnuTime ? null : setInterval(() => (peakMb = peakOf(child.pid) ?? peakMb), lookEveryMs);
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    process.kill(-child.pid, 'SIGKILL');
  }, limitMs);
  try {
    const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
    const ms = performance.now() - began;
    if (late) return null;
    if (!codes.includes(code)) throw new Error(`${command} ended with ${code}: ${said}`);
    let cpuMs = null;
    if (hasGnuTime) {
      // Before these may stand that it ended with another status than 0.
      const [kib, user, system] = readFileSync(peakPath, 'utf8').trim().split('\n').at(-1).split(' ').map(Number);
      peakMb = kib / 1024;
      cpuMs = (user + system) * 1000;
    }
    return { ms, cpuMs, peakMb, out: readFileSync(outPath, 'utf8') };
  } finally {
    clearTimeout(limit);
    clearInterval(looking);
    closeSync(out);
    if (input !== 'ignore') closeSync(input);
  }
}

function peakOf(pid) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
  } catch {
    return null;
  }
}
