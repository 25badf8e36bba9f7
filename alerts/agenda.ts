/**
 * What falls due next at a host, so that a line need not look at every open incident: a storm opens thousands. It follows from the
 * incidents and the plan, so it is not stored; where there is none, one look at all incidents makes it.
 *
 * A leftist heap (Crane 1972): immutable, and to add an entry or take the first one out costs the logarithm of their number. An entry may
 * be out of date, because its incident has changed since; the code that takes it out asks the incident itself.
 */
import type { Instant } from '../parsers/index.js';
import { changesAt, isUntold } from './due.js';
import { type Incident, incidentKey } from './incident.js';
import type { Plan } from './plan.js';

interface Entry {
  at: Instant;
  key: string;
  left: Entry | null;
  right: Entry | null;
  /** Length of the shortest way down. */
  rank: number;
}

export interface Agenda {
  first: Entry | null;
  size: number;
  /** No incident waits for the moment at which it may be told. */
  allTold: boolean;
}

export const EMPTY_AGENDA: Agenda = { first: null, size: 0, allTold: true };

/** The agenda with the next change that time makes to this incident, as it is now. */
export function noted(agenda: Agenda, incident: Incident, plan: Pick<Plan, 'policy'>): Agenda {
  const at = changesAt(incident, plan);
  const allTold = agenda.allTold && !isUntold(incident);
  if (at === Number.POSITIVE_INFINITY) return allTold === agenda.allTold ? agenda : { ...agenda, allTold };
  const entry: Entry = { at, key: incidentKey(incident), left: null, right: null, rank: 1 };
  return { first: merged(agenda.first, entry), size: agenda.size + 1, allTold };
}

/** The keys of the incidents that may be due by now, and the agenda without them. */
export function takeDue(agenda: Agenda, now: Instant): { keys: Set<string>; rest: Agenda } {
  const keys = new Set<string>();
  let { first, size } = agenda;
  for (; first !== null && first.at <= now; size--) {
    keys.add(first.key);
    first = merged(first.left, first.right);
  }
  return { keys, rest: { ...agenda, first, size } };
}

function merged(a: Entry | null, b: Entry | null): Entry | null {
  if (a === null || b === null) return a ?? b;
  const [top, low] = b.at < a.at ? [b, a] : [a, b];
  const below = merged(top.right, low)!;
  const [left, right] = top.left !== null && top.left.rank >= below.rank ? [top.left, below] : [below, top.left];
  return { at: top.at, key: top.key, left, right, rank: (right?.rank ?? 0) + 1 };
}
