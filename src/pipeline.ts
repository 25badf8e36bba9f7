/**
 * From a batch of lines to one transaction's worth of facts: parse, hear, step. Pure: the same memory and the same
 * batch give the same commit, wherever the daemon was stopped and started in between.
 */
import {
  type Incident,
  type Notification,
  type Outage,
  type Plan,
  type Situation,
  type Step,
  step,
  type Transition,
} from '../alerts/index.js';
import {
  type EventId,
  type Hearing,
  hear,
  hearNothing,
  type Instant,
  parseLine,
  type Suspect,
  type TimeContext,
} from '../parsers/index.js';
import { difference, type Memory } from './memory.js';
import type { Commit } from './store/store.js';
import type { Batch } from './tail/batch.js';

export interface Ingested {
  memory: Memory;
  commit: Commit;
}

/**
 * Takes in what one look at a log brought.
 * @param context how stamps without zone and year are to be read
 * @param heardAt our clock when a line with this stamp was read
 */
export function ingest(
  memory: Memory,
  batch: Batch,
  plan: Plan,
  context: TimeContext,
  heardAt: (stamp: Instant) => Instant = () => batch.readAt,
): Ingested {
  const commit = emptyCommit();
  commit.checkpoint = batch.checkpoint;
  commit.tally = batch.tally;
  commit.samples = batch.samples.map((text) => ({ text, reason: 'unknown opening', at: batch.readAt }));
  const facts = new Facts();
  let { heard, situation } = memory;

  for (const line of batch.lines) {
    const parsed = parseLine(line.text, context);
    if (!parsed.ok) {
      commit.samples.push({ text: shorten(line.text), reason: parsed.reason, at: batch.readAt });
      continue;
    }
    const id = `${batch.checkpoint.fingerprint}:${line.start}` as EventId;
    const readAt = heardAt(parsed.stamp.at);
    const hearing = hear(heard, parsed.record, parsed.stamp, { id, heardAt: readAt });
    heard = hearing.heard;
    situation = facts.take(situation, hearing, plan, batch.live, readAt);
  }
  facts.writeTo(commit);
  return finish(memory, { heard, situation }, commit);
}

/** Lets time pass; only when every source has been read to its end. */
export function tick(memory: Memory, at: Instant, plan: Plan): Ingested {
  const commit = emptyCommit();
  const facts = new Facts();
  const hearing = hearNothing(memory.heard, at);
  const heard = facts.take(memory.situation, hearing, plan, true, at);
  const next = step(heard, { kind: 'tick', at }, plan);
  facts.add(next);
  facts.writeTo(commit);
  return finish(memory, { heard: hearing.heard, situation: next.situation }, commit);
}

/** Facts of one batch by id: the newest of each, in the order of their first telling. */
class Facts {
  readonly #transitions = new Map<EventId, Transition>();
  readonly #outages = new Map<EventId, Outage>();
  readonly #incidents = new Map<EventId, Incident>();
  readonly #copies = new Map<EventId, number>();
  readonly #notifications: Notification[] = [];
  readonly #suspects: Suspect[] = [];
  readonly #cleared: EventId[] = [];

  /** Takes in what was heard, event by event; returns the situation that comes of it. */
  take(before: Situation, hearing: Hearing, plan: Plan, live: boolean, heardAt: Instant): Situation {
    let situation = before;
    for (const { event, copies } of hearing.events) {
      const next = step(situation, { kind: 'event', event, copies, live, heardAt }, plan);
      situation = next.situation;
      this.add(next);
    }
    if (hearing.copy) this.#copied(hearing.copy.of, hearing.copy.copies);
    this.#suspects.push(...hearing.suspects);
    this.#cleared.push(...hearing.cleared);
    return situation;
  }

  add(next: Step): void {
    this.#notifications.push(...next.notifications);
    if (next.transition) this.#transitions.set(next.transition.id, next.transition);
    for (const outage of next.outages) this.#outages.set(outage.id, outage);
    for (const incident of next.incidents) this.#incidents.set(incident.id, incident);
  }

  #copied(id: EventId, copies: number): void {
    const transition = this.#transitions.get(id);
    if (transition) this.#transitions.set(id, { ...transition, copies });
    else this.#copies.set(id, copies);
  }

  writeTo(commit: Commit): void {
    commit.transitions = [...this.#transitions.values()];
    commit.outages = [...this.#outages.values()];
    commit.incidents = [...this.#incidents.values()];
    commit.copies = [...this.#copies].map(([id, copies]) => ({ id, copies }));
    commit.notifications = this.#notifications;
    commit.suspects = this.#suspects;
    commit.cleared = this.#cleared;
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
    suspects: [],
    cleared: [],
    remember: [],
    forget: [],
    tally: null,
    samples: [],
  };
}

function finish(before: Memory, memory: Memory, commit: Commit): Ingested {
  return { memory, commit: { ...commit, ...difference(before, memory) } };
}

function shorten(text: string): string {
  return text.slice(0, 200);
}
