/** A log's world for the torture test: its writer, its logrotate, and a follower that is stopped and started. */
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Batch, Checkpoint } from '../../../src/tail/batch.js';
import { readBatches } from '../../../src/tail/read-file.js';
import { volumesOf } from '../../../src/tail/volumes.js';
import { folder, lines, stateLine, Tailing, trafficLine } from './tailing.js';

export type Action =
  | { do: 'write'; lines: number; traffic: number }
  | { do: 'begin a line' }
  | { do: 'rotate'; lateLines: number; create: boolean }
  | { do: 'compress' }
  | { do: 'copytruncate' }
  | { do: 'remove' }
  | { do: 'stop' }
  | { do: 'start' }
  | { do: 'settle' }
  | { do: 'pause'; ms: number };

/** Does the actions to real files, and knows which lines must have arrived. */
export class World {
  readonly files = folder();
  readonly log = this.files.path('haproxy.log');
  readonly expected: string[] = [];
  readonly arrived: string[] = [];
  /** Line by line, the identity that it was given. */
  readonly ids = new Map<string, string>();
  tailing: Tailing | null = null;
  checkpoint: Checkpoint | null = null;
  #next = 0;
  /** What is written of a line that has no end yet. */
  #begun = '';
  /** Something may still be written into the youngest rotated file. */
  #stillOpen = false;

  async do(action: Action): Promise<void> {
    switch (action.do) {
      case 'write':
        return this.write(this.log, action.lines, action.traffic);
      case 'begin a line':
        return this.beginLine();
      case 'rotate':
        return this.rotate(action.lateLines, action.create);
      case 'compress':
        return this.compress();
      case 'copytruncate':
        return this.copytruncate();
      case 'remove':
        return this.remove();
      case 'stop':
        return this.stop();
      case 'start':
        return this.start();
      case 'settle':
        return this.settle();
      case 'pause':
        await sleep(action.ms);
    }
  }

  write(file: string, count: number, traffic: number): void {
    const states = Array.from({ length: count }, () => this.newLine());
    if (count === 0 && this.#begun === '') return;
    const passed = Array.from({ length: traffic }, (_, n) => trafficLine(n));
    appendFileSync(file, (this.#begun === '' ? '' : '\n') + lines(...states, ...passed));
    this.endBegunLine();
    this.expected.push(...states);
    if (file === this.log) this.#stillOpen = false;
  }

  beginLine(): void {
    if (this.#begun !== '') return;
    this.#begun = this.newLine();
    appendFileSync(this.log, this.#begun);
    this.#stillOpen = false;
  }

  newLine(): string {
    return stateLine(this.#next++);
  }

  rotate(lateLines: number, create: boolean): void {
    if (!existsSync(this.log)) return;
    this.shift();
    renameSync(this.log, `${this.log}.1`);
    this.#stillOpen = true;
    if (lateLines > 0) this.write(`${this.log}.1`, lateLines, 0);
    this.endBegunLine();
    if (create) writeFileSync(this.log, '');
  }

  /** As logrotate does it: the modification time stays. */
  compress(): void {
    for (let n = this.#stillOpen ? 2 : 1; n <= 20; n++) {
      const plain = `${this.log}.${n}`;
      if (!existsSync(plain)) continue;
      const { atime, mtime } = statSync(plain);
      writeFileSync(`${plain}.gz`, gzipSync(readFileSync(plain)));
      utimesSync(`${plain}.gz`, atime, mtime);
      unlinkSync(plain);
      return;
    }
  }

  copytruncate(): void {
    if (!existsSync(this.log)) return;
    this.shift();
    copyFileSync(this.log, `${this.log}.1`);
    truncateSync(this.log, 0);
    this.endBegunLine();
    this.#stillOpen = false;
  }

  /** Every rotated file becomes one older. */
  shift(): void {
    for (let n = 20; n > 0; n--) {
      for (const end of ['', '.gz']) {
        if (existsSync(`${this.log}.${n}${end}`)) renameSync(`${this.log}.${n}${end}`, `${this.log}.${n + 1}${end}`);
      }
    }
  }

  /** Left for ever without its newline, it is a line all the same. */
  endBegunLine(): void {
    if (this.#begun !== '') this.expected.push(this.#begun);
    this.#begun = '';
  }

  /**
   * What was removed before it was read is lost to everybody; and without the file that was read last, nobody knows
   * which of the rotated ones are younger. So there is a new one before more happens.
   */
  async remove(): Promise<void> {
    if (this.tailing === null || this.#begun !== '') return;
    await this.settle();
    rmSync(this.log, { force: true });
    await this.settle();
  }

  start(): void {
    this.tailing ??= new Tailing(this.log, { resume: this.checkpoint });
  }

  async stop(): Promise<void> {
    if (!this.tailing) return;
    await this.tailing.stop();
    this.arrived.push(...this.tailing.texts);
    for (const [text, id] of idsOf(this.tailing.batches)) this.ids.set(text, id);
    this.checkpoint = this.tailing.checkpoint ?? this.checkpoint;
    this.tailing = null;
  }

  /** Waits until a line written now has arrived. */
  async settle(): Promise<void> {
    if (!this.tailing) return;
    this.write(this.log, 1, 0);
    await this.tailing.untilText(this.expected.at(-1)!);
  }

  /** What reading the files whole says of the identities, as far as their lines are still there. */
  async idsInFiles(): Promise<Map<string, string>> {
    const ids = new Map<string, string>();
    for (const { path } of await volumesOf(this.log)) {
      for await (const batch of readBatches(path)) for (const [text, id] of idsOf([batch])) ids.set(text, id);
    }
    return ids;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.tailing?.stop();
    this.files[Symbol.dispose]();
  }
}

function idsOf(batches: readonly Batch[]): [text: string, id: string][] {
  return batches.flatMap(({ checkpoint, lines }) =>
    lines.map(({ text, start }): [string, string] => [text, `${checkpoint.fingerprint}:${start}`]),
  );
}
