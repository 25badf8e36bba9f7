/** Holds what haplog read in a log against what HAProxy itself said meanwhile (see fixtures/corpora/README.md). */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Outage, Transition } from '../../alerts/index.js';
import { readHistory } from '../../src/history-files.js';
import { EMPTY_MEMORY, type Memory } from '../../src/memory.js';
import { conclude, ingest } from '../../src/pipeline.js';
import { Settling } from '../../src/settling.js';
import { PLAN } from './reading.js';

export interface Truth {
  host: string;
  tz: string;
  format: string;
  path: string;
  end: string;
  poll_interval_s: number;
  transitions: { t: string; t_before: string; backend: string; server: string; to: string; pid: number }[];
  outages: {
    backend: string;
    pid: number;
    start: string;
    start_before: string | null;
    end: string | null;
    end_before: string;
    end_how: string;
  }[];
  /** By worker, then by `backend` or `backend/server`, null where HAProxy counts nothing; as in fixtures/corpora. */
  chkdown?: Record<string, Record<string, number | null>>;
  /** The same among others, as a run of the laboratory leaves it; no number where `show stat` leaves the field empty. */
  final_counters?: Record<string, Record<string, { chkdown?: number }>>;
}

export interface Reading {
  truths: Truth[];
  transitions: Transition[];
  outages: Outage[];
  memory: Memory;
}

/** Reads all files of a corpus as `haplog replay` does. */
export async function readCorpus(folder: string): Promise<Reading> {
  const truths = ['truth.json', 'truth-b.json']
    .map((name) => join(folder, name))
    .filter((path) => existsSync(path))
    .map((path): Truth => JSON.parse(readFileSync(path, 'utf8')));
  const logs = readdirSync(folder).filter((name) => name.startsWith('haproxy.log'));
  const context = { tz: truths[0]!.tz, asOf: Date.parse(truths[0]!.end) + 5000 };
  const settling = new Settling();
  let memory = EMPTY_MEMORY;
  for await (const batch of readHistory(
    logs.map((name) => join(folder, name)),
    () => context,
  )) {
    const next = ingest(memory, { ...batch, live: true }, PLAN, context);
    memory = next.memory;
    settling.add(next.news);
  }
  settling.add(conclude(memory, PLAN, { live: true, readAt: 0 }).news);
  const { transitions, outages } = settling.rest();
  return { truths, transitions, outages, memory };
}

/** What the truth has and haplog has not; in words, empty when all is found. */
export function missed({ truths, transitions, outages }: Reading): string[] {
  return truths.flatMap((truth) => {
    // Whole seconds lose up to one; otherwise the log is milliseconds behind the poll's clock.
    const slack = truth.format === 'RSYSLOG_TraditionalFileFormat' || truth.path.startsWith('udp') ? 1500 : 500;
    const within = (at: number, from: string, to: string) =>
      at >= Date.parse(from) - slack && at <= Date.parse(to) + slack;
    const ours = <T extends { host: string; pid: number; backend: string }>(
      fact: T,
      other: { pid: number; backend: string },
    ) => fact.pid === other.pid && fact.backend === other.backend && (truths.length === 1 || fact.host === truth.host);

    const lostTransitions = truth.transitions.filter(
      (seen) =>
        !transitions.some(
          (t) =>
            ours(t, seen) &&
            t.server === seen.server &&
            t.to === seen.to.toLowerCase() &&
            within(t.at, seen.t_before, seen.t),
        ),
    );
    const lostOutages = truth.outages.filter(
      (seen) =>
        !outages.some(
          (o) =>
            ours(o, seen) &&
            within(o.start, seen.start_before ?? seen.start, seen.start) &&
            (seen.end === null ? o.endHow !== 'recovered' : o.end !== null && within(o.end, seen.end_before, seen.end)),
        ),
    );
    return [...lostTransitions, ...lostOutages].map((lost) => JSON.stringify(lost));
  });
}
