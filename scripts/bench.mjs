/**
 * Measures what haplog promises, side by side in one run, on data made on the spot and deleted afterwards:
 * catching up against a bare read loop and against other tools (scripts/bench/rivals.mjs), logs that no HAProxy writes, a fleet,
 * line written to webhook received, memory, CPU at rest, a query, a storm.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { extremes } from './bench/extremes.mjs';
import { fleet } from './bench/fleet.mjs';
import { measureLatency } from './bench/latency.mjs';
import { makeBusyLog, makeHistory } from './bench/make-log.mjs';
import { compare, measure, quantile, table } from './bench/measure.mjs';
import { race } from './bench/race.mjs';
import { measureStorm } from './bench/storm.mjs';
import { root } from './freshness.mjs';

const usage = `npm run bench -- [options]
  --only NAME     catch-up, rivals, extremes, fleet, latency, query or storm
  --size MB       size of the log to catch up with (380)
  --rounds N      runs of each contender; the median counts (5)
  --outages N     outages whose news is timed (200)
  --events N      events in the database that is queried (1000000)
  --full          ten million events, which takes long`;

const haplog = join(root, 'dist', 'src', 'main.js');
const readLoop = join(root, 'scripts', 'bench', 'read-loop.mjs');
const budget = { speedRatio: 0.4, rivalRatio: 25, latencyMs: 50, peakMb: 80, queryRatio: 3, fleetRatio: 0.5 };

async function catchUp(folder, { size, rounds }) {
  const log = join(folder, 'haproxy.log');
  const empty = join(folder, 'empty.log');
  writeFileSync(empty, '');
  const made = makeBusyLog(log, size * 1e6);
  const mb = made.bytes / 1e6;
  console.log(
    `\nCatching up: ${mb.toFixed(0)} MB, ${made.lines} lines, ${made.states} of them tell of a state; median of ${rounds}`,
  );
  const imported = (round, file) => [
    haplog,
    'import',
    file,
    '--db',
    join(folder, `import-${round}-${file === log}.db`),
  ];
  const contenders = [
    { name: 'read() loop', args: [readLoop, log], start: 'node -e 0' },
    { name: 'indexOf(10) for each line', args: [readLoop, log, 'lines'], start: 'node -e 0' },
    { name: 'haplog replay', args: [haplog, 'replay', log], start: 'haplog replay, empty' },
    { name: 'haplog import', args: (round) => imported(round, log), start: 'haplog import, empty' },
    { name: 'node -e 0', args: ['-e', '0'] },
    { name: 'haplog replay, empty', args: [haplog, 'replay', empty] },
    { name: 'haplog import, empty', args: (round) => imported(round, empty) },
  ];
  await measure([readLoop, log]); // brings the file into the page cache
  const results = await compare(contenders, rounds);
  const ms = (name) => results.get(name).ms;
  const least = (name) => results.get(name).leastMs;
  const peak = (name) => `${results.get(name).peakMb.toFixed(0)} MB`;
  // What a small log leaves after the start is noise.
  const net = ({ name, start }) => Math.max(1, ms(name) - ms(start));
  const loop = contenders[0];
  table(
    ['', 'whole ms', 'least', 'start ms', 'GB/s', 'GB/s less start', 'ratio', 'of the least', 'less start', 'peak MB'],
    contenders
      .filter(({ start }) => start !== undefined)
      .map((contender) => [
        contender.name,
        ms(contender.name).toFixed(0),
        least(contender.name).toFixed(0),
        ms(contender.start).toFixed(0),
        (mb / ms(contender.name)).toFixed(2),
        (mb / net(contender)).toFixed(2),
        results.get(contender.name).ratio.toFixed(2),
        (least(loop.name) / least(contender.name)).toFixed(2),
        (net(loop) / net(contender)).toFixed(2),
        results.get(contender.name).peakMb.toFixed(0),
      ]),
  );
  console.log(
    `Budget: ratio to the read() loop at least ${budget.speedRatio}; peak under ${budget.peakMb} MB (bare Node ${peak('node -e 0')}, an empty log ${peak('haplog replay, empty')}).`,
  );
}

async function latency(folder, { outages }) {
  const { latencies, peakMb, restMs, restCpuMs } = await measureLatency(folder, haplog, outages);
  const at = (share) => quantile(latencies, share).toFixed(1);
  console.log(`\nLine written to webhook received, on loopback, ${outages} outages`);
  table(
    ['', 'p50 ms', 'p99 ms', 'max ms', 'peak MB', `CPU ms in ${restMs / 1000} s of rest`],
    [['haplog run', at(0.5), at(0.99), Math.max(...latencies).toFixed(1), peakMb?.toFixed(0) ?? '?', restCpuMs ?? '?']],
  );
  console.log(`Budget: p99 under ${budget.latencyMs} ms; peak under ${budget.peakMb} MB; no measurable CPU at rest.`);
}

async function query(folder, { events, rounds }) {
  const log = join(folder, 'history.log');
  const db = join(folder, 'history.db');
  // About ten years for ten million; an hour of it holds about a hundred.
  makeHistory(log, events, 32_000);
  const filled = await measure([haplog, 'import', log, '--db', db]);
  rmSync(log);
  console.log(
    `\nhaplog query --since 1h on ${events} events (imported in ${(filled.ms / 1000).toFixed(0)} s, peak ${filled.peakMb.toFixed(0)} MB)`,
  );
  const contenders = [
    { name: 'node -e 0', args: ['-e', '0'] },
    { name: 'haplog query --since 1h', args: [haplog, 'query', '--since', '1h', '--db', db] },
  ];
  const results = await compare(contenders, rounds * 3);
  const bare = results.get('node -e 0').ms;
  table(
    ['', 'whole ms', 'times node -e 0', 'peak MB'],
    [...results].map(([name, { ms, peakMb }]) => [name, ms.toFixed(0), (ms / bare).toFixed(1), peakMb.toFixed(0)]),
  );
  console.log(`Budget: under ${budget.queryRatio} times node -e 0, on ten million events.`);
}

async function storm(folder) {
  const [backends, servers] = [200, 5];
  const { told, parts, peakMb, drainedMs } = await measureStorm(folder, haplog, backends, servers);
  console.log(
    `\nA storm: ${backends} backends of ${servers} servers, all down within ten seconds, up again, and down again`,
  );
  table(
    ['messages', ...parts, 'most in a minute', ...parts.map((part) => `first ms, ${part}`)],
    told.map(({ receiver, messages, most, firstMs }) => [
      receiver,
      ...messages,
      most,
      ...firstMs.map((ms) => ms.toFixed(0)),
    ]),
  );
  console.log(
    `All told ${(drainedMs / 1000).toFixed(0)} s after the last wave. Budget: peak under ${budget.peakMb} MB, was ${peakMb?.toFixed(0) ?? '?'}; people get 6 messages in any minute at most.`,
  );
}

const programs = { haplog, readLoop, budget };
const parts = {
  'catch-up': catchUp,
  rivals: (folder, numbers) => race(folder, numbers, programs),
  extremes: (folder, numbers) => extremes(folder, numbers, programs),
  fleet: (folder, numbers) => fleet(folder, numbers, programs),
  latency,
  query,
  storm,
};

async function main() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      size: { type: 'string', default: '380' },
      rounds: { type: 'string', default: '5' },
      outages: { type: 'string', default: '200' },
      events: { type: 'string', default: '1000000' },
      full: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(usage);
  if (values.only !== undefined && !(values.only in parts))
    throw new Error(`--only takes ${Object.keys(parts).join(', ')}`);
  if (!existsSync(haplog)) throw new Error('haplog is not built: npm run build');
  const numbers = {
    size: Number(values.size),
    rounds: Number(values.rounds),
    outages: Number(values.outages),
    events: values.full ? 10_000_000 : Number(values.events),
  };
  if (!Object.values(numbers).every((number) => number > 0)) throw new Error(`every number must be above 0\n${usage}`);

  const folder = mkdtempSync(join(tmpdir(), 'haplog-bench-'));
  const clean = () => rmSync(folder, { recursive: true, force: true });
  process.on('exit', clean);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  console.log(`node ${process.version}, ${cpus()[0]?.model.trim()}, ${availableParallelism()} cores`);
  if (process.env.NODE_EXTRA_CA_CERTS) {
    console.log(
      'NODE_EXTRA_CA_CERTS is set: Node reads those certificates at each start, which is in all whole times.',
    );
  }
  for (const [name, part] of Object.entries(parts)) {
    if (values.only === undefined || values.only === name) await part(folder, numbers);
  }
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
