/**
 * What fell together: incidents of one host that began in one breath, of which one cause is known or likely. People are told
 * of them in one letter.
 */
import type { Instant } from '../parsers/index.js';
import { groupBy } from './group-by.js';
import { type Incident, lastOf, serverOf } from './incident.js';
import type { Thread, Waiting } from './threads.js';

/** `tracked`: a server that the others follow; `server`: it fell last in each; `host`: all of the host at once. */
export interface Root {
  kind: 'tracked' | 'server' | 'host';
  /** `backend/server`, the server's name, or the host's. */
  name: string;
}

/** What lies further apart has not one cause; a check finds a dead server within seconds. */
const BREATH_MS = 10_000;

/** Two that begin together at one host may be chance. */
const FEWEST: Record<Root['kind'], number> = { tracked: 2, server: 2, host: 3 };

export interface Group<Row extends Waiting> {
  /** Null for one that stands alone. */
  root: Root | null;
  threads: Thread<Row>[];
}

/** Takes what is due for one receiver, and returns it in groups, in the order in which their first ones came. */
export function groupedByRoot<Row extends Waiting>(threads: readonly Thread<Row>[]): Group<Row>[] {
  const groups: Group<Row>[] = [];
  let alone = [...threads];
  for (const kind of ['tracked', 'server', 'host'] as const) {
    const found = groupsOf(alone, kind);
    groups.push(...found);
    const taken = new Set(found.flatMap((group) => group.threads));
    alone = alone.filter((thread) => !taken.has(thread));
  }
  groups.push(...alone.map((thread) => ({ root: null, threads: [thread] })));
  return groups.sort((a, b) => a.threads[0]!.rows[0]!.seq - b.threads[0]!.rows[0]!.seq);
}

function groupsOf<Row extends Waiting>(threads: readonly Thread<Row>[], kind: Root['kind']): Group<Row>[] {
  const sharing = groupBy(threads, (thread) => keyOf(thread, kind));
  return [...sharing].flatMap(([key, alike]) => {
    if (key === null) return [];
    return inOneBreath(alike)
      .filter((together) => together.length >= FEWEST[kind])
      .map((together) => ({ root: { kind, name: nameOf(together[0]!.told.incident, kind)! }, threads: together }));
  });
}

/** Beginnings and ends are told apart; so is what is told for another reason. */
function keyOf({ told, rows }: Thread, kind: Root['kind']): string | null {
  const { event, incident } = told;
  const name = nameOf(incident, kind);
  if (name === null || (event !== 'firing' && event !== 'resolved')) return null;
  return JSON.stringify([incident.host, incident.rule, event, rows[0]!.passedOn, name]);
}

function nameOf(incident: Incident, kind: Root['kind']): string | null {
  if (kind === 'host') return incident.host;
  if (kind === 'server') return serverThatFell(incident);
  const via = incident.cause?.via;
  return via ? `${via.backend}/${via.server}` : null;
}

/** The server that it is about, or that fell last. */
function serverThatFell(incident: Incident): string | null {
  return serverOf(incident) ?? lastOf(incident.fallen)?.server ?? null;
}

/** Splits where nothing began for a while. */
function inOneBreath<Row extends Waiting>(threads: readonly Thread<Row>[]): Thread<Row>[][] {
  const parts: Thread<Row>[][] = [];
  let latest: Instant = Number.NEGATIVE_INFINITY;
  for (const thread of threads.toSorted((a, b) => openedAt(a) - openedAt(b) || a.rows[0]!.seq - b.rows[0]!.seq)) {
    if (openedAt(thread) - latest > BREATH_MS) parts.push([]);
    parts.at(-1)!.push(thread);
    latest = openedAt(thread);
  }
  return parts;
}

const openedAt = ({ told }: Thread) => told.incident.openedAt;
