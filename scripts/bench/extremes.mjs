/** Logs that no HAProxy writes, and that must do no harm: nothing but state lines, one line of 100 MB, floods of forged changes. */
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FLOODS, makeFlood, makeStateLog } from './make-log.mjs';
import { median, table } from './measure.mjs';
import { run } from './program.mjs';

const parseLoop = fileURLToPath(new URL('parse-loop.mjs', import.meta.url));
const stateLogBytes = 20_000_000;
const longLineMb = 100;
/** As fast as HAProxy serves a client who does nothing else: 4,000 in a second. */
const forgedLines = 40_000;
const limitMs = 5 * 60_000;

export async function extremes(folder, { rounds }, { haplog, readLoop, budget }) {
  const states = join(folder, 'states.log');
  const made = makeStateLog(states, stateLogBytes);
  const long = join(folder, 'long.log');
  const around = makeLongLine(long, folder);

  const empty = join(folder, 'empty.log');
  writeFileSync(empty, '');
  const turns = Math.min(rounds, 3);
  const timed = async (args) => {
    const runs = [];
    for (let n = 0; n < turns; n++) runs.push(await run(process.execPath, args, folder, { limitMs }));
    if (runs.includes(null)) throw new Error(`node ${args.join(' ')} took more than ${limitMs / 1000} s`);
    return {
      ms: median(runs.map(({ ms }) => ms)),
      peakMb: Math.max(...runs.map(({ peakMb }) => peakMb)),
      out: runs[0].out,
    };
  };
  const changes = ({ out }) => out.split('\n').filter((line) => line.startsWith('{"kind":"transition"')).length;
  const start = await timed([haplog, 'replay', empty]);

  const own = await timed([haplog, 'replay', '-o', 'jsonl', states]);
  const net = own.ms - start.ms;
  const alone = JSON.parse((await timed([parseLoop, states])).out);
  console.log(
    `\nNothing but state lines: ${(made.bytes / 1e6).toFixed(0)} MB, ${made.lines} lines, three of each; median of ${turns}`,
  );
  table(
    ['', 'whole ms', 'lines/s', 'MB/s', 'peak MB', 'changes found'],
    [
      [
        'the grammar alone',
        alone.ms.toFixed(0),
        ((alone.lines / alone.ms) * 1000).toFixed(0),
        (made.bytes / 1e3 / alone.ms).toFixed(1),
        '',
        `${alone.states} of ${made.lines} lines`,
      ],
      [
        'haplog replay',
        own.ms.toFixed(0),
        ((made.lines / net) * 1000).toFixed(0),
        (made.bytes / 1e3 / net).toFixed(1),
        own.peakMb.toFixed(0),
        `${changes(own)} of ${made.changes}`,
      ],
    ],
  );

  const loop = await timed([readLoop, long]);
  const passed = await timed([haplog, 'replay', '-o', 'jsonl', long]);
  console.log(`\nA line of ${longLineMb} MB between state lines; median of ${turns}`);
  table(
    ['', 'whole ms', 'ms less start', 'peak MB', 'changes found'],
    [
      ['read() loop', loop.ms.toFixed(0), '', loop.peakMb.toFixed(0), ''],
      ['haplog replay, empty', start.ms.toFixed(0), '', start.peakMb.toFixed(0), ''],
      [
        'haplog replay',
        passed.ms.toFixed(0),
        (passed.ms - start.ms).toFixed(0),
        passed.peakMb.toFixed(0),
        `${changes(passed)} of ${around.changes}`,
      ],
    ],
  );
  console.log(`Budget: peak under ${budget.peakMb} MB, whatever the line.`);

  console.log(`\nFloods: ${forgedLines} forged changes in ten seconds; median of ${turns}`);
  const rows = [];
  for (const flood of FLOODS) {
    const path = join(folder, 'flood.log');
    const genuine = makeFlood(path, forgedLines, flood);
    const read = await timed([haplog, 'replay', '-o', 'jsonl', path]);
    const perSecond = (forgedLines / (read.ms - start.ms)) * 1000;
    rows.push([flood, perSecond.toFixed(0), read.peakMb.toFixed(0), `${changes(read)} of ${genuine}`]);
  }
  table(['', 'lines/s', 'peak MB', 'changes found'], rows);
}

/** State lines, in their midst one line that is as long as many logs. Returns what the state lines tell. */
function makeLongLine(path, folder) {
  const short = join(folder, 'short.log');
  const made = makeStateLog(short, 200_000);
  const bytes = readFileSync(short);
  const middle = bytes.indexOf(10, bytes.length / 2) + 1;
  const file = openSync(path, 'w');
  writeSync(file, bytes.subarray(0, middle));
  const chunk = Buffer.alloc(1e6, 'Server app/a is DOWN, ');
  for (let n = 0; n < longLineMb; n++) writeSync(file, chunk);
  writeSync(file, '\n');
  writeSync(file, bytes.subarray(middle));
  closeSync(file);
  return made;
}
