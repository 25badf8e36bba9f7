/** Lines as HAProxy and rsyslog write them, for tests that make up their own logs. */

export interface Change {
  /** ms since 1970 UTC. */
  at: number;
  backend: string;
  server: string;
  to: 'UP' | 'DOWN';
  /** Usable servers after the change. */
  left: number;
}

/** What HAProxy says of a change (src/server.c, 2.6). */
export function serverText({ backend, server, to, left }: Change): string {
  return to === 'DOWN'
    ? `Server ${backend}/${server} is DOWN, reason: Layer4 timeout, check duration: 2001ms. ${left} active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.`
    : `Server ${backend}/${server} is UP, reason: Layer4 check passed, check duration: 0ms. ${left} active and 0 backup servers online. 0 sessions requeued, 0 total in queue.`;
}

/** Changes of backend app, whose times the lines bear. */
const ofApp = (to: 'UP' | 'DOWN', server: string, left: number) =>
  serverText({ at: 0, backend: 'app', server, to, left });
export const down = (server: string, left: number): string => ofApp('DOWN', server, left);
export const up = (server: string, left: number): string => ofApp('UP', server, left);
export const EXHAUSTED = 'backend app has no server available!';

export interface Writing {
  host?: string;
  pid?: number;
}

/** A line that came through a `log` target. */
export function syslogLine(at: number, text: string, { host = 'lb', pid = 100 }: Writing = {}): string {
  return `${rfc3339(at)} ${host} haproxy[${pid}]: ${text}`;
}

/** A line that came from stderr through journald; a backend without a server is quoted there. */
export function stderrLine(at: number, text: string, { host = 'lb', pid = 100 }: Writing = {}): string {
  const quoted = text.replace(/^(backend|proxy) (\S+) has/, "$1 '$2' has");
  const label = quoted === text ? '[WARNING] ' : '[ALERT]   ';
  return `${rfc3339(at)} ${host} haproxy[${pid}]: ${label} (${pid}) : ${quoted}`;
}

/**
 * Somebody tries to forge what HAProxy says: a process whose lines vary, and that is none of its workers, writes one that looks like a master's. That
 * opens no load balancer to clients, but makes haplog wary for an hour.
 */
export function attempt(at: number): string[] {
  const texts = ['Mozilla/5.0', 'curl/8.5.0', '[NOTICE]   (4242) : New worker (4243) forked'];
  return texts.map((text, n) => syslogLine(at + n, text, { pid: 31_000 }));
}

function rfc3339(at: number): string {
  return new Date(at).toISOString().replace('Z', '000+00:00');
}
