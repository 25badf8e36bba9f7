/**
 * What time alone brings behind the last line of a log: each thing at its own instant, by the clock of its host, as between two
 * lines. Pure.
 */
import { type Incident, nextDueAt, type Plan, turnsAt } from '../alerts/index.js';
import type { Instant } from '../parsers/index.js';
import type { Memory } from './memory.js';
import { conclude, type Ingested, pass } from './pipeline.js';

/** So much comes at most: reminders have no end. */
const MOST_STEPS = 10_000;

/**
 * Settles what waits for a witness, then lets time pass at every host.
 * @param until how far; null: at each host until what is held or kept firing there has come to its end
 * @param latest and no further than this: a log that is still written to goes on behind its last line
 */
export function* afterwards(
  memory: Memory,
  plan: Plan,
  until: Instant | null,
  latest: Instant = Number.POSITIVE_INFINITY,
): Generator<Ingested> {
  const settled = conclude(memory, plan, { live: true, readAt: endOf(memory), passes: true });
  yield settled;
  let now = settled.memory;
  const hosts = [...now.situation.clocks].map(([host, { at }]) => ({
    host,
    // The first look at a host finds what is to come there.
    next: at,
    end: Math.min(until ?? lastTurnAt(now, host, plan), latest),
  }));
  for (let n = 0; n < MOST_STEPS; n++) {
    const due = hosts.filter(({ next, end }) => next <= end).sort((a, b) => a.next - b.next)[0];
    if (!due) return;
    const passed = pass(now, { host: due.host, at: due.next }, plan);
    now = passed.memory;
    due.next = nextDueAt(now.situation, due.host);
    yield passed;
  }
}

/** When the last hold or keep-firing passes that runs at a host; before all time where none does. */
function lastTurnAt({ situation: { incidents } }: Memory, host: string, plan: Plan): Instant {
  const turns = (incident: Incident) => (incident.host === host ? turnsAt(incident, plan) : Number.POSITIVE_INFINITY);
  const finite = [...incidents].map(([, incident]) => turns(incident)).filter(Number.isFinite);
  return finite.reduce((last, at) => Math.max(last, at), Number.NEGATIVE_INFINITY);
}

/** The latest instant of which any host has told, also by a line that still waits for a witness. */
function endOf({ situation, heard }: Memory): Instant {
  const told = [...situation.clocks].reduce((latest, [, { at }]) => Math.max(latest, at), 0);
  return [...heard.held].reduce((latest, [, { heardAt }]) => Math.max(latest, heardAt), told);
}
