/** A whole log as batches, plain or compressed, from a file or standard input: for commands that read history and do not follow it. */
import { type Batch, type Fingerprint, FULL_PORTION, type Portion } from './batch.js';
import { BatchMaker, type Clock } from './batches.js';
import { chunksOf } from './chunks.js';
import { bytesOf, STDIN } from './given-bytes.js';
import { LogFile } from './log-file.js';
import { Splitter } from './splitter.js';

/**
 * Reads the file once, from its start to the end it has then. The last batch is `caughtUp`, none is `live`; an empty file yields nothing.
 * Lines have the same fingerprint and offsets as when they were followed. Throws `CannotRead` if there is nothing to read; for a damaged or
 * cut off `.gz`, after giving what could be unpacked.
 */
export async function* readBatches(
  path: string,
  clock: Clock = { now: Date.now },
  portion: Readonly<Portion> = FULL_PORTION,
): AsyncGenerator<Batch, void> {
  const file = LogFile.open(path);
  try {
    const fingerprint = file.fingerprint(true) ?? '';
    // Nobody goes on from the middle, so mere traffic makes no batch. And whenever the work changes between the bytes and a few lines about
    // states, the processor's caches forget what the other needs: the fewer batches, the better.
    const batches = new BatchMaker(path, clock, null, Number.POSITIVE_INFINITY);
    yield* batchesOf(chunksOf(file, 0), batches, fingerprint, portion);
  } finally {
    file.close();
  }
}

/**
 * Reads a log on standard input, plain or gzip. Its events have no address that a reading of the log's file would give them. Throws for
 * damaged data, after giving what could be unpacked.
 */
export function readGiven(stream: AsyncIterable<Buffer>): AsyncGenerator<Batch, void> {
  return batchesOf(bytesOf(STDIN, stream), new BatchMaker(STDIN, { now: Date.now }), STDIN);
}

/** The bytes of a whole log as batches. If the chunks fail, the error is thrown after the batches of what was read before it. */
async function* batchesOf(
  chunks: AsyncIterable<Buffer>,
  batches: BatchMaker,
  fingerprint: Fingerprint,
  portion: Readonly<Portion> = FULL_PORTION,
): AsyncGenerator<Batch, void> {
  const splitter = new Splitter(0, portion);
  let failure: unknown = null;
  try {
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length; ) {
        at = splitter.push(chunk, at);
        if (batches.ripe(splitter)) yield batches.make(splitter, fingerprint, 'line');
      }
    }
    splitter.finish();
  } catch (error) {
    failure = error;
  }
  if (splitter.lineStart > 0) yield batches.make(splitter, fingerprint, failure === null ? 'end' : 'line');
  if (failure !== null) throw failure;
}
