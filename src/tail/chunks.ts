/** The bytes of a log file as chunks, plain or unpacked. A chunk is valid until the next one is asked for. */
import { readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { CannotRead, type LogFile } from './log-file.js';

const CHUNK_BYTES = 256 * 1024;
/** A few milliseconds of work. */
const TURN_BYTES = 8 * 1024 * 1024;
const GZIP_INPUT_BYTES = 16 * 1024;
const GZIP_OUTPUT_BYTES = 256 * 1024;

/**
 * The bytes of a file from `offset` on, counted as unpacked. Throws `CannotRead` where compressed data are damaged or
 * cut off, after what could be unpacked.
 */
export async function* chunksOf(file: LogFile, offset: number): AsyncGenerator<Buffer, void> {
  if (!file.compressed) return yield* plainChunks(file.handle, offset);
  const packed = file.handle.createReadStream({ start: 0, autoClose: false, highWaterMark: GZIP_INPUT_BYTES });
  yield* skipBytes(unpackedChunks(packed, file.openedAs), offset);
}

/** What a gzip file unpacks to. Throws as `chunksOf`, of the file called `name`. */
export async function* unpackedChunks(packed: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer, void> {
  try {
    yield* gzipChunks(packed);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (!code?.startsWith('Z_')) throw cause;
    const reason = code === 'Z_BUF_ERROR' ? 'the compressed data end in the middle' : `damaged data (${message})`;
    throw new CannotRead(name, reason, { cause });
  }
}

/**
 * Reads on from `offset` up to the end that the file has then. Small synchronous reads, because a chunk that fits the
 * processor's cache is scanned while it is still there, and a thread's answer takes longer to arrive than the bytes do.
 * Between turns everything else of the process has its say.
 */
async function* plainChunks(handle: FileHandle, offset: number): AsyncGenerator<Buffer, void> {
  const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  let turn = 0;
  for (let at = offset; ; ) {
    const bytesRead = readSync(handle.fd, buffer, 0, CHUNK_BYTES, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
    turn += bytesRead;
    if (turn < TURN_BYTES) continue;
    turn = 0;
    await nextTurn();
  }
}

/**
 * Unpacks a gzip file, all its members. What can be unpacked is given before the error of a damaged or cut off one is
 * thrown, which is why this is no `pipeline`: a stream that fails throws away what was not yet fetched.
 */
async function* gzipChunks(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  const unzip = createGunzip({ chunkSize: GZIP_OUTPUT_BYTES });
  let failure: Error | null = null;
  let wake = () => {};
  let ended = false;
  unzip.on('readable', () => wake());
  unzip.on('end', () => {
    ended = true;
    wake();
  });
  unzip.on('error', (error) => {
    failure = error;
    wake();
  });
  /** Gives what is unpacked until `done`. */
  async function* until(done: () => boolean): AsyncGenerator<Buffer, void> {
    for (;;) {
      const chunk: Buffer | null = unzip.read();
      if (chunk !== null) yield chunk;
      else if (failure) throw failure;
      else if (done()) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  try {
    for await (const piece of packed) {
      let taken = false;
      unzip.write(piece, () => {
        taken = true;
        wake();
      });
      yield* until(() => taken);
    }
    unzip.end();
    yield* until(() => ended);
  } finally {
    unzip.destroy();
  }
}

/** The bytes of an unpacked file from `offset` on. */
async function* skipBytes(chunks: AsyncIterable<Buffer>, offset: number): AsyncGenerator<Buffer, void> {
  let left = offset;
  for await (const chunk of chunks) {
    if (left < chunk.length) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}
