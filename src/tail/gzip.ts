/** Unpacks gzip files, even damaged ones: what can be unpacked is given before the error is thrown. */
import { readSync } from 'node:fs';
import { constants, createGunzip, gunzipSync } from 'node:zlib';

const INPUT_BYTES = 16 * 1024;
const OUTPUT_BYTES = 256 * 1024;
/** Damaged data are fed in pieces this small, so that everything before the damage comes out. */
const FINE_BYTES = 16;

/** Whether the bytes begin as a gzip file does (RFC 1952, 2.3.1: ID1, ID2). */
export function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** The unpacked bytes of a gzip file, of all its members. Throws zlib's error (code `Z_...`) if it is damaged. */
export async function* unpackedChunks(fd: number): AsyncGenerator<Buffer, void> {
  const progress = { unpacked: 0, packed: 0 };
  try {
    for await (const chunk of unpackFile(fd, Number.POSITIVE_INFINITY, progress)) {
      progress.unpacked += chunk.length;
      yield chunk;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'Z_DATA_ERROR') throw error;
    // The error discarded whatever else had been unpacked of its piece.
    let known = progress.unpacked;
    for await (const chunk of unpackFile(fd, progress.packed)) {
      if (chunk.length > known) yield chunk.subarray(known);
      known = Math.max(0, known - chunk.length);
    }
  }
}

/** What can be unpacked of the first bytes of a gzip file. */
export function unpackedHead(bytes: Buffer): Buffer {
  let [sound, tried] = [0, bytes.length];
  let head: Buffer = Buffer.alloc(0);
  // If there is damage: the longest beginning that lies before it.
  for (let end = bytes.length + 1; sound + 1 < end; tried = (sound + end) >> 1) {
    try {
      head = gunzipSync(bytes.subarray(0, tried), { finishFlush: constants.Z_SYNC_FLUSH });
      sound = tried;
    } catch {
      end = tried;
    }
  }
  return head;
}

/**
 * One stream over the file, fed in small pieces from `fineFrom` on.
 * @param progress `packed` becomes the place of the piece that is being unpacked
 */
async function* unpackFile(
  fd: number,
  fineFrom: number,
  progress = { unpacked: 0, packed: 0 },
): AsyncGenerator<Buffer, void> {
  const packedBytes = yield* unpackedStream(piecesOf(fd, fineFrom, progress));
  if (!zerosOnly(fd, packedBytes)) {
    throw Object.assign(new Error('something else follows'), { code: 'Z_DATA_ERROR' });
  }
}

async function* piecesOf(fd: number, fineFrom: number, progress: { packed: number }): AsyncGenerator<Buffer> {
  for (let at = 0; ; ) {
    const piece = Buffer.alloc(at < fineFrom ? INPUT_BYTES : FINE_BYTES);
    const bytesRead = readSync(fd, piece, 0, piece.length, at);
    if (bytesRead === 0) return;
    progress.packed = at;
    at += bytesRead;
    yield piece.subarray(0, bytesRead);
  }
}

/**
 * Gives what the pieces of gzip data unpack to, and returns how many of their bytes were gzip. Throws zlib's error. This is no `pipeline`,
 * because a stream that fails throws away what was not yet fetched.
 */
export async function* unpackedStream(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer, number> {
  const unzip = createGunzip({ chunkSize: OUTPUT_BYTES });
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
      else if (done() || ended) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  try {
    for await (const piece of pieces) {
      let taken = false;
      unzip.write(piece, () => {
        taken = true;
        wake();
      });
      yield* until(() => taken);
      if (ended) break;
    }
    if (!ended) unzip.end();
    yield* until(() => ended);
    return unzip.bytesWritten;
  } finally {
    unzip.destroy();
  }
}

/** Whether nothing but zeros follows from `offset` on: padding, as tapes and disks leave it. */
function zerosOnly(fd: number, offset: number): boolean {
  const block = Buffer.alloc(INPUT_BYTES);
  for (let at = offset; ; ) {
    const bytesRead = readSync(fd, block, 0, block.length, at);
    if (bytesRead === 0) return true;
    if (block.subarray(0, bytesRead).some((byte) => byte !== 0)) return false;
    at += bytesRead;
  }
}
