/**
 * The keys of what is known of workers, of backends in them, and of servers. Names hold no blank (of hosts: `Word` in grammar/names.peggy), so keys are
 * unambiguous.
 */
import type { HaproxyEvent } from './event.js';
import type { ServerRef } from './record.js';

/** One process on one host. */
export type WorkerRef = Pick<HaproxyEvent, 'host' | 'pid'>;

export const workerKey = ({ host, pid }: WorkerRef): string => processKey(host, pid);
export const processKey = (host: string, pid: number): string => `${host} ${pid}`;
/** The process that such a key names. */
export function speakerOf(key: string): WorkerRef {
  const blank = key.indexOf(' ');
  return { host: key.slice(0, blank), pid: Number(key.slice(blank + 1)) };
}
export const backendKey = ({ host, pid }: WorkerRef, backend: string): string => `${host} ${pid} ${backend}`;
export const serverKey = ({ host, pid }: WorkerRef, { backend, server }: ServerRef): string =>
  `${host} ${pid} ${backend}/${server}`;
/** What a worker said of a proxy's stop. */
export const stopKey = ({ host, pid }: WorkerRef, proxy: string): string => `${host} ${pid} ${proxy} stopped`;
/** Notes that a `log` target spoke of a backend: each proxy has targets of its own. */
export const loggedKey = ({ host, pid }: WorkerRef, backend: string): string => `${host} ${pid} ${backend} logged`;
/** How far the `log` targets of a host's proxy reach (reach.ts). */
export const reachKey = (host: string, proxy: string): string => `${host} 0 ${proxy} reach`;
/** Notes that a host had such a proxy: one of its workers told that it stopped. */
export const stoppedKey = (host: string, proxy: string): string => `${host} 0 ${proxy} stopped`;
/** The time to which what was said of a backend was moved (foretold.ts). */
export const movedKey = (worker: WorkerRef, backend: string): string => `${backendKey(worker, backend)} moved`;
