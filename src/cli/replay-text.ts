/**
 * What a log tells, as lines for people in the order of time, each with its time: what happened, and in its place what
 * would have been sent. Lines wait until no later one can come before them, so that a log of any size is told in bounded
 * memory. Pure.
 */
import { formatStamp, type Incident, incidentInWords, type Outage, type Transition } from '../../alerts/index.js';
import type { Instant } from '../../parsers/index.js';
import { incidentSaid, outageSaid, transitionSaid } from '../narrate.js';
import { SETTLED_AFTER_MS } from '../settling.js';
import type { News } from '../store/store.js';

interface Line {
  at: Instant;
  /** The order of what happened at the same instant: a change of state, the outage that it begins, the incident, and who is told. */
  rank: 0 | 1 | 2 | 3;
  utcOffsetMin: number;
  /** A text if it is final; a function if later facts may still change it. Texts take less room. */
  words: string | (() => string);
}

export class ReplayText {
  #lines: Line[] = [];
  /** Transitions whose lines wait: a later copy of one changes its number of copies. */
  readonly #transitions = new Map<string, Transition>();
  /** Outages and incidents whose beginning is told already. */
  readonly #open = new Set<string>();
  readonly #firing = new Set<string>();

  add({ transitions, outages, incidents, notifications, copies }: News): void {
    for (const transition of transitions) this.#addTransition(transition);
    for (const { id, copies: count } of copies) {
      const transition = this.#transitions.get(id);
      if (transition) this.#transitions.set(id, { ...transition, copies: count });
    }
    for (const outage of outages) this.#addOutage(outage);
    for (const incident of incidents) this.#addIncident(incident);
    for (const { receiver, event, incident, createdAt } of notifications) {
      const words = `would tell ${receiver}: ${event}: ${incidentInWords(incident)}`;
      this.#lines.push({ at: createdAt, rank: 3, utcOffsetMin: incident.utcOffsetMin, words });
    }
  }

  /** The lines that nothing can come before any more at the log's time `now`. */
  settled(now: Instant): Iterable<string> {
    return this.#take(now - SETTLED_AFTER_MS);
  }

  /** All that is left: the log has been read to its end. */
  rest(): Iterable<string> {
    return this.#take(Number.POSITIVE_INFINITY);
  }

  #addTransition(transition: Transition): void {
    const { id, at, utcOffsetMin } = transition;
    const known = this.#transitions.has(id);
    this.#transitions.set(id, transition);
    if (known) return;
    const words = () => {
      const newest = this.#transitions.get(id) ?? transition;
      this.#transitions.delete(id);
      return transitionSaid(newest).words;
    };
    this.#lines.push({ at, rank: 0, utcOffsetMin, words });
  }

  /** The beginning and the end of an outage are two lines. */
  #addOutage(outage: Outage): void {
    const { id, start, end, utcOffsetMin } = outage;
    if (!this.#open.has(id)) {
      this.#open.add(id);
      const begun = { ...outage, end: null, endHow: null };
      this.#lines.push({ at: start, rank: 1, utcOffsetMin, words: outageSaid(begun).words });
    }
    if (end === null) return;
    this.#open.delete(id);
    this.#lines.push({ at: end, rank: 1, utcOffsetMin, words: outageSaid(outage).words });
  }

  #addIncident(incident: Incident): void {
    const { id, phase, firedAt, openedAt, resolvedAt, utcOffsetMin } = incident;
    const tell = (at: Instant, told: Incident) => {
      const words = incidentSaid(told, null)?.words;
      if (words !== undefined) this.#lines.push({ at, rank: 2, utcOffsetMin, words });
    };
    if (phase !== 'pending' && firedAt !== null && !this.#firing.has(id)) {
      this.#firing.add(id);
      tell(firedAt, { ...incident, phase: 'firing', resolvedAt: null });
    }
    if (phase !== 'resolved') return;
    this.#firing.delete(id);
    tell(resolvedAt ?? openedAt, incident);
  }

  *#take(upTo: Instant): Iterable<string> {
    const ripe = this.#lines.filter(({ at }) => at <= upTo).sort((a, b) => a.at - b.at || a.rank - b.rank);
    if (ripe.length === 0) return;
    this.#lines = this.#lines.filter(({ at }) => at > upTo);
    for (const { at, utcOffsetMin, words } of ripe) {
      yield `${formatStamp(at, utcOffsetMin)}  ${typeof words === 'string' ? words : words()}`;
    }
  }
}
