/**
 * Several processes of one HAProxy (`nbproc`, until 2.4) serve side by side and check the same servers. If one of them is killed, nobody tells of that where
 * no master runs, and no younger worker comes. But what the others find out, it would have found out as well.
 */
import { backendKey, type HaproxyEvent, serverKey } from '../parsers/index.js';
import { SILENCE_MS } from './beside.js';
import { type Board, boardWith, type Change, siblingsOf, type WorkerState, type Workers, workerOf } from './board.js';
import { endEach, stopped } from './generation.js';
import type { Ending } from './incident.js';
import { isFoundByCheck } from './sources.js';

/**
 * Ends the outage of a backend in the processes that have been silent for a minute when a check of another one ends it there. They are taken to be gone from
 * that backend; if one of them tells of a further check, it was not, and the outage had gone on in it.
 */
export function endTwins(change: Change, event: HaproxyEvent): Change {
  const { says, host, at } = event;
  const isOver = change.outages.some(({ outage }) => outage.endHow === 'recovered' && outage.pid === event.pid);
  if (!isOver || says.kind !== 'server' || !isFoundByCheck(event)) return { ...change, outages: [] };
  const { backend } = says.server;
  const outages: Change['outages'] = [];
  const endings: Ending[] = [];
  let { board } = change;
  for (const { pid } of silentTwins(board, event, says.server)) {
    const key = backendKey({ host, pid }, backend);
    const { outage, out } = board.backends.get(key)!;
    const gone = stopped(endEach(board, [key], at, 'process_replaced'), key, { at, cutShort: outage });
    for (const one of gone.outages) outages.push({ ...one, outage: { ...one.outage, evidence: 'assumed' } });
    const servers = out.total === out.last.length ? out.last : null;
    endings.push({ ends: [{ pid, at, evidence: 'assumed' }], died: false, belated: false, backend, servers });
    board = servesInItsPlace(gone.board, event, pid);
  }
  return { board, transition: null, outages, endings };
}

/** The other processes without a master in which the server is out and its backend, too, and that have said nothing for a minute. */
function silentTwins(board: Board, event: HaproxyEvent, server: { backend: string; server: string }): Workers {
  const { host, at } = event;
  const self = workerOf(board, event);
  if (!self || !isOnItsOwn(self)) return [];
  return siblingsOf(board, event).filter((one) => {
    const ref = { host, pid: one.pid };
    return (
      isOnItsOwn(one) &&
      at - one.lastAt > SILENCE_MS &&
      (board.backends.get(backendKey(ref, server.backend))?.outage ?? null) !== null &&
      (board.servers.get(serverKey(ref, server))?.left ?? null) !== null
    );
  });
}

/** Whether a worker serves and no master told of it. */
const isOnItsOwn = ({ startedAt, master, stopAt, end }: WorkerState): boolean =>
  startedAt === null && !master && stopAt === undefined && end === null;

/** The one that goes on is not replaced by the one that is gone, though that was heard of later. */
function servesInItsPlace(board: Board, { host, pid }: HaproxyEvent, gone: number): Board {
  if (workerOf(board, { host, pid })?.heir !== gone) return board;
  const heirAfter = (one: WorkerState) =>
    one.pid === pid ? null : one.pid === gone || one.heir === gone ? pid : one.heir;
  const workers = (board.workers.get(host) ?? []).map((one) => ({ ...one, heir: heirAfter(one) }));
  return boardWith(board, { workers: board.workers.with(host, workers) });
}
