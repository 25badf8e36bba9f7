/** The grammar by itself: `parse-loop.mjs FILE` parses every line of FILE and prints how many, and in how many ms. */
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { parseLine } from '../../dist/parsers/index.js';

const context = { tz: 'UTC', asOf: Date.now() };
const lines = readFileSync(process.argv[2], 'utf8').split('\n');
lines.pop();
let states = 0;
const began = performance.now();
for (const line of lines) {
  const parsed = parseLine(line, context);
  if (parsed.ok && parsed.record.sentence.kind !== 'other') states++;
}
console.log(JSON.stringify({ lines: lines.length, states, ms: performance.now() - began }));
