/** Prints what a command has to say: its answer on standard output, remarks on standard error. */
import { writeSync } from 'node:fs';
import { printable } from '../printable.js';

/** How many lines are written at once. */
const PIECE = 500;

/** A line to standard output. */
export function say(line: string): void {
  print([printable(line)]);
}

/** Lines that are safe to show, to standard output, piece by piece: after a long log there may be many. */
export function print(lines: Iterable<string>): void {
  let piece: string[] = [];
  const flush = () => {
    if (piece.length > 0) write(1, `${piece.join('\n')}\n`);
    piece = [];
  };
  for (const line of lines) if (piece.push(line) >= PIECE) flush();
  flush();
}

/** A line to standard error, for what is not the answer. */
export function remark(line: string): void {
  complain(`${printable(line)}\n`);
}

/** Text to standard error, after all that was said: both may go to one reader, who must see no line torn by another. */
export function complain(text: string): void {
  if (streamed.has(1) && process.stdout.writableLength > 0) process.stdout.write('', () => write(2, text));
  else write(2, text);
}

/** The outputs that go through Node's streams from now on, because something could not be written past them. */
const streamed = new Set<number>();

/** Writes past Node's streams. These write at once as well, but take milliseconds to make, and then five times as long for each text. */
function write(output: 1 | 2, text: string): void {
  const stream = () => (output === 1 ? process.stdout : process.stderr);
  if (streamed.has(output)) return void stream().write(text);
  let rest = Buffer.from(text);
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(output, rest));
  } catch {
    // The output is full for the moment, or nobody reads it: the stream waits, or reports that.
    streamed.add(output);
    stream().write(rest);
  }
}
