/** The log host of a fleet: many load balancers in one log, each reloaded now and then. What one of them says must not cost more because there are others. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dice, sentences } from './lines.mjs';
import { measure, table } from './measure.mjs';

const hostCounts = [10, 100, 1000];
const changes = 20_000;
const backends = 20;
const begin = Date.UTC(2026, 10, 1);

/** In each of its steps a host has a server fall and return, or, in every tenth one, a new worker. */
function makeFleetLog(path, hosts) {
  const random = dice(hosts);
  const pids = Array.from({ length: hosts }, () => 1000 + Math.floor(random() * 60_000));
  const lines = [];
  let at = begin;
  for (let n = 0; n < changes; n++) {
    const host = n % hosts;
    const put = (pid, text) => lines.push(`${new Date(at).toISOString()} lb${host} haproxy[${pid}]: ${text}\n`);
    const tell = (pid, level, plain) => {
      put(pid, `${`[${level}]`.padEnd(10)} (${pid}) : ${plain}`);
      put(pid, plain);
      put(pid, plain);
    };
    at += 3000;
    if (random() < 0.1) {
      const [old, next] = [pids[host], pids[host] + 3];
      put(900, `[NOTICE]   (900) : New worker (${next}) forked`);
      put(900, '[NOTICE]   (900) : Loading success.');
      for (let b = 0; b < backends; b++) tell(old, 'WARNING', `Proxy be${b} stopped (cumulated conns: FE: 0, BE: 9).`);
      put(900, `[WARNING]  (900) : Former worker (${old}) exited with code 0 (Exit)`);
      pids[host] = next;
    } else {
      const [backend, server] = [`be${Math.floor(random() * backends)}`, `s${Math.floor(random() * 3)}`];
      tell(pids[host], 'WARNING', sentences(backend, server, false, 2)[0].plain);
      at += 2000;
      tell(pids[host], 'WARNING', sentences(backend, server, true, 3)[0].plain);
    }
  }
  writeFileSync(path, lines.join(''));
  return lines.length;
}

export async function fleet(folder, _, { haplog, budget }) {
  const rows = [];
  for (const hosts of hostCounts) {
    const log = join(folder, 'fleet.log');
    const lines = makeFleetLog(log, hosts);
    const { ms, peakMb } = await measure([haplog, 'replay', '-o', 'jsonl', log]);
    rows.push({ hosts, lines, perSecond: (lines / ms) * 1000, peakMb });
  }
  console.log(`\nA fleet in one log: ${changes} changes and reloads, three lines of each change`);
  table(
    ['hosts', 'lines', 'lines/s', 'of those of the fewest', 'peak MB'],
    rows.map(({ hosts, lines, perSecond, peakMb }) => [
      hosts,
      lines,
      perSecond.toFixed(0),
      (perSecond / rows[0].perSecond).toFixed(2),
      peakMb.toFixed(0),
    ]),
  );
  console.log(
    `Budget: with ${hostCounts.at(-1)} hosts at least ${budget.fleetRatio} of the speed with ${hostCounts[0]}.`,
  );
}
