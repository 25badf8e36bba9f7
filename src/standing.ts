/** How things stand: what takes no traffic right now, and what has not ended. Pure. */
import {
  type BackendNow,
  backendNow,
  type Evidence,
  type Fallen,
  fallOf,
  fires,
  type Incident,
  isTakenOver,
  type Outage,
  type ServerState,
  type Shown,
  type Situation,
  shown,
  workerOf,
} from '../alerts/index.js';
import { backendKey, type WorkerRef, workerKey } from '../parsers/index.js';

/** A server's state as HAProxy displays it, and the two states behind it: what its checks say, and what people ordered. */
interface ServerNow {
  state: Shown;
  operational: ServerState['operational'];
  admin: 'ready' | 'drain' | 'maint';
  evidence: Evidence;
}

/** A server that is not up, and since when and why it is out. */
export interface ServerOut extends Fallen, ServerNow {}

/** A server that is up. */
export interface ServerUp extends ServerNow {
  host: string;
  pid: number;
  backend: string;
  server: string;
}

/** The condition of a backend on a host. */
export interface BackendOfHost extends BackendNow {
  host: string;
  backend: string;
}

/** A backend in one worker: its servers that are out, and its outage if none is left. */
interface BackendStanding {
  host: string;
  pid: number;
  backend: string;
  /** The servers that left last, in that order; `total` is how many are out. */
  out: ServerOut[];
  total: number;
  outage: Outage | null;
}

export interface Standing {
  /** Backends with a server out, or an open outage. */
  backends: BackendStanding[];
  /** Incidents that are not over, the oldest first. */
  incidents: Incident[];
}

/**
 * How things stand. A worker that was replaced, has ended or has stopped a backend serves nobody there: the backend in it counts only while its outage is
 * still open.
 */
export function standingOf({ board, incidents }: Situation): Standing {
  const backends: BackendStanding[] = [];
  for (const [key, { outage, out, stopped }] of board.backends) {
    const about = aboutOf(key);
    if (outage === null && (out.total === 0 || stopped || isGone(board, about))) continue;
    const { last, total } = fallOf(board, key);
    // A server that is out is on the board.
    const servers = last.map((fallen) => ({ ...fallen, ...serverNow(board.servers.get(`${key}/${fallen.server}`)!) }));
    backends.push({ ...about, out: servers, total, outage });
  }
  const open = [...incidents].map(([, incident]) => incident).sort((a, b) => a.openedAt - b.openedAt);
  return { backends, incidents: open };
}

/** Takes a key of the board apart: names hold no blank. */
function aboutOf(key: string): { host: string; pid: number; backend: string } {
  const [host, pid, backend] = key.split(' ') as [string, string, string];
  return { host, pid: Number(pid), backend };
}

function isGone(board: Situation['board'], { host, pid }: { host: string; pid: number }): boolean {
  const worker = workerOf(board, { host, pid });
  return worker !== undefined && (worker.heir !== null || worker.end !== null);
}

/** The condition of every backend that the log ever spoke of, by name. */
export function conditionsOf({ board }: Pick<Situation, 'board'>): BackendOfHost[] {
  const found = new Map<string, BackendOfHost>();
  const answers = new Map<string, boolean>();
  const hasSuccessor = (worker: WorkerRef) => {
    const key = workerKey(worker);
    const answer = answers.get(key) ?? isTakenOver(board, worker);
    answers.set(key, answer);
    return answer;
  };
  for (const [key] of board.backends) {
    const { host, backend } = aboutOf(key);
    const now = backendNow(board, host, backend, hasSuccessor);
    if (now !== null) found.set(`${host} ${backend}`, { host, backend, ...now });
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** The servers that are up, by name; only those that the log ever spoke of. */
export function serversUp({ board }: Pick<Situation, 'board'>): ServerUp[] {
  const found: [string, ServerUp][] = [];
  for (const [key, state] of board.servers) {
    const { host, pid, backend: whole } = aboutOf(key);
    if (state.left !== null || isGone(board, { host, pid })) continue;
    const [backend = '', server = ''] = whole.split('/');
    if (board.backends.get(backendKey({ host, pid }, backend))?.stopped) continue;
    found.push([key, { host, pid, backend, server, ...serverNow(state) }]);
  }
  return found.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

function serverNow(server: ServerState): ServerNow {
  const admin = server.maint ? 'maint' : server.drain ? 'drain' : 'ready';
  return { state: shown(server), operational: server.operational, admin, evidence: server.evidence };
}

/** Whether somebody ought to look: a backend has no server, or an incident fires, and it is nobody's planned work. */
export function isTrouble({ backends, incidents }: Standing): boolean {
  return backends.some(({ outage }) => outage !== null && !outage.planned) || incidents.some(fires);
}
