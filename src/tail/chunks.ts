/** The bytes of a log file as chunks, plain or unpacked. A chunk is valid until the next one is asked for. */
import { readSync } from 'node:fs';
import { unpackedChunks, unpackedStream } from './gzip.js';
import { CannotRead, type LogFile } from './log-file.js';
import { LINE_BYTES_MAX } from './splitter.js';
import { sweepAtHand } from './sweep.js';

const NEWLINE = 0x0a;
/** Small enough to stay in a processor's cache of a megabyte or two, beside all else that is in use. */
const CHUNK_BYTES = 256 * 1024;
/** A few milliseconds of work. */
const TURN_BYTES = 8 * 1024 * 1024;
/** How much of a line is kept for the next chunk: no line that is worth reading is longer. */
const KEPT_BYTES = LINE_BYTES_MAX;
/** How much must be left to read before the room in the sweep's memory is worth making. */
const ROOM_WORTH_BYTES = 1024 * 1024;

/** Without Node's `timers/promises`, which takes a millisecond to load. */
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/**
 * The bytes of a file from `offset` on, counted as unpacked. Throws `CannotRead` if compressed data are damaged or cut off, after giving
 * what could be unpacked.
 */
export function chunksOf(file: LogFile, offset: number): AsyncGenerator<Buffer, void> {
  if (!file.compressed) return plainChunks(file, offset);
  return inWords(skipBytes(unpackedChunks(file.fd), offset), file.openedAs);
}

/** A file's length in bytes as unpacked; if it is damaged, as much as can be unpacked. */
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

/** The longest file, of equally long ones the last; null if there is none. Closes the others. */
export async function longestOf(files: readonly LogFile[]): Promise<LogFile | null> {
  let longest: { file: LogFile; length: number } | null = null;
  for (const file of files) {
    const length = files.length === 1 ? 0 : await lengthOf(file);
    if (longest === null || length >= longest.length) longest = { file, length };
  }
  for (const file of files) if (file !== longest?.file) file.close();
  return longest?.file ?? null;
}

/** Unpacks gzip data that do not come from a file; an error about damage calls them `name`. */
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
 * Reads from `offset` up to the end that the file has by then. The reads are small and synchronous, because a chunk that fits the
 * processor's cache is scanned while it is still there, and a thread's answer takes longer to arrive than the bytes do. A chunk holds whole
 * lines, except for the file's last line and lines that are too long: a line that has no end yet is put before the bytes that are read
 * next. Between turns the rest of the process gets to run.
 */
async function* plainChunks(file: LogFile, offset: number): AsyncGenerator<Buffer, void> {
  const room = file.size - offset >= ROOM_WORTH_BYTES ? takeRoom() : null;
  try {
    const buffer = room ?? Buffer.allocUnsafeSlow(KEPT_BYTES + CHUNK_BYTES);
    let start = KEPT_BYTES;
    let turn = 0;
    for (let at = offset; ; ) {
      const bytesRead = readSync(file.fd, buffer, KEPT_BYTES, buffer.length - KEPT_BYTES, at);
      at += bytesRead;
      const read = buffer.subarray(start, KEPT_BYTES + bytesRead);
      const size = bytesRead === 0 ? read.length : wholeLines(read);
      if (size > 0) yield read.subarray(0, size);
      if (bytesRead === 0) return;
      start = KEPT_BYTES - (read.length - size);
      read.copy(buffer, start, size);
      turn += bytesRead;
      if (turn < TURN_BYTES) continue;
      turn = 0;
      await nextTurn();
    }
  } finally {
    if (room !== null) roomIsTaken = false;
  }
}

/** How many bytes there are up to the end of the last whole line; all, if what follows is too long to be kept. */
function wholeLines(bytes: Buffer): number {
  const size = bytes.lastIndexOf(NEWLINE) + 1;
  return bytes.length - size > KEPT_BYTES ? bytes.length : size;
}

let roomIsTaken = false;

/**
 * The memory in which traffic is passed over without being copied first. There is only one, for one log at a time; null if it is taken or
 * cannot be had.
 */
function takeRoom(): Buffer | null {
  if (roomIsTaken) return null;
  const room = sweepAtHand()?.room ?? null;
  roomIsTaken = room !== null;
  return room;
}

/** The bytes of an unpacked file from `offset` on. */
async function* skipBytes(chunks: AsyncIterable<Buffer>, offset: number): AsyncGenerator<Buffer, void> {
  let left = offset;
  for await (const chunk of chunks) {
    if (left < chunk.length) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}
