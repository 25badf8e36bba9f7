/**
 * The name of a file across renames, copies and compression: a hash of its first complete line. A log's first line bears a stamp, so two
 * files with the same first line are the same log, whatever they are called and wherever they lie. Inodes do not survive gzip and are used
 * again.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { Fingerprint } from './batch.js';

/** How many bytes of the first line count at most, so that a file without newlines has a fingerprint as well. */
export const HEAD_BYTES = 4096;

const NEWLINE = 0x0a;

/**
 * The bytes that a fingerprint is made of: the first line without its newline, at most 4096 bytes of it.
 * @param bytes the file's first bytes: 4096 or more, or all there are
 * @param complete nobody will append to the file: a line without a newline counts all the same
 * @returns null while the first line may still grow
 */
export function headOf(bytes: Buffer, complete: boolean): Buffer | null {
  const newline = bytes.indexOf(NEWLINE);
  if (newline >= 0 && newline < HEAD_BYTES) return bytes.subarray(0, newline);
  if (bytes.length >= HEAD_BYTES) return bytes.subarray(0, HEAD_BYTES);
  return complete && bytes.length > 0 ? bytes : null;
}

/** 32 hexadecimal digits: the first half of the head's SHA-256. Not by Node's `crypto`, which takes longer to load. */
export function fingerprintOf(head: Buffer): Fingerprint {
  return bytesToHex(sha256(head).subarray(0, 16));
}
