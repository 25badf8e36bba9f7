/**
 * What a worker said last by a `log` target, of which a copy may come hours later, and after the worker's end. Where rsyslog reduces repetitions
 * (`$RepeatedMsgReduction on`, Ubuntu's default), it keeps back the copy of a second target, and writes it, with its old stamp, when the next message comes on
 * that socket. Stderr takes another way, and pushes nothing out. (Within a worker, copies.ts keeps what stderr overtakes.)
 */
import type { Heard, RecentEvent, Subject } from './heard.js';
import type { Instant } from './record.js';

/** Of how many sockets of a host: each service has one. */
const SOCKETS_MAX = 4;

/**
 * The subjects of a host's remembered workers of which `log` targets told last in one line alone: one for all workers of a master, which share a socket, and
 * the last ones of these.
 */
export function lastWords({ subjects, speakers }: Pick<Heard, 'subjects' | 'speakers'>, host: string): Set<string> {
  const last = new Map<string | number, { key: string; loggedAt: Instant }>();
  for (const [key, subject] of subjects.under(host)) {
    const loggedAt = saidInOneLine(subject)?.loggedAt ?? null;
    if (loggedAt === null) continue;
    const worker = key.split(' ', 2).join(' ');
    const speaker = speakers.get(worker);
    if (speaker === undefined) continue;
    const service = speaker.master ?? worker;
    if (loggedAt > (last.get(service)?.loggedAt ?? Number.NEGATIVE_INFINITY)) last.set(service, { key, loggedAt });
  }
  const byLast = [...last.values()].sort((a, b) => b.loggedAt - a.loggedAt);
  return new Set(byLast.slice(0, SOCKETS_MAX).map(({ key }) => key));
}

/** The subject with nothing but the event of which a `log` target spoke last. */
export function withLastWord(subject: Subject): Subject {
  const said = saidInOneLine(subject);
  return said === undefined || subject.recent.length === 1 ? subject : { ...subject, recent: [said] };
}

/** The event of which a `log` target spoke last; undefined if two lines told it, or if it waits for one. */
function saidInOneLine({ recent, voices: { syslog } }: Subject): RecentEvent | undefined {
  return syslog && recent.find(({ serial, by, held }) => serial === syslog.serial && by.syslog === 1 && !held);
}
