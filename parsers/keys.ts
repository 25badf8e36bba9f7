/** Under what is kept what is known of a worker, of a backend in it, of a server. Names hold no blank (of a host: `Word` in grammar/names.peggy), so that keys are unambiguous. */
import type { HaproxyEvent } from './event.js';
import type { ServerRef } from './record.js';

/** One process on one host. */
export type WorkerRef = Pick<HaproxyEvent, 'host' | 'pid'>;

export const workerKey = ({ host, pid }: WorkerRef): string => `${host} ${pid}`;
export const speakerKey = ({ host, pid }: WorkerRef): string => `${pid} ${host}`;
/** Whose key that is. */
export const speakerOf = (key: string): WorkerRef => ({
  host: key.slice(key.indexOf(' ') + 1),
  pid: Number.parseInt(key, 10),
});
export const backendKey = ({ host, pid }: WorkerRef, backend: string): string => `${host} ${pid} ${backend}`;
export const serverKey = ({ host, pid }: WorkerRef, { backend, server }: ServerRef): string =>
  `${host} ${pid} ${backend}/${server}`;
/** Under which it is kept that a backend was spoken of by a `log` target: each proxy has targets of its own. */
export const loggedKey = (worker: WorkerRef, backend: string): string => `${backendKey(worker, backend)} logged`;
/** Under which it is kept that a host had such a proxy: a worker of it told that it stopped. */
export const stoppedKey = (host: string, proxy: string): string => `${host} 0 ${proxy} stopped`;
/** Under which the time is kept to which what was said of a backend was moved (foretold.ts). */
export const movedKey = (worker: WorkerRef, backend: string): string => `${backendKey(worker, backend)} moved`;
