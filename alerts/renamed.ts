/**
 * A host whose name changes: a machine made from an image calls itself `debian` until it is set up, and rsyslog writes the new name from its next SIGHUP on. Its
 * workers go on as they were, but stand on the board under two names, and what was open under the old one nobody would ever end.
 */
import { type HaproxyEvent, serverKey } from '../parsers/index.js';
import { type Board, type Change, workerOf } from './board.js';
import { isFoundByCheck } from './sources.js';

/** Numbers below this are given anew in each container, and to no HAProxy of a host; 0 stands for none. */
const FIRST_OF_HOST = 100;

/**
 * The names that the event's host had before, as far as they matter: a worker with the event's pid has told there that the server fell which a check finds
 * well now, of which the event's own has told nothing; and that host has fallen silent as a whole before this worker was heard.
 *
 * HAProxy tells of changes only (src/server.c), so the fall was told before; and two hosts whose workers have one number by chance speak in turns.
 */
export function namesBefore(board: Board, event: HaproxyEvent): string[] {
  const { says, pid, at } = event;
  if (pid < FIRST_OF_HOST) return [];
  if (says.kind !== 'server' || says.change.to !== 'up' || !isFoundByCheck(event)) return [];
  if (board.servers.has(serverKey(event, says.server))) return [];
  const since = workerOf(board, event)?.firstAt ?? at;
  const names: string[] = [];
  for (const [host, workers] of board.workers) {
    if (host === event.host || workers.some(({ lastAt }) => lastAt >= since)) continue;
    const self = workers.find((one) => one.pid === pid);
    if (self === undefined || self.end !== null || self.stopAt !== undefined) continue;
    if (board.servers.get(serverKey({ host, pid }, says.server))?.operational === 'down') names.push(host);
  }
  return names;
}

/** What follows from an event under a name that its host had before: nothing begins there, and no server's change is told twice. */
export function endings({ board, outages }: Change): Change {
  const over = outages.filter(({ outage }) => outage.end !== null);
  return {
    board,
    transition: null,
    outages: over.map((one) => ({ ...one, outage: { ...one.outage, evidence: 'inferred' } })),
  };
}
