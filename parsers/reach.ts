/**
 * How far `log` targets reach. Each proxy has its own, and each of them may take only what is urgent (`log ... err`): then a fall comes in more lines than the
 * return. What is seen of a backend is remembered for its host, because the next worker logs as this one does.
 */
import { backendOf, type HaproxyEvent } from './event.js';
import type { Heard, Reach, RecentEvent } from './heard.js';
import { reachKey } from './keys.js';
import { linesAreStrange } from './strangers.js';

/** More urgent than anything, and less. */
const NONE = -1;
const BEYOND = 8;
const UNSEEN: Reach = { logged: { to: NONE, notFrom: BEYOND }, paired: { to: NONE, notFrom: BEYOND } };

/**
 * The severity that HAProxy gives to a sentence (src/server.c, src/proxy.c; RFC 5424 section 6.2.1): the less, the more urgent. (That a backend has no server
 * is an emergency, but nobody has a target for these alone.)
 */
function severityOf(says: HaproxyEvent['says']): number {
  if (says.kind === 'proxy.stopped') return 4;
  const isUrgent = says.kind === 'server' && (says.change.to === 'down' || says.change.to === 'maint');
  return isUrgent || says.kind === 'backend.exhausted' ? 1 : 5;
}

/** `told` with what one more believed event shows, and what is known of its lines by now. */
export function reached(heard: Heard, told: Heard['told'], event: HaproxyEvent, said: RecentEvent): Heard['told'] {
  const { by, pair } = said;
  const backend = backendOf(event.says);
  if (backend === null) return told;
  const known = reachOf(told, event);
  const severity = severityOf(event.says);
  const logged = extended(known.logged, severity, by.syslog > 0);
  // A client's line comes alone as well, and would take from HAProxy's next ones the second that bears them out.
  const isHaproxys = pair || by.stderr > 0 || !linesAreStrange(heard, event);
  const paired = by.syslog > 0 && isHaproxys ? extended(known.paired, severity, pair) : known.paired;
  if (logged === known.logged && paired === known.paired) return told;
  return told.with(reachKey(event.host, backend), { logged, paired });
}

/** A reach after one more sentence that came by this way, or did not. A target that takes a sentence takes all that are more urgent. */
function extended(known: Reach['logged'], severity: number, hasCome: boolean): Reach['logged'] {
  const { to, notFrom } = known;
  if (!hasCome) return severity > to && severity < notFrom ? { to, notFrom: severity } : known;
  if (severity <= to) return known;
  return { to: severity, notFrom: notFrom <= severity ? BEYOND : notFrom };
}

/** Whether a `log` target takes such a sentence about this backend, unless one came on stderr alone. */
export function isLogged({ told }: Heard, event: HaproxyEvent): boolean {
  return severityOf(event.says) < reachOf(told, event).logged.notFrom;
}

/** Whether such sentences about this backend, or more urgent ones, were seen to come by one `log` target alone. */
export function comesAlone({ told }: Heard, event: HaproxyEvent): boolean {
  return severityOf(event.says) >= reachOf(told, event).paired.notFrom;
}

function reachOf(told: Heard['told'], { host, says }: HaproxyEvent): Reach {
  const reach = told.get(reachKey(host, backendOf(says) ?? ''));
  return typeof reach === 'object' ? reach : UNSEEN;
}
