/** Takes a log's lines through hear and step, for tests that ask what came out. */
import type { Plan } from '../../alerts/index.js';
import { EMPTY_MEMORY, type Memory } from '../../src/memory.js';
import { type Ingested, ingest, tick } from '../../src/pipeline.js';
import type { News } from '../../src/store/store.js';
import type { Batch, CandidateLine } from '../../src/tail/batch.js';
import { Splitter } from '../../src/tail/splitter.js';
import { planWith } from './plan.js';

export const PLAN: Plan = planWith();

/** Longer than a line waits for its witness. */
const SILENCE_MS = 1_000;

export const UTC = { tz: 'UTC', asOf: Date.parse('2026-11-23T00:00:00Z') };

/** A batch of lines as the tail hands it over. */
export function batchOf(lines: CandidateLine[], part: Partial<Batch> = {}): Batch {
  const last = lines.at(-1);
  const offset = last === undefined ? 0 : last.start + Buffer.byteLength(last.text) + 1;
  return {
    checkpoint: { path: '/var/log/haproxy.log', fingerprint: 'f', offset },
    lines,
    requests: [],
    strangers: [],
    tally: {
      lines: lines.length,
      bytes: offset,
      traffic: 0,
      candidates: lines.length,
      other: 0,
      oversize: 0,
      displaced: 0,
    },
    samples: [],
    readAt: 0,
    caughtUp: true,
    blocked: false,
    live: true,
    ...part,
  };
}

/** Lines with their addresses, as if they stood in one file. */
export function addressed(texts: readonly string[]): CandidateLine[] {
  let start = 0;
  return texts.map((text) => {
    const line = { text, start };
    start += Buffer.byteLength(text) + 1;
    return line;
  });
}

/** All facts of a log, read in one batch, with a moment of silence behind it. */
export function read(texts: readonly string[], memory: Memory = EMPTY_MEMORY): Ingested {
  return readBatches([batchOf(addressed(texts))], memory);
}

/** The same of a log with traffic in it, as the tail finds it. */
export function readLog(texts: readonly string[], memory: Memory = EMPTY_MEMORY, plan: Plan = PLAN): Ingested {
  const splitter = new Splitter(0);
  const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(''));
  const batches: Batch[] = [];
  for (let at = 0; at < bytes.length; ) {
    at = splitter.push(bytes, at);
    batches.push(batchOf([], splitter.take()));
  }
  return readBatches(batches, memory, plan);
}

function readBatches(batches: readonly Batch[], memory: Memory, plan: Plan = PLAN): Ingested {
  let read: Ingested | null = null;
  for (const batch of batches) {
    const next = ingest(read?.memory ?? memory, batch, plan, UTC);
    read = { memory: next.memory, news: read === null ? next.news : joined(read.news, next.news) };
  }
  const later = tick(read?.memory ?? memory, SILENCE_MS, plan);
  return { memory: later.memory, news: read === null ? later.news : joined(read.news, later.news) };
}

function joined(first: News, second: News): News {
  const lists = Object.entries(first).map(([name, value]) => [
    name,
    Array.isArray(value) ? [...value, ...(second[name as keyof News] as unknown[])] : value,
  ]);
  return Object.fromEntries(lists);
}
