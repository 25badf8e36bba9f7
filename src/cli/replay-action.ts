/** What `haplog replay` does. */
import type { Instant } from '../../parsers/index.js';
import { readHistory } from '../history-files.js';
import { EMPTY_MEMORY, type Memory } from '../memory.js';
import { narrate } from '../narrate.js';
import { ingest, tick } from '../pipeline.js';
import { printable, printableJson } from '../printable.js';
import { type Facts, Settling } from '../settling.js';
import { incidentJson, notificationJson, outageJson, transitionJson } from './json-rows.js';
import type { PastOptions } from './past.js';
import { planOf } from './plan.js';
import { timeContext } from './time-context.js';

/** A line waits no longer for a second witness (parsers/verdict.ts). */
const WITNESS_MS = 1_000;

export interface ReplayOptions extends PastOptions {
  config?: string;
  output: 'text' | 'jsonl';
}

/** Prints what the files tell, and what would have been sent. A file that cannot be read is a `UserError`. */
export async function replay(files: string[], options: ReplayOptions): Promise<void> {
  const context = timeContext(options, Date.now());
  const plan = await planOf(options.config);
  const settling = new Settling();
  const write = options.output === 'jsonl' ? writeJson : writeText;
  let memory: Memory = EMPTY_MEMORY;
  let latest = 0;
  for await (const batch of readHistory(files, context)) {
    const next = ingest(memory, { ...batch, live: true }, plan, context, asWritten);
    memory = next.memory;
    settling.add(next.commit);
    latest = next.commit.transitions.at(-1)?.at ?? latest;
    write(settling.settled(latest));
  }
  // Nobody knows what came after the last line; what was due soon after it would have been told.
  const { holdMs, keepFiringMs } = plan.policy;
  const end = endOf(memory) + WITNESS_MS;
  for (const at of [end, options.asOf === undefined ? end + holdMs + keepFiringMs : Math.max(end, context.asOf)]) {
    const next = tick(memory, at, plan);
    memory = next.memory;
    settling.add(next.commit);
  }
  write(settling.rest());
}

/** As if each line had been read when it was written: the log's own time is the only one. */
const asWritten = (stamp: Instant): Instant => stamp;

/** The latest instant of which any host has told, also by a line that still waits for a witness. */
function endOf({ situation, heard }: Memory): Instant {
  const told = [...situation.clocks].reduce((latest, [, { at }]) => Math.max(latest, at), 0);
  return [...heard.held].reduce((latest, [, { heardAt }]) => Math.max(latest, heardAt), told);
}

function writeJson({ transitions, outages, incidents, notifications }: Facts): void {
  const rows = [
    ...transitions.map(transitionJson),
    ...outages.map(outageJson),
    ...incidents.map(incidentJson),
    ...notifications.map(notificationJson),
  ];
  if (rows.length > 0) process.stdout.write(`${rows.map(printableJson).join('\n')}\n`);
}

function writeText(facts: Facts): void {
  // What began and ended is told as two lines.
  const begun = facts.outages
    .filter(({ end }) => end !== null)
    .map((outage) => ({ ...outage, end: null, endHow: null }));
  const said = narrate({ ...facts, outages: [...begun, ...facts.outages] }).map(({ words }) => words);
  const sent = facts.notifications.map(
    ({ receiver, event, incident }) =>
      `would tell ${receiver}: ${event}: backend ${incident.subject} on ${incident.host}`,
  );
  for (const words of [...said, ...sent]) process.stdout.write(`${printable(words)}\n`);
}
