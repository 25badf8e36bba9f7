/** The part of the package `tail-file` that src/tail/tail-file.ts uses; options replace properties and methods. */
declare module 'tail-file' {
  import type { EventEmitter } from 'node:events';
  import type { FSWatcher } from 'node:fs';

  export default class Tail extends EventEmitter {
    constructor(filename: string, options: Partial<Tail> & ThisType<Tail>);
    _bufsize: number;
    /** The place in the file of the next read. */
    pos: number;
    /** A read is under way; while it is set, no other one begins. */
    reading: boolean;
    /** Something changed since the last read began. */
    readable: boolean;
    fd: number | null;
    watcher?: FSWatcher | null;
    /** The file being tailed; null when stopped. */
    started: string | null;

    setBytePos(pos: number): void;
    startTail(filename: string): void;
    createReader(): void;
    readStuff(): void;
    append(error: Error | null, bytesRead: number, buffer: Buffer): void;
    decode(chunk: Buffer | null): void;
    getLine(): void;
    checkDir(type: string, name: string | null): void;
    _stop(): void;
  }
}
