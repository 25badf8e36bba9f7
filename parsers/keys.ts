/**
 * The keys of what is known of workers, of backends in them, and of servers. Names hold no blank (of hosts: `Word` in grammar/names.peggy), so keys are
 * unambiguous.
 */
import type { HaproxyEvent } from './event.js';
import type { ServerRef } from './record.js';

/** One process on one host. */
export type WorkerRef = Pick<HaproxyEvent, 'host' | 'pid'>;

export const workerKey = ({ host, pid }: WorkerRef): string => processKey(host, pid);
export const processKey = remembered((host, pid) => `${host} ${pid}`);
/** The process that such a key names. */
export function speakerOf(key: string): WorkerRef {
  const blank = key.indexOf(' ');
  return { host: key.slice(0, blank), pid: Number(key.slice(blank + 1)) };
}
const backendsKey = remembered((host, pid, backend) => `${host} ${pid} ${backend}`);
const serversKey = remembered((host, pid, backend, server) => `${host} ${pid} ${backend}/${server}`);
const stopsKey = remembered((host, pid, proxy) => `${host} ${pid} ${proxy} stopped`);
const logsKey = remembered((host, pid, backend) => `${host} ${pid} ${backend} logged`);
const reachesKey = remembered((host, _, proxy) => `${host} 0 ${proxy} reach`);
export const backendKey = ({ host, pid }: WorkerRef, backend: string): string => backendsKey(host, pid, backend);
export const serverKey = ({ host, pid }: WorkerRef, { backend, server }: ServerRef): string =>
  serversKey(host, pid, backend, server);
/** What a worker said of a proxy's stop. */
export const stopKey = ({ host, pid }: WorkerRef, proxy: string): string => stopsKey(host, pid, proxy);
/** Notes that a `log` target spoke of a backend: each proxy has targets of its own. */
export const loggedKey = ({ host, pid }: WorkerRef, backend: string): string => logsKey(host, pid, backend);
/** How far the `log` targets of a host's proxy reach (reach.ts). */
export const reachKey = (host: string, proxy: string): string => reachesKey(host, 0, proxy);
/** Notes that a host had such a proxy: one of its workers told that it stopped. */
export const stoppedKey = (host: string, proxy: string): string => `${host} 0 ${proxy} stopped`;
/** The time to which what was said of a backend was moved (foretold.ts). */
export const movedKey = (worker: WorkerRef, backend: string): string => `${backendKey(worker, backend)} moved`;

/**
 * What makes a key, once for all that is asked of a subject in a row: for a line about a state the same keys are needed a dozen times. A key depends on
 * nothing else, so that this changes no answer.
 */
function remembered(make: (host: string, pid: number, proxy: string, server: string) => string) {
  const last = { host: '', pid: -1, proxy: '', server: '', key: make('', -1, '', '') };
  return (host: string, pid: number, proxy = '', server = ''): string => {
    if (pid === last.pid && proxy === last.proxy && server === last.server && host === last.host) return last.key;
    last.host = host;
    last.pid = pid;
    last.proxy = proxy;
    last.server = server;
    last.key = make(host, pid, proxy, server);
    return last.key;
  };
}
