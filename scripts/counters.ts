/**
 * `npm run counters -- DIR [--backends]`: reads every corpus below DIR (a log with its truth.json, as in fixtures/corpora)
 * and holds the falls of each server and worker against HAProxy's own counters. Ends with 1 where a server differs otherwise than
 * is known.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compareFalls, type Difference, isKnown } from '../test/support/counters.js';
import { readCorpus } from '../test/support/truth.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { backends: { type: 'boolean', default: false } },
});
const folder = positionals[0] ?? 'fixtures/corpora';
const corpora = existsSync(folder) ? readdirSync(folder).filter(isCorpus).sort() : [];
if (corpora.length === 0) {
  console.error(`There is no corpus in ${folder}: a folder with a log and its truth.json.`);
  process.exit(2);
}

const total = { equal: 0, known: 0, different: 0 };
for (const name of corpora) {
  const reading = await readCorpus(join(folder, name));
  const servers = compareFalls(reading, 'servers');
  total.equal += servers.equal;
  const known = servers.different.filter((each) => isKnown(name, each)).length;
  total.known += known;
  total.different += servers.different.length - known;
  report(name, 'servers', servers);
  if (values.backends) report(name, 'backends', compareFalls(reading, 'backends'));
}
console.log(
  `all: ${total.equal + total.known + total.different} servers compared, ${total.equal} equal, ${total.known} different as known, ${total.different} otherwise`,
);
process.exitCode = total.different > 0 ? 1 : 0;

function isCorpus(name: string): boolean {
  return existsSync(join(folder, name, 'truth.json'));
}

function report(corpus: string, of: string, { equal, different }: { equal: number; different: Difference[] }): void {
  console.log(`${corpus}: ${equal + different.length} ${of} compared, ${equal} equal, ${different.length} different`);
  for (const { name: who, told, counted } of different) {
    const known = isKnown(corpus, { name: who, told, counted }) ? ' (known: docs/limits.md)' : '';
    console.log(`  ${who}: told ${told}, counted ${counted ?? 'nothing, unknown to HAProxy'}${known}`);
  }
}
