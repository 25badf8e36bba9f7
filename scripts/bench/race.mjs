/** haplog and what else reads logs, in turns over the same mixed log. Installs nothing: what is missing is named. */
import { closeSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeBusyLog } from './make-log.mjs';
import { median, table } from './measure.mjs';
import { run, whereIs } from './program.mjs';
import { PIECE_BYTES, rivals } from './rivals.mjs';

/** No run takes longer: a tool that needs it is too slow to say more about. */
const limitMs = 2 * 60_000;

export async function race(folder, { size, rounds }, { haplog, readLoop, budget }) {
  const log = join(folder, 'race.log');
  const piece = join(folder, 'race-piece.log');
  const made = makeBusyLog(log, size * 1e6);
  const pieceMade = cutPiece(log, piece);
  const missing = rivals.filter(({ command }) => whereIs(command) === null);
  const node = (...args) => ({ command: process.execPath, args: (file) => [...args, file] });
  const contenders = [
    { name: 'read() loop', ...node(readLoop), found: () => null },
    { name: 'haplog replay', ...node(haplog, 'replay', '-o', 'jsonl'), found: linesOfTransitions, folds: true },
    ...rivals.filter((rival) => !missing.includes(rival)),
  ];
  console.log(
    `\nBeside other tools: ${(made.bytes / 1e6).toFixed(0)} MB, ${made.serverLines} lines of servers and ${made.backendLines} of backends; slow tools (*) read the first ${(pieceMade.bytes / 1e6).toFixed(0)} MB. median of ${rounds}, all but the first figure less the time for a log of one line`,
  );
  for (const { name, command } of missing) console.log(`  ${name} is not installed (${command}): left out`);

  const results = await inTurns(contenders, rounds, folder, log, piece);
  const bytesOf = ({ piece: part }) => (part ? pieceMade : made).bytes;
  /** MB in a second of wall time or of CPU time; null where that is not known. */
  const speed = (contender, of) => {
    const net = results.get(contender.name)?.[of] ?? null;
    return net === null ? null : bytesOf(contender) / 1e3 / net;
  };
  const [loop, own] = contenders.map((each) => speed(each, 'ms'));
  const [loopCpu, ownCpu] = contenders.map((each) => speed(each, 'cpuMs'));
  table(
    [
      '',
      'whole ms',
      'ms',
      'CPU ms',
      'MB/s',
      'of the loop',
      'haplog faster by',
      'in CPU time',
      'peak MB',
      'state lines found',
    ],
    contenders.map((contender) => {
      const label = contender.piece ? `${contender.name} *` : contender.name;
      const result = results.get(contender.name);
      if (result === null) return [label, `over ${limitMs}`, ...Array(8).fill('')];
      const [each, cpu] = [speed(contender, 'ms'), speed(contender, 'cpuMs')];
      return [
        label,
        result.wholeMs.toFixed(0),
        result.ms.toFixed(0),
        result.cpuMs?.toFixed(0) ?? '?',
        each.toFixed(each < 100 ? 1 : 0),
        (each / loop).toFixed(3),
        times(own / each),
        cpu === null ? '?' : times(ownCpu / cpu),
        result.peakMb?.toFixed(0) ?? '?',
        foundOf(contender, result.found, contender.piece ? pieceMade : made),
      ];
    }),
  );
  const inCpu = loopCpu === null ? '' : `, in CPU time ${(ownCpu / loopCpu).toFixed(2)}`;
  const [wholeLoop, wholeOwn] = contenders.map(({ name }) => results.get(name)?.wholeMs ?? Number.NaN);
  console.log(
    `Budget: at least ${budget.speedRatio} of the read() loop, start and all (${(wholeLoop / wholeOwn).toFixed(2)}; without ${(own / loop).toFixed(2)}${inCpu}); at least ${budget.rivalRatio} times mtail and SEC; peak under ${budget.peakMb} MB.`,
  );
}

/** Runs each contender once a round. A tool whose time is up is not run again: its result is null. */
async function inTurns(contenders, rounds, folder, log, piece) {
  const oneLine = join(folder, 'race-line.log');
  const first = readFileSync(piece);
  writeFileSync(oneLine, first.subarray(0, first.indexOf(10) + 1));
  const runs = new Map(contenders.map(({ name }) => [name, []]));
  const once = ({ command, args, stdin, codes }, file) =>
    run(whereIs(command) ?? command, args(file, folder), folder, { stdin: stdin ? file : null, codes, limitMs });
  await once(contenders[0], log); // brings the file into the page cache
  for (let round = 0; round < rounds; round++) {
    for (const contender of contenders) {
      const of = runs.get(contender.name);
      if (of === null) continue;
      const started = await once(contender, oneLine);
      const done = started && (await once(contender, contender.piece ? piece : log));
      if (done === null) runs.set(contender.name, null);
      else of.push({ started, done, found: contender.found(done.out, folder) });
    }
  }
  return new Map([...runs].map(([name, of]) => [name, of && summaryOf(of)]));
}

/** Medians, less what the start takes; what is left of a quick tool may be less than the clock can tell. */
function summaryOf(runs) {
  const net = (of) => {
    if (runs.some(({ started, done }) => started[of] === null || done[of] === null)) return null;
    return Math.max(1, median(runs.map(({ done }) => done[of])) - median(runs.map(({ started }) => started[of])));
  };
  const peaks = runs.map(({ done }) => done.peakMb).filter((peakMb) => peakMb !== null);
  return {
    wholeMs: median(runs.map(({ done }) => done.ms)),
    ms: net('ms'),
    cpuMs: net('cpuMs'),
    peakMb: peaks.length > 0 ? Math.max(...peaks) : null,
    found: runs[0].found,
  };
}

function times(ratio) {
  return ratio.toFixed(ratio < 10 ? 2 : 0);
}

function foundOf({ name, folds }, found, { serverLines, backendLines }) {
  if (found === null) return name === 'read() loop' ? '' : 'cannot';
  // haplog says of how many lines a change was made, and tells of outages instead of lines about backends.
  if (folds) return `${found.lines} of ${serverLines} as ${found.transitions} changes, ${found.outages} outages`;
  return `${found} of ${serverLines + backendLines}`;
}

function linesOfTransitions(out) {
  const facts = out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  const transitions = facts.filter(({ kind }) => kind === 'transition');
  return {
    lines: transitions.reduce((sum, { copies }) => sum + copies, 0),
    transitions: transitions.length,
    outages: facts.filter(({ kind }) => kind === 'outage').length,
  };
}

/** The log's beginning, to a full line, and what there is to find in it. */
function cutPiece(log, piece) {
  const buffer = Buffer.alloc(PIECE_BYTES);
  const file = openSync(log, 'r');
  const size = readSync(file, buffer, 0, PIECE_BYTES, 0);
  closeSync(file);
  const text = buffer.subarray(0, buffer.lastIndexOf(10, size - 1) + 1);
  writeFileSync(piece, text);
  const said = text.toString('latin1');
  const count = (pattern) => said.match(pattern)?.length ?? 0;
  return {
    bytes: text.length,
    serverLines: count(/ Server \S+ is (?:UP|DOWN), /g),
    backendLines: count(/ has no server available!\n/g),
  };
}
