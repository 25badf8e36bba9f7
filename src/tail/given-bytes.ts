/** The bytes of a log that was named or is handed in, plain or compressed. A chunk is valid until the next one is asked for. */
import { chunksOf, unpacked } from './chunks.js';
import { isGzip } from './gzip.js';
import { LogFile } from './log-file.js';

/** The name under which standard input is asked for. */
export const STDIN = '-';

/** Throws `CannotRead` where there is nothing to read; of damaged data, after what could be unpacked. */
export async function* bytesOf(path: string, stdin: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  if (path === STDIN) return yield* plain(stdin);
  const file = LogFile.open(path);
  try {
    yield* chunksOf(file, 0);
  } finally {
    file.close();
  }
}

/** A stream as it is, or unpacked where it begins as a gzip file does. */
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
