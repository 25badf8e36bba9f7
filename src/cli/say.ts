/** What a command tells a person, line by line. */
import { printable } from '../printable.js';

/** A line to standard output. */
export function say(line: string): void {
  process.stdout.write(`${printable(line)}\n`);
}
