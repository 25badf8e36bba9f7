/** All that haplog remembers between two batches, and how it is written to the store and read back. Pure. */
import {
  afterOwnSetBack,
  type Incident,
  lastNoted,
  NOTHING_KNOWN,
  ownSetBack,
  type Situation,
  type TrafficSeen,
  type Workers,
} from '../alerts/index.js';
import {
  type EventId,
  type Heard,
  heardBefore,
  type Instant,
  lastHeard,
  NOTHING_HEARD,
  Shelf,
} from '../parsers/index.js';
import type { Commit, MemoryRow } from './store/store.js';

export interface Memory {
  heard: Heard;
  situation: Situation;
  /** For each backend, when its requests were last in the log. */
  traffic: TrafficSeen;
  /** Requests that failed after a line about their backend that still waits for its witness; `after` is that line's event. */
  unassigned: Shelf<{ host: string; backend: string; failed: number; after: EventId }>;
}

/** The memory with the given parts replaced. Written out, as in parsers/heard.ts. */
export function memoryWith(
  memory: Memory,
  {
    heard = memory.heard,
    situation = memory.situation,
    traffic = memory.traffic,
    unassigned = memory.unassigned,
  }: Partial<Memory>,
): Memory {
  return { heard, situation, traffic, unassigned };
}

export const EMPTY_MEMORY: Memory = {
  heard: NOTHING_HEARD,
  situation: NOTHING_KNOWN,
  traffic: Shelf.of(),
  unassigned: Shelf.of(),
};

/** The memory after our own clock was set back by `byMs`, or forward where that is negative: what waits waits as long as it would have. */
export function afterSetBack(memory: Memory, byMs: number): Memory {
  const { heard, situation } = memory;
  const clocks = ownSetBack(situation.clocks, byMs);
  let { incidents } = situation;
  for (const [key, incident] of situation.incidents) {
    const now = clocks.get(incident.host)?.at ?? Number.NEGATIVE_INFINITY;
    const after = afterOwnSetBack(incident, byMs, now);
    if (after !== incident) incidents = incidents.with(key, after);
  }
  return memoryWith(memory, { heard: heardBefore(heard, byMs), situation: { ...situation, clocks, incidents } });
}

/** The latest instant of our own clock that is remembered; -Infinity if none is. */
export function lastInstant({ heard, situation }: Memory): Instant {
  return Math.max(lastHeard(heard), lastNoted(situation.clocks));
}

/** Each shelf by its name in the store. */
function shelves({ heard, situation, traffic, unassigned }: Memory): Record<string, Shelf<unknown>> {
  return {
    subject: heard.subjects,
    speaker: heard.speakers,
    profile: heard.profiles,
    held: heard.held,
    told: heard.told,
    stranger: heard.strangers,
    server: situation.board.servers,
    backend: situation.board.backends,
    worker: situation.board.workers,
    incident: situation.incidents,
    clock: situation.clocks,
    change: situation.changes,
    missed: situation.missed,
    traffic,
    unassigned,
  };
}

/** What to store and what to remove so that a store that holds `before` holds `after`. */
export function difference(before: Memory, after: Memory): Pick<Commit, 'remember' | 'forget'> {
  const remember: MemoryRow[] = [];
  const forget: Commit['forget'] = [];
  const old = shelves(before);
  for (const [shelf, now] of Object.entries(shelves(after))) {
    const { put, gone } = old[shelf]!.changesTo(now);
    for (const [key, body] of put) remember.push({ shelf, key, body });
    for (const key of gone) forget.push({ shelf, key });
  }
  return { remember, forget };
}

/**
 * Where the store has since when what a log tells is news: for each log that was read to its end at least once, or was missing at that
 * instant. A daemon that is killed before goes on with the first reading.
 */
export const ONCE_READ = 'read';

/** Once a log was read to its end, all that comes is news, whenever it was. */
export const ALL_IS_NEWS: Instant = Number.NEGATIVE_INFINITY;

/** What to store when a log was read to its end for the first time, or was missing when it was first looked for. */
export const onceRead = (path: string, newsSince: Instant): MemoryRow => ({
  shelf: ONCE_READ,
  key: path,
  body: newsSince === ALL_IS_NEWS ? true : newsSince,
});

/** Since when what it tells is news, for each log that was read to its end at least once, or was missing. */
export function logsOnceRead(rows: readonly MemoryRow[]): Map<string, Instant> {
  const read = rows.filter(({ shelf }) => shelf === ONCE_READ);
  return new Map(read.map(({ key, body }) => [key, typeof body === 'number' ? body : ALL_IS_NEWS]));
}

/** The memory that the store's rows hold: the inverse of `difference` from nothing. */
export function recall(rows: readonly MemoryRow[]): Memory {
  const on = <V>(shelf: string): Shelf<V> =>
    Shelf.of(rows.filter((row) => row.shelf === shelf).map((row): [string, V] => [row.key, row.body as V]));
  const incidentsOn = (shelf: string): Shelf<Incident> =>
    Shelf.of(
      [...on<Incident>(shelf)].map(([key, incident]) => [
        key,
        'settlesMs' in incident ? incident : { ...(incident as Incident), ...NOT_KEPT_BEFORE },
      ]),
    );
  return {
    heard: {
      subjects: on('subject'),
      speakers: on('speaker'),
      profiles: on('profile'),
      held: on('held'),
      told: on('told'),
      strangers: on('stranger'),
    },
    situation: {
      board: { servers: on('server'), backends: on('backend'), workers: Shelf.of(workersOf(rows)) },
      incidents: incidentsOn('incident'),
      clocks: on('clock'),
      changes: on('change'),
      missed: incidentsOn('missed'),
      agendas: NOTHING_KNOWN.agendas, // follows from the incidents
    },
    traffic: on('traffic'),
    unassigned: on('unassigned'),
  };
}

/** Defaults for fields that an older daemon does not write, in case one has written to this database. */
const NOT_KEPT_BEFORE = { times: 1, settlesMs: null, cameBackAt: null, workerBegan: null };

/** The workers of each host, the one heard first in front. They were an object by pid before they were a list, and an older daemon may still write them so. */
function* workersOf(rows: readonly MemoryRow[]): Generator<[string, Workers]> {
  for (const { shelf, key, body } of rows) {
    if (shelf !== 'worker') continue;
    const workers: Workers = Array.isArray(body)
      ? body
      : Object.entries(body as Record<string, Workers[number]>)
          .map(([pid, worker]) => ({ ...worker, pid: Number(pid) }))
          .sort((one, other) => one.firstAt - other.firstAt);
    // Older daemons did not keep when a worker began.
    yield [key, workers.map((worker) => ({ ...worker, startedAt: worker.startedAt ?? null }))];
  }
}
