/**
 * What becomes of a host's board when its clock was set back (clocks.ts): a machine without a battery comes up with the time of its last shutdown, and a
 * clock that was ahead is put right. What was stamped with a time that is still to come has happened, so nothing on the board may lie ahead.
 */
import type { Instant } from '../parsers/index.js';
import { type BackendState, type Board, boardWith, type Master, type ServerState, type WorkerState } from './board.js';
import type { Outage } from './state.js';

/**
 * Brings the board of a host back.
 * @param before the time there until now
 * @param now what it was set back to: what lies ahead counts as now
 * @returns the board, and the open outages that begin at another time now
 */
export function setBack(
  board: Board,
  host: string,
  before: Instant,
  now: Instant,
): { board: Board; outages: readonly Outage[] } {
  const outages: Outage[] = [];
  let { servers, backends, workers } = board;
  for (const [key, one] of backends.under(host, (_, { outage, stop }) => isAhead(outage, stop, now))) {
    const back = backendBack(one, now);
    backends = backends.with(key, back);
    if (back.outage !== null && back.outage !== one.outage) outages.push(back.outage);
  }
  for (const [key, one] of servers.under(host, (_, { left }) => left !== null && left.at > now)) {
    servers = servers.with(key, serverBack(one, now));
  }
  const all = workers.get(host);
  if (all !== undefined)
    workers = workers.with(
      host,
      all.map((worker) => workerBack(worker, before - now, now)),
    );
  return { board: boardWith(board, { servers, backends, workers }), outages };
}

function isAhead(outage: Outage | null, stop: BackendState['stop'], now: Instant): boolean {
  return (outage?.start ?? now) > now || (stop?.at ?? now) > now || (stop?.cutShort?.start ?? now) > now;
}

function backendBack(one: BackendState, now: Instant): BackendState {
  const outage = outageBack(one.outage, now);
  const { out, counts, countsEvidence, stopped } = one;
  const back = { outage, out, counts, ...(countsEvidence && { countsEvidence }), stopped };
  if (one.stop === undefined) return back;
  return { ...back, stop: { at: Math.min(one.stop.at, now), cutShort: outageBack(one.stop.cutShort, now) } };
}

const outageBack = (outage: Outage | null, now: Instant): Outage | null =>
  outage !== null && outage.start > now ? { ...outage, start: now } : outage;

const serverBack = (one: ServerState, now: Instant): ServerState =>
  one.left === null ? one : { ...one, left: { ...one.left, at: Math.min(one.left.at, now) } };

const masterBack = ({ pid, since, took }: Master, back: (at: Instant) => Instant): Master => ({
  pid,
  since: back(since),
  ...(took && { took: { ...took, since: back(took.since) } }),
});

/**
 * A worker that began ahead has lived for as long as it had: it goes back by the whole step. So the one that comes next has not begun together with it, as
 * several processes of one HAProxy do.
 */
function workerBack(worker: WorkerState, stepMs: number, now: Instant): WorkerState {
  const beganAhead = worker.firstAt > now;
  const back = (at: Instant): Instant => (at <= now ? at : beganAhead ? at - stepMs : now);
  const { pid, heir, checkedAt, heirAt, over, startedAt, master, tookOver } = worker;
  const { stopAt, stopsWhole, heardAtStop, again, bygone, end } = worker;
  return {
    pid,
    firstAt: beganAhead ? Math.min(back(worker.firstAt), now - 1) : worker.firstAt,
    lastAt: back(worker.lastAt),
    startedAt: startedAt === null ? null : back(startedAt),
    master: master ? masterBack(master, back) : null,
    heir,
    ...(checkedAt !== undefined && { checkedAt: back(checkedAt) }),
    ...(heirAt !== undefined && { heirAt: back(heirAt) }),
    over,
    ...(tookOver !== undefined && { tookOver }),
    ...(stopAt !== undefined && { stopAt: back(stopAt) }),
    ...(stopsWhole && { stopsWhole }),
    ...(heardAtStop && { heardAtStop }),
    ...(again && { again }),
    ...(bygone && { bygone: bygone.map(({ pid: one, stopAt: its }) => ({ pid: one, stopAt: back(its) })) }),
    end: end === null ? null : { at: back(end.at), how: end.how },
  };
}
