/**
 * How many names of servers and backends are taken in where clients can write lines: they can make up names without end, and each that is believed is
 * remembered as long as its worker (told.ts, and the board of alerts/). Beside the names stands on the same shelf how many there are.
 */
import type { HaproxyEvent } from './event.js';
import { type Heard, heardWith } from './heard.js';
import { backendKey, serverKey, type WorkerRef } from './keys.js';
import type { Instant } from './record.js';
import { clientsWriteLines } from './strangers.js';
import { isNamedBy } from './told.js';

/**
 * How many new names of one worker are believed within a day. More than any HAProxy has: when a network is cut, it names all its tens of thousands of
 * servers within minutes.
 */
export const NAMES_MAX = 100_000;
const DAY = 86_400_000;

/** Why a line is not believed that names one more. */
export const TOO_MANY_NAMES =
  'its worker has named more servers within a day than a HAProxy has, and clients can write its lines';

/** Whether an event names a server or a backend that its worker never spoke of, and one too many. */
export function isOneTooMany(heard: Heard, event: HaproxyEvent): boolean {
  return clientsWriteLines(heard, event) && isNew(heard, event) && countAt(heard, event) >= NAMES_MAX;
}

/** Counts what an event names, if that is new and may be made up. To be called before what it says is remembered. */
export function withNameOf(heard: Heard, event: HaproxyEvent): Heard {
  if (!clientsWriteLines(heard, event) || !isNew(heard, event)) return heard;
  const count = countAt(heard, event);
  const told = count === 0 ? heard.told.with(sinceKey(event), event.at) : heard.told;
  return heardWith(heard, { told: told.with(countKey(event), count + 1) });
}

/** How many names are new since less than a day. */
function countAt({ told }: Heard, event: WorkerRef & { at: Instant }): number {
  const count = told.get(countKey(event));
  const since = told.get(sinceKey(event));
  return typeof count === 'number' && Math.abs(event.at - Number(since)) <= DAY ? count : 0;
}

function isNew(heard: Heard, event: HaproxyEvent): boolean {
  const { says } = event;
  if (says.kind === 'server') return !heard.told.has(serverKey(event, says.server));
  return says.kind === 'backend.exhausted' && !isNamedBy(heard, event, event);
}

/** No backend has an empty name. */
const countKey = (worker: WorkerRef): string => `${backendKey(worker, '')} names`;
const sinceKey = (worker: WorkerRef): string => `${countKey(worker)} since`;
