/** The bytes of a log that is named or comes on standard input, plain or compressed. A chunk is valid until the next one is asked for. */
import { chunksOf, unpacked } from './chunks.js';
import { isGzip } from './gzip.js';
import { LogFile } from './log-file.js';

/** The path that stands for standard input. */
export const STDIN = '-';

/** Throws `CannotRead` if there is nothing to read; for damaged data, after giving what could be unpacked. */
export async function* bytesOf(path: string, stdin: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  if (path === STDIN) return yield* plain(stdin);
  const file = LogFile.open(path);
  try {
    yield* chunksOf(file, 0);
  } finally {
    file.close();
  }
}

/** A stream as it is, or unpacked if it begins as a gzip file does. */
async function* plain(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  const chunks = stream[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  while (head.length < 2) {
    const { value, done } = await chunks.next();
    if (done) break;
    head = Buffer.concat([head, value]);
  }
  const all = prefixed(head, { [Symbol.asyncIterator]: () => chunks });
  yield* isGzip(head) ? unpacked(all, 'standard input') : all;
}

async function* prefixed(head: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  if (head.length > 0) yield head;
  yield* rest;
}
