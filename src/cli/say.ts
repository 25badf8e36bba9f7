/** What a command tells a person, line by line. */
import { writeSync } from 'node:fs';
import { printable } from '../printable.js';

/** A line to standard output. */
export function say(line: string): void {
  process.stdout.write(`${printable(line)}\n`);
}

/** A line to standard error, for what is not the answer. Past Node's stream, which takes a start 4 ms to make. */
export function remark(line: string): void {
  let rest = Buffer.from(`${printable(line)}\n`);
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(2, rest));
  } catch {
    process.stderr.write(rest); // full for the moment, or nobody reads: the stream waits, or tells
  }
}
