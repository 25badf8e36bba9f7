/**
 * What workers have said of their servers and backends, and what HAProxy can say after that: a state changes, and with it the number of usable servers by one
 * (src/server.c).
 */
import { inOneBreath } from './copies.js';
import { backendOf, type HaproxyEvent } from './event.js';
import { type Heard, heardWith } from './heard.js';
import { backendKey, loggedKey, serverKey, speakerOf, stoppedKey, type WorkerRef } from './keys.js';
import { isWorker, speakersOf } from './processes.js';
import type { Counts, ServerChange } from './record.js';

/** Remembers what a worker said of a server and of its backend. */
export function remember(told: Heard['told'], event: HaproxyEvent): Heard['told'] {
  const { says } = event;
  if (says.kind === 'backend.exhausted') return told.with(backendKey(event, says.backend), 0);
  if (says.kind !== 'server') return told;
  const next = told.with(serverKey(event, says.server), says.change.to);
  const backend = backendKey(event, says.server.backend);
  if (says.counts !== null) return next.with(backend, usableOf(says.counts));
  // A server that comes back by hand may or may not be counted again: it may have no weight.
  return says.change.to === 'ready' || says.change.to === 'undrain' ? next.without(backend) : next;
}

const usableOf = ({ active, backup }: Counts): number => active + backup;

/**
 * Whether HAProxy can say an event after what it said before: the server's state changes, and the number of usable servers follows. That a proxy stops, it
 * can say at any time.
 */
export function fits({ told }: Heard, event: HaproxyEvent): boolean {
  const { says } = event;
  if (says.kind === 'backend.exhausted') return told.get(backendKey(event, says.backend)) === 0;
  if (says.kind !== 'server') return says.kind === 'proxy.stopped';
  const { to } = says.change;
  if (to === (told.get(serverKey(event, says.server)) ?? 'up')) return false;
  const usable = told.get(backendKey(event, says.server.backend));
  if (says.counts === null || typeof usable !== 'number') return true;
  const now = usableOf(says.counts);
  return now === usable || now === usable + (rises(to) ? 1 : -1);
}

/** Whether an event would fit if other lines were lost: servers fell or returned more often than was told. */
export function fitsBehindLoss({ told }: Heard, event: HaproxyEvent): boolean {
  const { says } = event;
  const backend = backendOf(says);
  const usable = backend === null ? undefined : told.get(backendKey(event, backend));
  if (says.kind !== 'server') return typeof usable !== 'number' || usable <= 1;
  if (typeof usable !== 'number') return true; // its fall may have come before anything was heard
  if (says.counts === null) return false;
  return rises(says.change.to) ? usableOf(says.counts) > usable : usableOf(says.counts) < usable;
}

/**
 * Whether an event fits to the letter what the worker has said of the backend, as if nothing had been changed in silence (weights) since. One usable server
 * more or less is enough, even if the last word about this server was lost.
 */
export function fitsExactly(heard: Heard, event: HaproxyEvent): boolean {
  const { says } = event;
  if (says.kind !== 'server') return fits(heard, event);
  const { to } = says.change;
  const before: unknown = heard.told.get(serverKey(event, says.server));
  const usable = heard.told.get(backendKey(event, says.server.backend));
  // `ready` is the first word about a server that was disabled from the beginning, or added since; but nobody ends an outage by it.
  if (says.counts === null)
    return UNCOUNTED[to]?.some((state) => state === before) || (to === 'ready' && before === undefined && usable !== 0);
  // A backend of which nothing was said may lose one of several servers. The loss of its last one takes two sentences.
  if (typeof usable !== 'number') return usableOf(says.counts) > 0 && fits(heard, event);
  const more = usableOf(says.counts) - usable;
  if (more !== 0) return more === (rises(to) ? 1 : -1);
  return fits(heard, event) && (NOT_COUNTED.has(before) || (before === 'down' && !rises(to)));
}

/** Whether an event is what HAProxy would say next of a backend of which it has spoken. That a proxy stops, it can say at any time. */
export function isForeseen(heard: Heard, event: HaproxyEvent): boolean {
  const { says } = event;
  if (!fitsExactly(heard, event)) return false;
  if (says.kind !== 'server') return true;
  // Where usable servers are not counted, nothing shows a made-up line but what was said of the server.
  const said = says.counts === null ? serverKey(event, says.server) : backendKey(event, says.server.backend);
  return heard.told.has(said);
}

const rises = (to: ServerChange['to']): boolean => to === 'up' || to === 'ready' || to === 'undrain';

/** States in which a server is not among the usable ones: when it falls, as many are left. */
const NOT_COUNTED = new Set<unknown>(['maint', 'drain', 'stopping']);

/** Changes that HAProxy tells without counting the usable servers, and what it can have said of the server before (src/server.c, src/cli.c). */
const UNCOUNTED: Partial<Record<ServerChange['to'], readonly ServerChange['to'][]>> = {
  maint: ['down', 'drain', 'ready', 'undrain'],
  drain: ['down', 'maint', 'up', 'ready', 'stopping'],
  ready: ['maint', 'drain'],
  undrain: ['drain', 'maint', 'down', 'ready'],
};

/**
 * Whether HAProxy can say `event` next about the same backend if `first` is true: the number of usable servers follows; or, where they are not counted,
 * both are about the same server; or no server is left, in one breath with the fall of the last (src/server.c).
 */
export function followsFrom(heard: Heard, first: HaproxyEvent, event: HaproxyEvent): boolean {
  const backend = backendOf(first.says);
  if (backend === null || backend !== backendOf(event.says) || first.says.kind !== 'server') return false;
  const after = heardWith(heard, { told: remember(heard.told, first) });
  const usable = after.told.get(backendKey(event, backend));
  if (event.says.kind === 'backend.exhausted') return usable === 0 && inOneBreath(first.at, event.at);
  if (event.says.kind !== 'server') return false;
  const isCounted = event.says.counts !== null && typeof usable === 'number';
  if (isCounted) return fits(after, event);
  return event.says.server.server === first.says.server.server && fitsExactly(after, event);
}

/** Whether any known worker of the host has spoken of the event's backend, or of a proxy of that name that stopped. */
export function isNamed(heard: Heard, event: HaproxyEvent): boolean {
  const { host, pid } = event;
  if (heard.told.has(stoppedKey(host, backendOf(event.says) ?? ''))) return true;
  if (isWorker(heard, host, pid) && isNamedBy(heard, event, event)) return true;
  return speakersOf(heard, host, ({ known }) => known).some(([key]) => isNamedBy(heard, event, speakerOf(key)));
}

/** Whether the worker has spoken of the event's backend. */
export function isNamedBy({ told }: Heard, { says }: HaproxyEvent, worker: WorkerRef): boolean {
  const backend = backendOf(says);
  return backend !== null && (told.has(backendKey(worker, backend)) || told.has(loggedKey(worker, backend)));
}
