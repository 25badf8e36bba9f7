/**
 * When a backend has a server and when it has none, in one worker.
 *
 * HAProxy announces a backend without a server and never its recovery: that is read from the counts of a server that
 * comes back. Only a fall can begin an outage and only a return can end one, since two threads may write their lines in
 * another order than they counted.
 */
import type { HaproxyEvent } from '../parsers/index.js';
import { type Board, backendKey, type Change, FRESH_BACKEND, fallOf, type OutServers } from './board.js';
import type { Outage } from './state.js';

export type ServerSentence = Extract<HaproxyEvent['says'], { kind: 'server' }>;

/** Whether the sentence says that its backend has a server now (true), none (false), or nothing of it (null). */
export function availabilityAfter({ change, counts }: ServerSentence): boolean | null {
  const usable = counts === null ? null : counts.active + counts.backup > 0;
  switch (change.to) {
    case 'up':
      return usable === true ? true : null;
    case 'ready':
    case 'undrain': {
      const returns = change.operational === 'up' && !(change.to === 'ready' && change.drain);
      return (usable ?? returns) ? true : null;
    }
    default:
      return usable === false ? false : null;
  }
}

/**
 * Opens, keeps or ends the outage of a backend.
 * @param out the backend's servers that take no traffic after the event
 * @param available what the event says of the backend's availability
 */
export function settle(
  board: Board,
  event: HaproxyEvent,
  backend: string,
  out: OutServers,
  available: boolean | null,
): Change {
  const key = backendKey(event, backend);
  const { outage } = board.backends.get(key) ?? FRESH_BACKEND;
  const planned = out.total > 0 && out.unplanned === 0;
  const becomes = (open: Outage | null, changed: Outage | null): Change => {
    const after = { ...board, backends: board.backends.with(key, { outage: open, out }) };
    return {
      board: after,
      transition: null,
      outages: changed === null ? [] : [{ outage: changed, fall: fallOf(after, key) }],
    };
  };

  if (outage === null) {
    if (available !== false) return becomes(null, null);
    const opened = openOutage(event, backend, planned);
    return becomes(opened, opened);
  }
  if (available === true) return becomes(null, ended(outage, event.at, 'recovered'));
  if (outage.planned && !planned) {
    const unplanned: Outage = { ...outage, planned: false };
    return becomes(unplanned, unplanned);
  }
  return becomes(outage, null);
}

/** The outage, over at `at`; never before it began. */
export function ended(outage: Outage, at: number, endHow: NonNullable<Outage['endHow']>): Outage {
  return { ...outage, end: Math.max(at, outage.start), endHow };
}

function openOutage(event: HaproxyEvent, backend: string, planned: boolean): Outage {
  const { id, at: start, utcOffsetMin, host, pid } = event;
  return { id, host, pid, backend, start, utcOffsetMin, end: null, endHow: null, planned, evidence: 'observed' };
}
