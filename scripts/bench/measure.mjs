/** Runs Node programs as their own processes: wall time from start to end, and the most memory that was resident. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

/** Not `resourceUsage().maxRSS`: on Linux that counts the parent from before exec. */
const peakReporter = `data:text/javascript,${encodeURIComponent(`
import { readFileSync, writeSync } from 'node:fs';
process.on('exit', () => {
  let kib;
  try { kib = /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]; }
  catch { kib = process.resourceUsage().maxRSS; }
  writeSync(3, String(kib));
});`)}`;

const timeoutMs = 30 * 60_000;

/** Runs `node ARGS` to its end. Returns `{ ms, peakMb }`; throws when it fails. */
export function measure(args) {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(process.execPath, ['--import', peakReporter, ...args], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
    });
    let said = '';
    let peak = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    child.stdio[3].on('data', (chunk) => {
      peak += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      const ms = performance.now() - began;
      if (code === 0) resolve({ ms, peakMb: Number(peak) / 1024 });
      else reject(new Error(`node ${args.join(' ')} ended with ${code}: ${said}`));
    });
  });
}

/**
 * Runs each of `contenders` (`{ name, args }`, args perhaps made anew each time) `rounds` times, in turns, so that what
 * else the machine does hits all alike. Returns of each by name the median and the least time, the highest peak, and how
 * fast it was beside the first: the median of the rounds, for a machine that is busy or slow is so for a round.
 */
export async function compare(contenders, rounds) {
  const runs = new Map(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, args } of contenders) {
      runs.get(name).push(await measure(typeof args === 'function' ? args(round) : args));
    }
  }
  return new Map(
    [...runs].map(([name, of]) => [
      name,
      {
        ms: median(of.map(({ ms }) => ms)),
        leastMs: Math.min(...of.map(({ ms }) => ms)),
        peakMb: Math.max(...of.map((r) => r.peakMb)),
        ratio: median(of.map(({ ms }, round) => runs.get(contenders[0].name)[round].ms / ms)),
      },
    ]),
  );
}

/** The value below which the given share of values lies. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

export function median(values) {
  return quantile(values, 0.5);
}

/** CPU time a process has used so far in milliseconds, and its resident peak; Linux only, else null. */
export function usageOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    // Fields 14 and 15 of proc(5), in ticks of 10 ms.
    const cpuMs = (Number(fields[11]) + Number(fields[12])) * 10;
    const peakMb = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
    return { cpuMs, peakMb };
  } catch {
    return null;
  }
}

/** Prints rows under a head, columns padded to the widest: the first to the left, the others to the right. */
export function table(head, rows) {
  const all = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  for (const row of all) {
    console.log(
      row
        .map((cell, n) => (n === 0 ? cell.padEnd(widths[n]) : cell.padStart(widths[n])))
        .join('  ')
        .trimEnd(),
    );
  }
}
