/**
 * Finds what fell together: incidents of one host that began in one breath, and of which one cause is known or likely. People are told of
 * them in one letter.
 */
import type { Instant } from '../parsers/index.js';
import { groupBy } from './group-by.js';
import { type Incident, lastOf, serverOf } from './incident.js';
import type { NotificationKind } from './notification.js';
import type { Thread, Waiting } from './threads.js';
import { plainText } from './words.js';

/** `tracked`: a server that the others follow; `server`: it fell last in each; `host`: all of the host at once. */
export interface Root {
  kind: 'tracked' | 'server' | 'host';
  /** `backend/server`, the server's name, or the host's. */
  name: string;
}

/** Incidents further apart do not have one cause: a check finds a dead server within seconds. */
export const BREATH_MS = 10_000;

/** How many subjects a root must have. One subject may fall twice in a breath, and two that begin together at one host may be chance. */
const FEWEST: Record<Root['kind'], number> = { tracked: 2, server: 2, host: 3 };

export interface Group<Item> {
  /** Null for an item that stands alone. */
  root: Root | null;
  items: Item[];
}

/** How items are grouped. */
interface Grouping<Item> {
  incidentOf(item: Item): Incident;
  /** Only items that are equal in this are grouped together. */
  kindOf?(item: Item): string;
}

/** Groups the threads that wait for one receiver. Beginnings, reminders and ends are kept apart, and so is what is told for another reason. */
export function threadsByRoot<Row extends Waiting>(threads: readonly Thread<Row>[]): Group<Thread<Row>>[] {
  return groupedByRoot(threads, {
    incidentOf: ({ told }) => told.incident,
    kindOf: ({ told: { event, incident }, rows }) => occasionOf(event, incident, rows[0]!.passedOn),
  });
}

/** Names the occasion. What is told on different occasions is told apart, and so is what different people have taken on. */
export function occasionOf(event: NotificationKind, incident: Incident, passedOn: string | null): string {
  return JSON.stringify([event, passedOn, event === 'acknowledged' ? incident.ack : null]);
}

/** Takes open incidents, the oldest first; returns them in groups of those that fell together. */
export function incidentsByRoot(incidents: readonly Incident[]): Group<Incident>[] {
  return groupedByRoot(incidents, { incidentOf: (incident) => incident });
}

/** Groups items. In each group the incident that began first comes first; the groups are in the order in which those first items came. */
export function groupedByRoot<Item>(items: readonly Item[], by: Grouping<Item>): Group<Item>[] {
  if (items.length < 2) return items.map((item) => ({ root: null, items: [item] }));
  const groups: Group<Item>[] = [];
  let alone = [...items];
  for (const kind of ['tracked', 'server', 'host'] as const) {
    const found = groupsOf(alone, kind, by);
    groups.push(...found);
    const taken = new Set(found.flatMap((group) => group.items));
    alone = alone.filter((item) => !taken.has(item));
  }
  groups.push(...alone.map((item) => ({ root: null, items: [item] })));
  const turn = new Map(items.map((item, index) => [item, index]));
  return groups.sort((a, b) => turn.get(a.items[0]!)! - turn.get(b.items[0]!)!);
}

function groupsOf<Item>(items: readonly Item[], kind: Root['kind'], by: Grouping<Item>): Group<Item>[] {
  const { incidentOf, kindOf = () => '' } = by;
  const sharing = groupBy(items, (item) => {
    const incident = incidentOf(item);
    const name = nameOf(incident, kind);
    return name === null ? null : JSON.stringify([incident.host, incident.rule, kindOf(item), name]);
  });
  return [...sharing].flatMap(([key, alike]) => {
    if (key === null) return [];
    return inOneBreath(alike, (item) => incidentOf(item).openedAt)
      .filter((together) => new Set(together.map((item) => incidentOf(item).subject)).size >= FEWEST[kind])
      .map((together) => ({ root: { kind, name: nameOf(incidentOf(together[0]!), kind)! }, items: together }));
  });
}

function nameOf(incident: Incident, kind: Root['kind']): string | null {
  if (kind === 'host') return incident.host;
  if (kind === 'server') return serverThatFell(incident);
  const via = incident.cause?.via;
  return via ? `${via.backend}/${via.server}` : null;
}

/** The server that the incident is about, or that fell last. */
function serverThatFell(incident: Incident): string | null {
  return serverOf(incident) ?? lastOf(incident.fallen)?.server ?? null;
}

/** Splits the items, by age, wherever nothing began for a breath. */
function inOneBreath<Item>(items: readonly Item[], openedAt: (item: Item) => Instant): Item[][] {
  const parts: Item[][] = [];
  let latest: Instant = Number.NEGATIVE_INFINITY;
  // Of two that began at one instant, the one that came first stays in front.
  for (const item of items.toSorted((a, b) => openedAt(a) - openedAt(b))) {
    if (openedAt(item) - latest > BREATH_MS) parts.push([]);
    parts.at(-1)!.push(item);
    latest = openedAt(item);
  }
  return parts;
}

/** Why incidents of one group belong together, as the end of a sentence. */
export function rootInWords({ kind, name }: Root): string {
  if (kind === 'tracked') return `all follow server ${plainText(name, 200)}`;
  return kind === 'server' ? `server ${plainText(name, 200)} was the last of each` : 'all at once';
}
