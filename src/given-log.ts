/** A log that is handed in on standard input, as batches: history-files.ts reads those that are named. */
import type { Batch } from './tail/batch.js';
import { BatchMaker } from './tail/batches.js';
import { bytesOf, STDIN } from './tail/given-bytes.js';
import { Splitter } from './tail/splitter.js';

/**
 * Takes a stream, plain or gzip. Its events have no address that another reading would give them. Throws for damaged data,
 * after what could be unpacked.
 */
export async function* readGiven(stream: AsyncIterable<Buffer>): AsyncGenerator<Batch> {
  const splitter = new Splitter(0);
  const batches = new BatchMaker(STDIN, { now: Date.now });
  let failure: unknown = null;
  try {
    for await (const chunk of bytesOf(STDIN, stream)) {
      for (let at = 0; at < chunk.length; ) {
        at = splitter.push(chunk, at);
        if (batches.ripe(splitter)) yield batches.make(splitter, STDIN, 'line');
      }
    }
    splitter.finish();
  } catch (error) {
    failure = error;
  }
  if (splitter.lineStart > 0) yield batches.make(splitter, STDIN, failure === null ? 'end' : 'line');
  if (failure !== null) throw failure;
}
