/** The bytes of a log file as chunks, plain or unpacked. A chunk is valid until the next one is asked for. */
import { readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { unpackedChunks, unpackedStream } from './gzip.js';
import { CannotRead, type LogFile } from './log-file.js';

const CHUNK_BYTES = 256 * 1024;
/** A few milliseconds of work. */
const TURN_BYTES = 8 * 1024 * 1024;

/**
 * The bytes of a file from `offset` on, counted as unpacked. Throws `CannotRead` where compressed data are damaged or
 * cut off, after what could be unpacked.
 */
export async function* chunksOf(file: LogFile, offset: number): AsyncGenerator<Buffer, void> {
  if (!file.compressed) return yield* plainChunks(file.handle, offset);
  yield* inWords(skipBytes(unpackedChunks(file.handle), offset), file.openedAs);
}

/** A file's length in bytes as unpacked, as many as can be. */
export async function lengthOf(file: LogFile): Promise<number> {
  if (!file.compressed) return file.size;
  let length = 0;
  try {
    for await (const chunk of chunksOf(file, 0)) length += chunk.length;
  } catch (error) {
    if (!(error instanceof CannotRead)) throw error;
  }
  return length;
}

/** What gzip data unpack to that come from elsewhere than a file; of damage the error names it `name`. */
export function unpacked(packed: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer, void> {
  return inWords(unpackedStream(packed), name);
}

async function* inWords(chunks: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer, void> {
  try {
    yield* chunks;
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

/** The bytes of an unpacked file from `offset` on. */
async function* skipBytes(chunks: AsyncIterable<Buffer>, offset: number): AsyncGenerator<Buffer, void> {
  let left = offset;
  for await (const chunk of chunks) {
    if (left < chunk.length) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}
