/** A log that is handed in on standard input, as batches: history-files.ts reads those that are named. */
import type { Batch } from './tail/batch.js';
import { BatchMaker } from './tail/batches.js';
import { bytesOf, STDIN } from './tail/given-bytes.js';
import { batchesOf } from './tail/read-file.js';

/**
 * Takes a stream, plain or gzip. Its events have no address that another reading would give them. Throws for damaged data,
 * after what could be unpacked.
 */
export function readGiven(stream: AsyncIterable<Buffer>): AsyncGenerator<Batch, void> {
  return batchesOf(bytesOf(STDIN, stream), new BatchMaker(STDIN, { now: Date.now }), STDIN);
}
