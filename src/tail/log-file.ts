/**
 * One log file held open: the same file whatever it is called by now, and readable even when it was removed. What the
 * kernel calls it (device and inode) tells it from others while it is open; its fingerprint does so for ever.
 */
import { fstatSync, readSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { UserError } from '../user-error.js';
import type { Fingerprint } from './batch.js';
import { fingerprintOf, HEAD_BYTES, headOf } from './fingerprint.js';
import { isGzip, unpackedHead } from './gzip.js';

/** Device and inode: names a file among those that exist at the same moment. */
export type FileId = string;

/** Takes a `stat` with big integers: inodes of some file systems do not fit in a double. */
export function fileIdOf(stat: { dev: bigint; ino: bigint }): FileId {
  return `${stat.dev}:${stat.ino}`;
}

/** What else packs logs, by the first bytes of its files; no line of a log begins so. */
const PACKERS = [
  { name: 'xz', magic: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]) },
  { name: 'zstd', magic: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]) },
  { name: 'bzip2', magic: Buffer.from('BZh91AY&SY') },
];
const MAGIC_BYTES = 10;

/** A log that cannot be opened; `missing` is the only reason that time alone may cure. */
export class CannotRead extends UserError {
  readonly missing: boolean;

  constructor(path: string, reason: string, options: ErrorOptions & { missing?: boolean } = {}) {
    super(`Cannot read "${path}": ${reason}`, options);
    this.missing = options.missing ?? false;
  }
}

/** The operator's words for an error of the operating system. */
export function cannotRead(path: string, cause: unknown): CannotRead {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new CannotRead(path, 'there is no such file', { cause, missing: true });
  if (code === 'EISDIR') return new CannotRead(path, 'it is a directory', { cause });
  if (code === 'EACCES' || code === 'EPERM') {
    return new CannotRead(path, "permission denied; on Debian, add haplog's user to the group that owns it: adm", {
      cause,
    });
  }
  return new CannotRead(path, message, { cause });
}

export class LogFile {
  /** The path it was opened by; for messages, since names wander. */
  readonly openedAs: string;
  readonly handle: FileHandle;
  readonly id: FileId;
  /** Known by its first bytes, not by its name. Nobody appends to a compressed file. */
  readonly compressed: boolean;
  #head: Buffer | null = null;

  private constructor(openedAs: string, handle: FileHandle, id: FileId, compressed: boolean) {
    this.openedAs = openedAs;
    this.handle = handle;
    this.id = id;
    this.compressed = compressed;
  }

  /** Opens what the path names now. Throws `CannotRead` where that is nothing, no regular file, or not for us. */
  static async open(path: string): Promise<LogFile> {
    try {
      const found = await stat(path);
      if (found.isDirectory()) throw new CannotRead(path, 'it is a directory');
      // Opening a pipe would wait for its writer.
      if (!found.isFile()) throw new CannotRead(path, 'it is no regular file');
      return await LogFile.#hold(path, await open(path, 'r'));
    } catch (error) {
      throw error instanceof CannotRead ? error : cannotRead(path, error);
    }
  }

  static async #hold(path: string, handle: FileHandle): Promise<LogFile> {
    try {
      const magic = Buffer.alloc(MAGIC_BYTES);
      await handle.read(magic, 0, MAGIC_BYTES, 0);
      const other = PACKERS.find((packer) => magic.subarray(0, packer.magic.length).equals(packer.magic));
      if (other) throw new CannotRead(path, `it is packed by ${other.name}; unpack it first`);
      const id = fileIdOf(await handle.stat({ bigint: true }));
      return new LogFile(path, handle, id, isGzip(magic));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** In bytes as they lie on the disk. */
  get size(): number {
    return fstatSync(this.handle.fd).size;
  }

  /** No name is left: it was removed, or compressed into another file. */
  get removed(): boolean {
    return fstatSync(this.handle.fd).nlink === 0;
  }

  /**
   * The file's name for ever.
   * @param complete nobody appends to it any more, so that a first line without a newline counts
   * @returns null while the first line is not complete
   */
  async fingerprint(complete = false): Promise<Fingerprint | null> {
    if (this.#head) return fingerprintOf(this.#head);
    const bytes = await this.#firstBytes();
    this.#head = headOf(bytes, this.compressed);
    const head = this.#head ?? headOf(bytes, complete);
    return head && fingerprintOf(head);
  }

  /** The lines at its beginning, as far as a few KiB hold them; for what wants to know when it was begun. */
  async firstLines(): Promise<string[]> {
    return (await this.#firstBytes()).toString('utf8').split('\n');
  }

  /**
   * Was it emptied in place (copytruncate) since it was read up to `offset`? It is shorter then, or, if it has grown
   * again, begins otherwise. Asked before each reading that follows a pause, so it must be quick: two system calls
   * on what lies in the page cache, which a thread pool would only make slower.
   */
  truncatedSince(offset: number): boolean {
    if (this.compressed) return false;
    if (this.size < offset) return true;
    if (this.#head === null) return false;
    const now = Buffer.allocUnsafe(this.#head.length);
    return readSync(this.handle.fd, now, 0, now.length, 0) < now.length || !now.equals(this.#head);
  }

  /** The start of the line that holds the byte before `offset`, or `offset` itself where a line ends there. */
  async lineStartAt(offset: number): Promise<number> {
    const block = Buffer.allocUnsafe(64 * 1024);
    for (let end = offset; end > 0; end -= Math.min(end, block.length)) {
      const start = Math.max(0, end - block.length);
      const { bytesRead } = await this.handle.read(block, 0, end - start, start);
      const newline = block.subarray(0, bytesRead).lastIndexOf(0x0a);
      if (newline >= 0) return start + newline + 1;
    }
    return 0;
  }

  /** The last bytes before `end`, a few KiB of them. */
  async bytesBefore(end: number): Promise<Buffer> {
    const start = Math.max(0, end - HEAD_BYTES);
    const bytes = Buffer.alloc(end - start);
    const { bytesRead } = await this.handle.read(bytes, 0, bytes.length, start);
    return bytes.subarray(0, bytesRead);
  }

  async close(): Promise<void> {
    await this.handle.close();
  }

  async #firstBytes(): Promise<Buffer> {
    // Compressed, 4096 bytes never take twice their room.
    const bytes = Buffer.alloc(this.compressed ? 2 * HEAD_BYTES : HEAD_BYTES);
    const { bytesRead } = await this.handle.read(bytes, 0, bytes.length, 0);
    const read = bytes.subarray(0, bytesRead);
    return this.compressed ? unpackedHead(read).subarray(0, HEAD_BYTES) : read;
  }
}
