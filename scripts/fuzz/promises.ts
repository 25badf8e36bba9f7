/**
 * What must hold for every line, whatever stands in it:
 *  - the scan, the grammar and the hearing take it without a throw, and in bounded time;
 *  - the scan never passes over what the grammar takes for a sentence about a state, alone or among other lines, however
 *    the log is cut into chunks;
 *  - a line of traffic is no event whatever its clients wrote, and a checked server cannot change what its line tells.
 */
import { performance } from 'node:perf_hooks';
import { type EventId, hear, NOTHING_HEARD, type ParseResult } from '../../parsers/index.js';
import { LINE_BYTES_MAX, Splitter } from '../../src/tail/splitter.js';
import type { Dice } from '../../test/support/dice.js';
import { classAlone, eventOf, parsed } from '../../test/support/tells.js';

/** A line takes microseconds, the longest one some milliseconds; beyond this something grows faster than the line. */
export const LINE_MS_MAX = 250;
/** The hearing's memory begins anew after so many lines: mutated headers make every line a host of its own. */
const LINES_OF_ONE_HEARING = 500;

export class BrokenPromise extends Error {}

/** What was seen, so that a run that tested nothing is seen to have tested nothing. */
export interface Counts {
  candidate: number;
  traffic: number;
  piece: number;
  other: number;
  rejected: number;
  events: number;
  slowestMs: number;
}

export class Promises {
  readonly counts: Counts = { candidate: 0, traffic: 0, piece: 0, other: 0, rejected: 0, events: 0, slowestMs: 0 };
  #heard = NOTHING_HEARD;
  #lines = 0;

  /**
   * Holds the promises about a line by itself.
   * @returns what the line tells alone, in one comparable text; null for a line that is no event
   */
  keptBy(line: Buffer): string | null {
    const kind = classAlone(line);
    if (line.length > LINE_BYTES_MAX) return null; // skipped as a whole, whatever it says
    const began = performance.now();
    const result = parsed(line);
    this.#hear(result);
    if (performance.now() - began > LINE_MS_MAX) this.#again(line);
    const event = eventOf(result);
    this.counts[kind]++;
    if (!result.ok) this.counts.rejected++;
    if (event === null) return null;
    this.counts.events++;
    if (kind !== 'candidate')
      throw new BrokenPromise(`the scan takes for ${kind} what the grammar takes for a sentence`);
    return JSON.stringify(event);
  }

  /** Holds the promise about neighbours and chunks: every line that tells something comes out of the log, in order. */
  keptTogether(lines: readonly Buffer[], telling: readonly Buffer[], dice: Dice): void {
    const log = Buffer.concat(lines.flatMap((line) => [line, Buffer.from(dice.chance(0.1) ? '\r\n' : '\n')]));
    const splitter = new Splitter(0);
    const found: string[] = [];
    for (let at = 0; at < log.length; ) {
      const chunk = log.subarray(at, at + 1 + dice.int(dice.pick([3, 400, 20_000])));
      for (let read = 0; read < chunk.length; ) {
        read = splitter.push(chunk, read);
        if (splitter.full) found.push(...splitter.take().lines.map(({ text }) => text));
      }
      at += chunk.length;
    }
    found.push(...splitter.take().lines.map(({ text }) => text));
    const bare = (text: string) => text.replace(/\r+$/, '');
    const seen = new Set(found.map(bare));
    const lost = telling.find((line) => !seen.has(bare(line.toString('utf8'))));
    if (lost) throw new BrokenPromise(`among its neighbours the scan passes over: ${lost.toString('latin1')}`);
  }

  #hear(result: ParseResult): void {
    if (this.#lines++ % LINES_OF_ONE_HEARING === 0) this.#heard = NOTHING_HEARD;
    if (!result.ok) return;
    const id = `f:${this.#lines}` as EventId;
    this.#heard = hear(this.#heard, result.record, result.stamp, { id, heardAt: this.#lines }).heard;
  }

  /** Was it the line, or what else the machine did? The least CPU time of five decides. */
  #again(line: Buffer): void {
    const times = [1, 2, 3, 4, 5].map(() => {
      const began = process.cpuUsage();
      parsed(line);
      const { user, system } = process.cpuUsage(began);
      return (user + system) / 1000;
    });
    const ms = Math.min(...times);
    this.counts.slowestMs = Math.max(this.counts.slowestMs, ms);
    if (ms > LINE_MS_MAX) throw new BrokenPromise(`a line of ${line.length} bytes takes ${ms.toFixed(0)} ms`);
  }
}
