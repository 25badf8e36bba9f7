/**
 * Under what is kept what is known of a worker, of a backend in it, of a server. Names hold no blank, so that keys are unambiguous.
 *
 * The same few are asked for dozens of times for each line, and to put one together takes longer than all that is done by it. So each
 * is put together once, as long as there are not too many.
 */
import type { HaproxyEvent } from './event.js';
import type { ServerRef } from './record.js';

/** One process on one host. */
export type WorkerRef = Pick<HaproxyEvent, 'host' | 'pid'>;

/** As many as a large fleet needs, in a few megabytes. */
const KEYS_MAX = 20_000;

interface BackendKeys {
  readonly own: string;
  readonly logged: string;
  readonly servers: Map<string, string>;
}

interface WorkerKeys {
  readonly host: string;
  readonly pid: number;
  readonly own: string;
  readonly speaker: string;
  readonly backends: Map<string, BackendKeys>;
}

const hosts = new Map<string, Map<number, WorkerKeys>>();
let size = 0;
/** The one that was asked for last is mostly asked for again. */
let last = newWorker('', 0);

/** `host pid`. */
export const workerKey = (worker: WorkerRef): string => ofWorker(worker).own;

/** `pid host`. */
export const speakerKey = (worker: WorkerRef): string => ofWorker(worker).speaker;

/** `host pid backend`. */
export const backendKey = (worker: WorkerRef, backend: string): string => ofBackend(worker, backend).own;

/** Under which it is kept that a backend was spoken of by a `log` target: each proxy has targets of its own. */
export const loggedKey = (worker: WorkerRef, backend: string): string => ofBackend(worker, backend).logged;

/** `host pid backend/server`. */
export function serverKey(worker: WorkerRef, { backend, server }: ServerRef): string {
  const { own, servers } = ofBackend(worker, backend);
  const known = servers.get(server);
  if (known !== undefined) return known;
  const key = `${own}/${server}`;
  servers.set(server, key);
  size++;
  return key;
}

function ofBackend(worker: WorkerRef, backend: string): BackendKeys {
  const { own, backends } = ofWorker(worker);
  const known = backends.get(backend);
  if (known !== undefined) return known;
  const keys = { own: `${own} ${backend}`, logged: `${own} ${backend} logged`, servers: new Map<string, string>() };
  backends.set(backend, keys);
  size++;
  return keys;
}

function ofWorker({ host, pid }: WorkerRef): WorkerKeys {
  if (last.pid === pid && last.host === host) return last;
  if (size > KEYS_MAX) {
    hosts.clear();
    size = 0;
  }
  const workers = hosts.get(host) ?? new Map<number, WorkerKeys>();
  last = workers.get(pid) ?? newWorker(host, pid);
  hosts.set(host, workers.set(pid, last));
  return last;
}

function newWorker(host: string, pid: number): WorkerKeys {
  size++;
  return { host, pid, own: `${host} ${pid}`, speaker: `${pid} ${host}`, backends: new Map() };
}
