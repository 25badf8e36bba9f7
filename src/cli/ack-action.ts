/** What `haplog ack` does. */
import {
  type Group,
  type Incident,
  incidentsByRoot,
  RULE_WORDS,
  rootInWords,
  subjectInWords,
} from '../../alerts/index.js';
import { printableJson } from '../printable.js';
import type { Store } from '../store/store.js';
import { UserError } from '../user-error.js';
import { zoneToPrint } from '../zone.js';
import { authorOf } from './author.js';
import { inColumns } from './columns.js';
import { incidentJson } from './json-rows.js';
import { localTime } from './local-time.js';
import { onStore } from './on-store.js';
import type { ReadingOptions } from './options.js';
import { say } from './say.js';

export interface AckOptions extends ReadingOptions {
  note?: string;
  by?: string;
  only?: boolean;
  output: 'text' | 'json';
}

/**
 * Takes an incident on, with those that began together with it, and says so; without an id, prints the open ones. An id that means none, or
 * several, is a `UserError`.
 */
export async function acknowledge(id: string | undefined, options: AckOptions): Promise<void> {
  const time = localTime(zoneToPrint(options));
  if (id === undefined) {
    const open = await onStore('read', options.db, (store) => store.openIncidents());
    if (options.output === 'json') return say(printableJson(open.map(incidentJson)));
    if (open.length === 0) return say('No incident is open.');
    for (const line of inColumns(open.map((incident) => [incident.id, ...wordsOf(incident, time)]))) say(line);
    return;
  }
  const { incident, others, root } = await onStore('write', options.db, (store) => take(store, id, options));
  if (options.output === 'json') {
    return say(printableJson({ ...incidentJson(incident), together: others.map((other) => other.id) }));
  }
  say(`${incident.id}: taken on: ${wordsOf(incident, time)[0]}`);
  if (root === null || others.length === 0) return;
  say(`and ${others.length} that began together with it, ${rootInWords(root)}:`);
  for (const other of others) say(`${other.id}: ${wordsOf(other, time)[0]}`);
}

interface Taken {
  incident: Incident;
  /** The incidents that were taken on with it, and why. */
  others: Incident[];
  root: Group<Incident>['root'];
}

async function take(store: Store, id: string, { by, note, only = false }: AckOptions): Promise<Taken> {
  const open = await store.openIncidents();
  const incident = meant(open, id);
  const ack = { at: Date.now(), by: authorOf(by), note: note ?? null };
  const taken = await store.acknowledge(incident.id, ack);
  const before = (await store.wishes()).acknowledgements.get(incident.id);
  if (!taken) throw new UserError(`Incident ${incident.id} was taken on before, by ${before?.by ?? 'somebody'}.`);
  const alone = { root: null, items: [incident] };
  const groups = incidentsByRoot(open.filter((other) => other === incident || (!only && isToldWith(incident, other))));
  const { root, items } = groups.find((each) => each.items.includes(incident)) ?? alone;
  const others: Incident[] = [];
  for (const other of items) if (await store.acknowledge(other.id, ack)) others.push({ ...other, ack });
  return { incident: { ...incident, ack }, others, root };
}

/**
 * Whether it was told to a receiver that was told of the other, too. An incident that somebody else sees to, or that nobody was told of, is
 * not taken on with it.
 */
function isToldWith(incident: Incident, { phase, toldAt, receivers }: Incident): boolean {
  return phase === 'firing' && toldAt !== null && receivers.some((name) => incident.receivers.includes(name));
}

function meant(open: readonly Incident[], id: string): Incident {
  // Incidents of one log share the first part of their ids: what stands behind the colon tells them apart.
  const isMeant = ({ id: whole }: Incident) => whole === id || behindColon(whole) === id;
  const begins = ({ id: whole }: Incident) => whole.startsWith(id) || behindColon(whole).startsWith(id);
  const exact = open.filter(isMeant);
  const found = exact.length > 0 ? exact : open.filter(begins);
  const [incident, other] = found;
  if (id === '' || incident === undefined)
    throw new UserError(`No open incident has the id ${JSON.stringify(id)}; haplog ack shows them.`);
  if (other)
    throw new UserError(
      `${found.length} open incidents have an id that begins with ${JSON.stringify(id)}; haplog ack shows them.`,
    );
  return incident;
}

const behindColon = (id: string) => id.slice(id.indexOf(':') + 1);

function wordsOf(incident: Incident, time: (at: number) => string): string[] {
  const { rule, host, openedAt, severity, planned, ack } = incident;
  const about = `${subjectInWords(incident)} on ${host} ${RULE_WORDS[rule].is} since ${time(openedAt)}`;
  return [about, planned ? 'planned' : severity, ack === null ? '' : `taken on by ${ack.by}`];
}
