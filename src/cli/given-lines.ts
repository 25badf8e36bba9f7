/** Lines that were handed in to be explained: as an argument, or on standard input. */
import { classify, type LineClass } from '../../parsers/index.js';
import { bytesOf, STDIN } from '../tail/given-bytes.js';
import { LineReader, type TakeLine } from '../tail/lines.js';

export interface GivenLine {
  text: string;
  scan: LineClass;
  /** From 1; empty lines count, but are not given. */
  line: number;
  offset: number;
  /** False: the text is only the beginning of a line that is longer than haplog reads. */
  whole: boolean;
}

/** The lines of `given`, or those of standard input. A text with newlines is several lines. */
export async function* givenLines(given: string | null, stdin: AsyncIterable<Buffer>): AsyncGenerator<GivenLine> {
  const reader = new LineReader();
  let lines: GivenLine[] = [];
  const take: TakeLine = (bytes, start, end, whole) => {
    if (start === end) return;
    const { number: line, offset } = reader;
    lines.push({ text: bytes.toString('utf8', start, end), scan: classify(bytes, start, end), line, offset, whole });
  };
  const chunks = given === null ? bytesOf(STDIN, stdin) : [Buffer.from(given)];
  for await (const chunk of chunks) {
    reader.push(chunk, take);
    yield* lines;
    lines = [];
  }
  reader.finish(take);
  yield* lines;
}
