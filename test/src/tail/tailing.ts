/** The language of the tail's tests: log lines, a temporary folder, and a follower whose batches can be awaited. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Batch, Checkpoint } from '../../../src/tail/batch.js';
import { follow } from '../../../src/tail/follow.js';
import type { Notice, NoticeKind } from '../../../src/tail/notice.js';

const TIME_LIMIT_MS = 10_000;

/** A candidate line, different for each `n`, without its newline. */
export function stateLine(n: number | string): string {
  return `2024-02-21T07:03:16.775819-05:00 allyrion haproxy[1305572]: Server k8s-api-server/s${n} is DOWN, reason: Layer4 timeout.`;
}

/** A line that is passed over, without its newline. */
export function trafficLine(n: number | string): string {
  return `2024-02-21T07:03:17.653803-05:00 allyrion haproxy[1305572]: Connect from 10.0.2.162:${n} to 10.4.0.10:8404 (stats/HTTP)`;
}

export function lines(...texts: string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}

/** A folder that goes away with the test. */
export function folder(): { path: (name: string) => string; [Symbol.dispose](): void } {
  const root = mkdtempSync(join(tmpdir(), 'haplog-tail-'));
  return {
    path: (name) => join(root, name),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** A running follower. */
export class Tailing {
  readonly batches: Batch[] = [];
  readonly notices: Notice[] = [];
  readonly #abort = new AbortController();
  readonly #ended: Promise<void>;
  #changed = () => {};

  constructor(path: string, options: { from?: 'start' | 'end'; resume?: Checkpoint | null; now?: () => number } = {}) {
    const batches = follow({
      path,
      from: options.from ?? 'start',
      resume: options.resume ?? null,
      clock: { now: options.now ?? Date.now },
      signal: this.#abort.signal,
      onNotice: (notice) => {
        this.notices.push(notice);
        this.#changed();
      },
    });
    this.#ended = (async () => {
      for await (const batch of batches) {
        this.batches.push(batch);
        this.#changed();
      }
    })();
  }

  get texts(): string[] {
    return this.batches.flatMap((batch) => batch.lines.map(({ text }) => text));
  }

  /** Where a run that begins now would go on. */
  get checkpoint(): Checkpoint | null {
    return this.batches.at(-1)?.checkpoint ?? null;
  }

  kinds(): NoticeKind[] {
    return this.notices.map(({ kind }) => kind);
  }

  /** Waits for a batch or notice that makes it so; throws after ten seconds. */
  async until(what: string, holds: () => boolean): Promise<void> {
    const deadline = Date.now() + TIME_LIMIT_MS;
    while (!holds()) {
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`waited in vain until ${what}; notices: ${JSON.stringify(this.notices)}`);
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
        timer = setTimeout(resolve, left);
      });
      clearTimeout(timer);
    }
  }

  async untilText(text: string): Promise<void> {
    await this.until(`"${text}" arrives`, () => this.texts.includes(text));
  }

  async untilNotice(kind: NoticeKind): Promise<void> {
    await this.until(`${kind} is told`, () => this.kinds().includes(kind));
  }

  /** Ends the stream and waits until it has ended. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** Reads the log to its end and stops. */
export async function checkpointOf(log: string): Promise<Checkpoint> {
  await using tailing = new Tailing(log);
  await tailing.until('caught up', () => tailing.batches.at(-1)?.caughtUp === true);
  return tailing.checkpoint!;
}
