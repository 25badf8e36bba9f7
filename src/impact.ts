/**
 * Finds out to which host, backend and outage the requests belong that the tail saw between lines about states. Pure.
 *
 * A line about a state may wait for its second witness (parsers/belief.ts). Requests that fail meanwhile wait with it: if the outage that
 * it tells of is believed, they belong to that outage; if the end of one is believed, to none.
 */
import { type Incident, noteTraffic, strike, trafficKey } from '../alerts/index.js';
import {
  backendOf,
  type EventId,
  type Heard,
  hostNameOf,
  type Instant,
  type LineContext,
  parseHeader,
  type Stamp,
} from '../parsers/index.js';
import { type Memory, memoryWith } from './memory.js';
import type { RequestsSeen } from './tail/batch.js';

const HOUR_MS = 3_600_000;

/** Takes in requests of one backend. `changed`: the incident whose impact they add to. */
export function takeRequests(
  memory: Memory,
  seen: RequestsSeen,
  context: LineContext,
): { memory: Memory; changed: Incident | null } {
  const host = hostNameOf(memory.heard, seen);
  const { backend, failed, header } = seen;
  const key = trafficKey(host, backend);
  const noted =
    header === null ? memory : memoryWith(memory, { traffic: noteHeader(memory.traffic, key, header, context) });
  const after = lastHeld(memory.heard, host, backend);
  if (after !== null) {
    if (failed === 0) return { memory: noted, changed: null };
    const { unassigned } = noted;
    const name = `${key} ${after}`;
    const sum = (unassigned.get(name)?.failed ?? 0) + failed;
    return {
      memory: memoryWith(noted, { unassigned: unassigned.with(name, { host, backend, failed: sum, after }) }),
      changed: null,
    };
  }
  const { situation, changed } = strike(noted.situation, { host, backend, failed });
  return { memory: changed === null ? noted : memoryWith(noted, { situation }), changed };
}

/** Assigns the requests that waited behind a line which has been judged by now; `after` is the id of that line's event. */
export function assignRequests(
  memory: Memory,
  isJudged: (after: EventId) => boolean,
): { memory: Memory; changed: Incident[] } {
  const changed: Incident[] = [];
  if (memory.unassigned.size === 0) return { memory, changed };
  let { situation, unassigned } = memory;
  for (const [key, waiting] of memory.unassigned) {
    if (!isJudged(waiting.after)) continue;
    unassigned = unassigned.without(key);
    const struck = strike(situation, waiting);
    situation = struck.situation;
    if (struck.changed) changed.push(struck.changed);
  }
  return { memory: memoryWith(memory, { situation, unassigned }), changed };
}

function noteHeader(traffic: Memory['traffic'], key: string, header: string, context: LineContext): Memory['traffic'] {
  const read = parseHeader(header, context);
  return read === null ? traffic : noteTraffic(traffic, key, hourOf(read.stamp));
}

/**
 * The beginning of the stamp's hour in its own zone. Not the stamp itself, because after a restart another request of that hour may be seen
 * first.
 */
function hourOf({ at, utcOffsetMin }: Stamp): Instant {
  const local = at + utcOffsetMin * 60_000;
  return at - (((local % HOUR_MS) + HOUR_MS) % HOUR_MS);
}

/** The last event of the backend that waits for a witness. */
function lastHeld({ held }: Heard, host: string, backend: string): EventId | null {
  if (held.size === 0) return null;
  const own = [...held].map(([, one]) => one).filter(({ event, doubted }) => event.host === host && !doubted);
  const last = own.filter(({ event }) => backendOf(event.says) === backend).sort((a, b) => b.turn - a.turn)[0];
  return last?.event.id ?? null;
}
