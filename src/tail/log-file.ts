/**
 * One log file held open: the same file whatever it is called by now, and readable even after it was removed. Device and inode tell it from
 * others while it is open; its fingerprint does so for ever.
 */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import type { Instant } from '../../parsers/index.js';
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

/** Other programs that pack logs, by the first bytes of their files; no line of a log begins like these. */
const PACKERS = [
  { name: 'xz', magic: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]) },
  { name: 'zstd', magic: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]) },
  { name: 'bzip2', magic: Buffer.from('BZh91AY&SY') },
];
const MAGIC_BYTES = 10;
/** What is looked at of a log to tell whether anything of it is understood. */
const LINES_BYTES = 64 * 1024;
const CLOSED = -1;

/** A log that cannot be read; `missing` is the only reason that time alone may cure. `packed`: by a program whose files haplog cannot unpack. */
export class CannotRead extends UserError {
  readonly missing: boolean;
  readonly packed: boolean;

  constructor(path: string, reason: string, options: ErrorOptions & { missing?: boolean; packed?: boolean } = {}) {
    super(`Cannot read "${path}": ${reason}`, options);
    this.missing = options.missing ?? false;
    this.packed = options.packed ?? false;
  }
}

/** The operator's words for an error of the operating system. */
function cannotRead(path: string, cause: unknown): CannotRead {
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
  readonly id: FileId;
  /** Told by its first bytes, not by its name. Nobody appends to a compressed file. */
  readonly compressed: boolean;
  #fd: number;
  #head: Buffer | null = null;
  /** The first bytes as they were read, while they are not a whole line. */
  #begun: Buffer = Buffer.alloc(0);

  private constructor(openedAs: string, fd: number, id: FileId, compressed: boolean) {
    this.openedAs = openedAs;
    this.#fd = fd;
    this.id = id;
    this.compressed = compressed;
  }

  /** Opens what the path names now. Throws `CannotRead` if that does not exist, is no regular file, or may not be read. */
  static open(path: string): LogFile {
    try {
      const found = statSync(path);
      if (found.isDirectory()) throw new CannotRead(path, 'it is a directory');
      // Opening a pipe would wait for its writer.
      if (!found.isFile()) throw new CannotRead(path, 'it is no regular file');
      return LogFile.#hold(path, openSync(path, 'r'));
    } catch (error) {
      throw error instanceof CannotRead ? error : cannotRead(path, error);
    }
  }

  static #hold(path: string, fd: number): LogFile {
    try {
      const magic = Buffer.alloc(MAGIC_BYTES);
      readSync(fd, magic, 0, MAGIC_BYTES, 0);
      const other = PACKERS.find((packer) => magic.subarray(0, packer.magic.length).equals(packer.magic));
      if (other) throw new CannotRead(path, `it is packed by ${other.name}; unpack it first`, { packed: true });
      const id = fileIdOf(fstatSync(fd, { bigint: true }));
      return new LogFile(path, fd, id, isGzip(magic));
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  /** The file descriptor, while the file is open. */
  get fd(): number {
    return this.#fd;
  }

  /** In bytes as they lie on the disk. */
  get size(): number {
    return fstatSync(this.fd).size;
  }

  /** When it was written last. */
  get writtenAt(): Instant {
    return fstatSync(this.fd).mtimeMs;
  }

  /** Whether it has no name left: it was removed, or compressed into another file. */
  get removed(): boolean {
    return fstatSync(this.fd).nlink === 0;
  }

  /**
   * The file's name for ever.
   * @param complete nobody appends to it any more, so that a first line without a newline counts
   * @returns null while the first line is not complete
   */
  fingerprint(complete = false): Fingerprint | null {
    if (this.#head) return fingerprintOf(this.#head);
    const bytes = this.#firstBytes();
    this.#head = headOf(bytes, this.compressed);
    const head = this.#head ?? headOf(bytes, complete);
    return head && fingerprintOf(head);
  }

  /** The lines in its first few KiB, the last of which may be incomplete. */
  firstLines(): string[] {
    return this.#firstBytes().toString('utf8').split('\n');
  }

  /** The whole lines in the last 64 KiB before `end`. */
  linesBefore(end: number): string[] {
    const bytes = this.bytesBefore(end, LINES_BYTES);
    return bytes
      .toString('utf8')
      .split('\n')
      .slice(end > bytes.length ? 1 : 0, -1);
  }

  /** The whole lines in the first 64 KiB; of a packed file, those in its first few KiB. */
  linesAtStart(): string[] {
    return this.compressed ? this.firstLines().slice(0, -1) : this.linesBefore(Math.min(this.size, LINES_BYTES));
  }

  /**
   * Takes note of bytes that were read at `offset`. The file is known by what was read at its beginning, not by what stands there when
   * somebody asks.
   */
  hasRead(chunk: Buffer, offset: number): void {
    if (this.compressed || this.#head !== null || offset !== this.#begun.length) return;
    this.#begun = Buffer.concat([this.#begun, chunk.subarray(0, HEAD_BYTES - offset)]);
    this.#head = headOf(this.#begun, false);
  }

  /**
   * Whether it was emptied in place (copytruncate) since it was read up to `offset`: it is shorter then or, if it has grown again, to
   * whatever size, begins differently. Times are not asked: on some file systems they are as coarse as two seconds. Asked before each
   * reading that follows a pause, so it must be quick: two system calls on what lies in the page cache, which a thread pool would only make
   * slower.
   */
  truncatedSince(offset: number): boolean {
    if (this.compressed) return false;
    if (this.size < offset) return true;
    const known = this.#head ?? this.#begun;
    const now = Buffer.allocUnsafe(known.length);
    return readSync(this.fd, now, 0, now.length, 0) < now.length || !now.equals(known);
  }

  /** The start of the line that holds the byte before `offset`, or `offset` itself if a line ends there. */
  lineStartAt(offset: number): number {
    const block = Buffer.allocUnsafe(64 * 1024);
    for (let end = offset; end > 0; end -= Math.min(end, block.length)) {
      const start = Math.max(0, end - block.length);
      const bytesRead = readSync(this.fd, block, 0, end - start, start);
      const newline = block.subarray(0, bytesRead).lastIndexOf(0x0a);
      if (newline >= 0) return start + newline + 1;
    }
    return 0;
  }

  /** The last bytes before `end`, a few KiB of them unless more are wanted. */
  bytesBefore(end: number, length = HEAD_BYTES): Buffer {
    const start = Math.max(0, end - length);
    const bytes = Buffer.alloc(end - start);
    return bytes.subarray(0, readSync(this.fd, bytes, 0, bytes.length, start));
  }

  /**
   * Whether the longer one begins with the shorter one, as far as the shorter one's last bytes tell: the first lines of two files may be
   * equal. If one of them is packed, the first line has to do, and nothing is compared.
   */
  holdsTheSame(other: LogFile): boolean {
    if (this.compressed || other.compressed) return true;
    const end = Math.min(this.size, other.size);
    return this.bytesBefore(end).equals(other.bytesBefore(end));
  }

  /** Closing it again does nothing, even if another file has its descriptor by then. */
  close(): void {
    const fd = this.#fd;
    this.#fd = CLOSED;
    if (fd !== CLOSED) closeSync(fd);
  }

  #firstBytes(): Buffer {
    // Even compressed, 4096 bytes never take more than twice their room.
    const bytes = Buffer.alloc(this.compressed ? 2 * HEAD_BYTES : HEAD_BYTES);
    const read = bytes.subarray(0, readSync(this.fd, bytes, 0, bytes.length, 0));
    return this.compressed ? unpackedHead(read).subarray(0, HEAD_BYTES) : read;
  }
}
