/** How things stand: what takes no traffic right now, and what has not ended. Pure. */
import {
  type Fallen,
  fallOf,
  type Incident,
  type Outage,
  type Shown,
  type Situation,
  shown,
  workerOf,
} from '../alerts/index.js';

/** A server that is not up, its state as HAProxy displays it, and since when and why it is out. */
export interface ServerOut extends Fallen {
  state: Shown;
}

/** A backend in one worker: its servers that are out, and its outage if none is left. */
export interface BackendStanding {
  host: string;
  pid: number;
  backend: string;
  /** Those that left last, in that order; `total` is how many are out. */
  out: ServerOut[];
  total: number;
  outage: Outage | null;
}

export interface Standing {
  /** Those with something out. */
  backends: BackendStanding[];
  /** Those that are not over, the oldest first. */
  incidents: Incident[];
}

/** A worker that was replaced serves nobody: what it left counts only where an outage of it is still open. */
export function standingOf({ board, incidents }: Situation): Standing {
  const backends: BackendStanding[] = [];
  for (const [key, { outage, out }] of board.backends) {
    const [host, number, backend] = key.split(' ') as [string, string, string];
    const pid = Number(number);
    const worker = workerOf(board, { host, pid });
    const isGone = worker !== undefined && (worker.heir !== null || worker.end !== null);
    if (outage === null && (out.total === 0 || isGone)) continue;
    const stateOf = (server: string) => {
      const known = board.servers.get(`${key}/${server}`);
      return known ? shown(known) : 'down';
    };
    const { last, total } = fallOf(board, key);
    const servers = last.map((fallen) => ({ ...fallen, state: stateOf(fallen.server) }));
    backends.push({ host, pid, backend, out: servers, total, outage });
  }
  const open = [...incidents].map(([, incident]) => incident).sort((a, b) => a.openedAt - b.openedAt);
  return { backends, incidents: open };
}

/** Whether somebody ought to look: a backend has no server, or an incident fires, and it is nobody's planned work. */
export function isTrouble({ backends, incidents }: Standing): boolean {
  return (
    backends.some(({ outage }) => outage !== null && !outage.planned) ||
    incidents.some(({ phase, planned }) => phase === 'firing' && !planned)
  );
}
