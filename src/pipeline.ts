/**
 * From a batch of lines to one transaction's worth of facts: parse, hear, step. Pure: the same memory and the same
 * batch give the same commit, wherever the daemon was stopped and started in between.
 */
import { type Incident, type Outage, type Plan, step, type Transition } from '../alerts/index.js';
import type { EventId, Instant, TimeContext } from '../parsers/index.js';
import { meaningOf } from './meaning.js';
import { difference, type Memory } from './memory.js';
import { Misses } from './misses.js';
import type { Commit } from './store/store.js';
import type { Batch } from './tail/batch.js';

export interface Ingested {
  memory: Memory;
  commit: Commit;
}

/**
 * Takes in what one look at a log brought.
 * @param context how stamps without zone and year are to be read
 */
export function ingest(memory: Memory, batch: Batch, plan: Plan, context: TimeContext): Ingested {
  const commit = emptyCommit();
  const facts = new Facts();
  const misses = new Misses(batch);
  const { live, readAt: heardAt } = batch;
  let now = memory;

  for (const { text, start } of batch.lines) {
    const id = `${batch.checkpoint.fingerprint}:${start}` as EventId;
    const { parsed, hearing, step: next, memory: after } = meaningOf(now, { text, id, live, heardAt }, plan, context);
    now = after;
    if (!parsed.ok) misses.rejected(text, parsed.reason);
    else if (parsed.record.sentence.kind === 'other') misses.unknown(text, parsed.record);
    if (hearing?.kind === 'copy') facts.copied(hearing.of, hearing.copies);
    if (next === null) continue;
    facts.add(next);
    commit.notifications.push(...next.notifications);
  }
  facts.writeTo(commit);
  commit.checkpoint = batch.checkpoint;
  commit.tally = misses.counted;
  commit.samples = misses.samples;
  return finish(memory, now, commit);
}

/** Lets time pass; only when every source has been read to its end. */
export function tick(memory: Memory, at: Instant, plan: Plan): Ingested {
  const commit = emptyCommit();
  const next = step(memory.situation, { kind: 'tick', at }, plan);
  const facts = new Facts();
  facts.add(next);
  facts.writeTo(commit);
  commit.notifications.push(...next.notifications);
  return finish(memory, { ...memory, situation: next.situation }, commit);
}

/** Facts of one batch by id: the newest of each, in the order of their first telling. */
class Facts {
  readonly #transitions = new Map<EventId, Transition>();
  readonly #outages = new Map<EventId, Outage>();
  readonly #incidents = new Map<EventId, Incident>();
  readonly #copies = new Map<EventId, number>();

  add(next: { transition: Transition | null; outages: Outage[]; incidents: Incident[] }): void {
    if (next.transition) this.#transitions.set(next.transition.id, next.transition);
    for (const outage of next.outages) this.#outages.set(outage.id, outage);
    for (const incident of next.incidents) this.#incidents.set(incident.id, incident);
  }

  copied(id: EventId, copies: number): void {
    const transition = this.#transitions.get(id);
    if (transition) this.#transitions.set(id, { ...transition, copies });
    else this.#copies.set(id, copies);
  }

  writeTo(commit: Commit): void {
    commit.transitions = [...this.#transitions.values()];
    commit.outages = [...this.#outages.values()];
    commit.incidents = [...this.#incidents.values()];
    commit.copies = [...this.#copies].map(([id, copies]) => ({ id, copies }));
  }
}

function emptyCommit(): Commit {
  return {
    checkpoint: null,
    transitions: [],
    outages: [],
    incidents: [],
    notifications: [],
    copies: [],
    remember: [],
    forget: [],
    tally: null,
    samples: [],
  };
}

function finish(before: Memory, memory: Memory, commit: Commit): Ingested {
  return { memory, commit: { ...commit, ...difference(before, memory) } };
}
