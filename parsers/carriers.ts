/**
 * Carriers: processes that carry HAProxy's output into the log under their own pid or under none, such as a container's log driver or `logger`
 * behind a pipe. A line on stderr still names the worker that speaks. Whose a line of `log stdout` is: carried.ts.
 */
import { isOfWorkers, tellsOfState } from './event.js';
import { handedOver } from './hand-over.js';
import { type Heard, type Held, heardWith, type RecentEvent, subjectKey, WITNESS_MS } from './heard.js';
import { processKey, speakerOf } from './keys.js';
import { isRunning, speakerAt, speakersOf } from './processes.js';
import { expectsStderr, profileOf, withOne, withProfile } from './profiles.js';
import type { Instant, LogRecord, Origin } from './record.js';
import { forgetWorker } from './speakers.js';
import { linesVary } from './strangers.js';

/**
 * Whether lines headed so (pid null: with none) are believed to carry HAProxy's stderr, and may carry what its workers log. So may those without any tag:
 * of `log ... format short` into imuxsock rsyslog takes the first word for it (grammar/envelope.peggy, Misplaced).
 */
export function isCarrier(heard: Heard, host: string, { tagPid, tag }: Pick<LogRecord, 'tagPid' | 'tag'>): boolean {
  const { stderr, syslog } = profileOf(heard, host).heads ?? {};
  if (tagPid === null)
    return (tag === '' ? stderr !== undefined : stderr?.numbered === false) && syslog?.numbered !== true;
  if (!stderr?.carriers.includes(tagPid) || isRunning(heard, host, tagPid)) return false;
  // Unless it is known to carry `log` lines, a process whose lines begin as clients like may be a worker that was not heard before.
  return syslog?.carriers.includes(tagPid) === true || !linesVary(heard, { host, pid: tagPid });
}

/**
 * Takes in which process carried a believed line of stderr. Waiting events that the carrier seems to tell of itself came by `log stdout`: they are the
 * worker's, whose words are ahead of its stderr.
 */
export function hearCarrier(heard: Heard, held: Held, { by }: RecentEvent): Heard {
  const { event, tagPid } = held;
  const { host, pid, says } = event;
  // (In a master's word about a worker, `pid` is the worker's.)
  if (tagPid === pid || isOfWorkers(says)) return heard;
  // `log stdout` alone told it, and it waited for stderr in vain: its carrier carries `log` lines all the same.
  if (by.stderr === 0) return tagPid === null ? heard : withCarrier(heard, host, 'syslog', tagPid);
  if (isCarrier(heard, host, held)) return heard;
  if (profileOf(heard, host).heads?.stderr !== undefined && tagPid === null) return heard;
  const known = withCarrier(heard, host, 'stderr', tagPid);
  return isCarrier(known, host, held) ? handedOver(known, { host, pid: tagPid ?? 0 }, { host, pid }) : heard;
}

/** Notes the process among those that carry lines of this origin. */
function withCarrier(heard: Heard, host: string, origin: Origin, tagPid: number | null): Heard {
  const { heads } = profileOf(heard, host);
  const known = heads?.[origin];
  const head = known ?? { numbered: tagPid !== null, direct: false, facilities: [], carriers: [] };
  const carriers = withOne(head.carriers, tagPid);
  if (carriers === known?.carriers) return heard;
  return withProfile(heard, host, { heads: { ...heads, [origin]: { ...head, carriers } } });
}

/**
 * Called with each line before it is judged. A carrier counts as a worker if the first line that haplog read came by `log stdout`. That it is none shows when
 * the same sentence comes by both ways, under one header and of two processes.
 */
export function hearMistaken(
  heard: Heard,
  host: string,
  { origin, pid, tagPid, sentence, text }: LogRecord,
  at: Instant,
): Heard {
  if (tagPid === null || pid === null || (origin === 'stderr' && tagPid === pid) || !tellsOfState(sentence))
    return heard;
  const { echo } = profileOf(heard, host);
  if (origin === 'syslog' && echo === undefined) return heard;
  if (!mayBeMistaken(heard, host, tagPid)) return heard;
  const isHeardTwice = (one: { text: string; at: Instant } | undefined) =>
    one?.text === text && Math.abs(at - one.at) <= WITNESS_MS;
  if (origin === 'stderr') {
    const own = heard.subjects.get(subjectKey({ host, pid: tagPid }, sentence))?.voices.syslog;
    return isHeardTwice(own)
      ? unmasked(heard, host, tagPid, pid)
      : withProfile(heard, host, { echo: { tagPid, pid, text, at } });
  }
  return echo?.tagPid === tagPid && isHeardTwice(echo) ? unmasked(heard, host, tagPid, echo.pid) : heard;
}

/** Whether a known worker may be a carrier: it was heard by `log` targets alone, no master told of it, and its lines do not vary. */
function mayBeMistaken(heard: Heard, host: string, pid: number): boolean {
  const speaker = speakerAt(heard, host, pid);
  const isUntold = speaker?.known === true && speaker.master === undefined && speaker.origins.stderr !== true;
  return isUntold && !linesVary(heard, { host, pid });
}

/** The seeming worker is a carrier, and its events are those of `pid`. */
function unmasked(heard: Heard, host: string, tagPid: number, pid: number): Heard {
  const speakers = heard.speakers.without(processKey(host, tagPid));
  const known = withCarrier(heardWith(heard, { speakers }), host, 'stderr', tagPid);
  return forgetWorker(handedOver(known, { host, pid: tagPid ?? 0 }, { host, pid }), host, tagPid);
}

/** Whether an event is in a known carrier's own name: no worker is known whose it could be. A carrier says nothing of itself. */
export function isOfCarrier(heard: Heard, held: Held): boolean {
  const { host, pid, says } = held.event;
  if (isOfWorkers(says) || pid !== (held.tagPid ?? 0) || !isCarrier(heard, host, held)) return false;
  return !isOfAll(heard, held);
}

/**
 * Whether an event is of the one worker that has all lines without a pid, because none is told apart from it on stderr: masters are heard there, but they
 * announce nobody (1.8 tells of workers when they end), and nobody tells of states.
 */
function isOfAll(heard: Heard, { event: { host, pid }, tagPid, tag }: Held): boolean {
  if (tagPid !== null || tag === '' || expectsStderr(profileOf(heard, host))) return false;
  const isOther = ([key]: [string, unknown]) => speakerOf(key).pid !== pid;
  return !speakersOf(heard, host, ({ known, stage }) => known && stage !== 'ended').some(isOther);
}
