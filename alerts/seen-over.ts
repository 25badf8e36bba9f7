/**
 * Ends outages whose end the daemon did not read, but the operator has imported: the file was lost to it. That the end stands in a log is
 * sure; that nothing has happened since in what was lost is not, and so the end is inferred.
 */
import { backendKey, type EventId, type Instant, type WorkerRef } from '../parsers/index.js';
import { type Board, boardWith, fallOf, type OutageChange, outAfter, type ServerState } from './board.js';
import { NO_FALL } from './incident.js';
import { ended } from './outage.js';
import type { Sign } from './signs.js';
import type { Saying } from './spell.js';

/** An outage that has ended by what was imported. */
export interface SeenOver extends WorkerRef {
  id: EventId;
  backend: string;
  end: Instant;
  /** The servers of the backend that have come back since, and not left again, by name. */
  back: readonly string[];
}

/** What of it is over. */
interface Seen {
  board: Board;
  outages: OutageChange[];
  /** What the servers that are back would have said of other troubles. */
  returns: { saying: Saying; sign: Sign }[];
}

export const noneSeen = (board: Board): Seen => ({ board, outages: [], returns: [] });

/** Whether the board has it open. */
export const isOpenHere = (board: Board, one: SeenOver): boolean => outageOf(board, one) !== undefined;

function outageOf(board: Board, { id, backend, ...worker }: SeenOver) {
  const outage = board.backends.get(backendKey(worker, backend))?.outage;
  return outage?.id === id ? outage : undefined;
}

export function endSeenOver(board: Board, over: readonly SeenOver[]): Seen {
  const seen = noneSeen(board);
  for (const one of over) {
    const outage = outageOf(seen.board, one);
    if (outage === undefined) continue;
    const key = backendKey(one, one.backend);
    const fall = { ...NO_FALL, ...fallOf(seen.board, key) };
    const over = { ...ended(outage, one.end, 'recovered'), evidence: 'inferred' } as const;
    seen.outages.push({ outage: over, fall });
    const { id, host, pid, end: at, back } = one;
    for (const server of back) {
      if (!bringBack(seen, key, server, at)) continue;
      const saying = { id, host, pid, at, utcOffsetMin: outage.utcOffsetMin };
      for (const rule of ['server_down', 'checks_failing'] as const) {
        const subject = `${one.backend}/${server}`;
        const sign: Sign = { rule, subject, is: 'absent', planned: false, fall: () => NO_FALL, cause: null };
        seen.returns.push({ saying, sign: { ...sign, evidence: 'inferred' } });
      }
    }
    // How many there are now was not counted here.
    const state = { ...seen.board.backends.get(key)!, outage: null, counts: null };
    seen.board = boardWith(seen.board, { backends: seen.board.backends.with(key, state) });
  }
  return seen;
}

/** Notes that a server is back; not one that has left after that, which was read here. Returns whether it was out. */
function bringBack(seen: Seen, backend: string, server: string, at: Instant): boolean {
  const { servers, backends } = seen.board;
  const key = `${backend}/${server}`;
  const known = servers.get(key);
  if (!known?.left || known.left.at > at) return false;
  const up: ServerState = {
    ...known,
    operational: 'up',
    maint: false,
    drain: false,
    planned: false,
    left: null,
    evidence: 'inferred',
  };
  const state = backends.get(backend)!;
  seen.board = boardWith(seen.board, {
    servers: servers.with(key, up),
    backends: backends.with(backend, { ...state, out: outAfter(state.out, server, known, up) }),
  });
  return true;
}
