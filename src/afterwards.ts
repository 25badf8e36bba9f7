/**
 * Lets time pass after the last line of a log: whatever falls due happens at its own instant, by the clock of its host, as it would between
 * two lines. Pure.
 */
import { type Incident, nextDueAt, nextMuteAt, type Plan, turnsAt } from '../alerts/index.js';
import type { Instant } from '../parsers/index.js';
import type { Memory } from './memory.js';
import { conclude, type Ingested, pass } from './pipeline.js';

/** The most steps taken: reminders have no end. */
const MOST_STEPS = 10_000;

/**
 * Settles the events that wait for a witness, then lets time pass on every host.
 * @param until how far time passes; null: on each host until everything held or kept firing there has come to its end
 * @param latest the furthest in any case: a log that is still written to goes on after its last line
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
    // The first step on a host finds out what is due there.
    next: at,
    end: Math.min(until ?? lastTurnAt(now, host, plan), latest),
  }));
  for (let n = 0; n < MOST_STEPS; n++) {
    const due = hosts.filter(({ next, end }) => next <= end).sort((a, b) => a.next - b.next)[0];
    if (!due) return;
    const passed = pass(now, { host: due.host, at: due.next }, plan);
    // Workers may have been silent for long enough by then: what ends with them goes on for a while.
    const isNew = passed.memory.situation.board !== now.situation.board;
    now = passed.memory;
    if (isNew && until === null) due.end = Math.min(lastTurnAt(now, due.host, plan), latest);
    due.next = nextDueAt(now.situation, due.host);
    yield passed;
  }
}

/** When the last hold or keep-firing that runs on a host passes, or a worker's silence has lasted; -Infinity if none runs. */
function lastTurnAt({ situation: { board, incidents } }: Memory, host: string, plan: Plan): Instant {
  const turns = (incident: Incident) => (incident.host === host ? turnsAt(incident, plan) : Number.POSITIVE_INFINITY);
  const waits = [nextMuteAt(board.workers.get(host)), ...[...incidents].map(([, incident]) => turns(incident))];
  const finite = waits.filter(Number.isFinite);
  return finite.reduce((last, at) => Math.max(last, at), Number.NEGATIVE_INFINITY);
}

/** The latest instant known of any host, including lines that still wait for a witness. */
function endOf({ situation, heard }: Memory): Instant {
  const told = [...situation.clocks].reduce((latest, [, { at }]) => Math.max(latest, at), 0);
  return [...heard.held].reduce((latest, [, { heardAt }]) => Math.max(latest, heardAt), told);
}
