/**
 * `npm run fuzz [-- --lines N --seed S]`: holds the parser's promises (scripts/fuzz/promises.ts) against N mutated lines.
 * The same seed makes the same lines, while fixtures/ and the mutations stay as they are. Ends with 1 at the first broken promise, and says how to see it again.
 */
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { Dice } from '../test/support/dice.js';
import { Forger } from '../test/support/forgery.js';
import { forgedInfo, forgedTraffic, mutatedLine } from './fuzz/mutate.js';
import { BrokenPromise, LINE_MS_MAX, Promises } from './fuzz/promises.js';
import { readSeeds } from './fuzz/seeds.js';

/** Lines that are cut into chunks together. */
const TOGETHER = 100;
/** Of a line that broke a promise. */
const SHOWN_MAX = 4_000;

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '10000000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    /** The number of the first line; with `--lines 1` one line of an earlier run. */
    from: { type: 'string', default: '0' },
  },
});
const [lines, seed, from] = [values.lines, values.seed, values.from].map(Number) as [number, number, number];
if (![lines, seed, from].every((number) => Number.isSafeInteger(number) && number >= 0)) {
  console.error('npm run fuzz [-- --lines N --seed S --from N]: whole numbers, please');
  process.exit(2);
}

const seeds = readSeeds();
const forger = new Forger();
const promises = new Promises();
const kinds = { forgedTraffic: 0, forgedInfo: 0, mutated: 0 };
let together: Buffer[] = [];
let telling: Buffer[] = [];

/** One line of the run: how it was made, and what it must not do. */
function tryLine(dice: Dice): void {
  const way = dice.next();
  if (way < 0.45) {
    kinds.forgedTraffic++;
    const { format, line } = forgedTraffic(forger, dice);
    if (hold(line) !== null) throw new BrokenPromise(`an event out of traffic (${format.name})`);
    return;
  }
  if (way < 0.95) {
    kinds.mutated++;
    for (const line of mutatedLine(seeds, forger, dice).split('\n')) hold(line);
    return;
  }
  kinds.forgedInfo++;
  const [before, after] = forgedInfo(seeds, forger, dice).map(hold);
  if (withoutInfo(before!) !== withoutInfo(after!)) throw new BrokenPromise(`the info changed the event: ${before}`);
}

let current = '';
function hold(line: string): string | null {
  current = line;
  const bytes = Buffer.from(line, 'latin1');
  const told = promises.keptBy(bytes);
  together.push(bytes);
  if (told !== null) telling.push(bytes);
  return told;
}

/** An event without what the checked server said, and without the class that its words suggest. */
function withoutInfo(event: string | null): string | null {
  if (event === null) return null;
  return JSON.stringify(JSON.parse(event, (key, value) => (key === 'info' || key === 'class' ? undefined : value)));
}

const began = performance.now();
for (let number = from; number < from + lines; number++) {
  const dice = new Dice(seed, number);
  try {
    tryLine(dice);
    if (together.length >= TOGETHER || number === from + lines - 1) {
      promises.keptTogether(together, telling, dice);
      [together, telling] = [[], []];
    }
  } catch (error) {
    console.error(`Line ${number} of seed ${seed} broke a promise. See it again with`);
    console.error(
      `  npm run fuzz -- --seed ${seed} --from ${Math.max(0, number - 2 * TOGETHER)} --lines ${2 * TOGETHER + 1}`,
    );
    console.error(`  ${JSON.stringify(current).slice(0, SHOWN_MAX)}`);
    console.error(error instanceof BrokenPromise ? error.message : error);
    process.exit(1);
  }
}
const seconds = (performance.now() - began) / 1000;
const { slowestMs, ...seen } = promises.counts;
console.log(
  `${lines} lines of seed ${seed} from ${seeds.count} real ones, in ${seconds.toFixed(0)} s: ${(lines / seconds).toFixed(0)} lines/s`,
);
console.log(`made: ${JSON.stringify(kinds)}`);
console.log(
  `seen: ${JSON.stringify(seen)}; ${slowestMs > 0 ? `the slowest took ${slowestMs.toFixed(0)} ms` : `none took ${LINE_MS_MAX} ms`}`,
);
console.log('No promise was broken.');
