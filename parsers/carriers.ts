/**
 * Carriers: processes that carry HAProxy's output into the log under their own pid or under none, such as a container's log driver or `logger`
 * behind a pipe. A line on stderr still names the worker that speaks. A line of `log stdout` counts as the word of the worker that serves.
 */
import { saidOf } from './copies.js';
import { isOfWorkers, tellsOfState } from './event.js';
import { begunAt, type Heard, type Held, type RecentEvent } from './heard.js';
import { speakerOf } from './keys.js';
import type { LogRecord } from './record.js';
import { sourceOf, withSource } from './sources.js';
import { isWorker, speakersOf } from './speakers.js';
import { linesVary } from './strangers.js';
import { struck, waitingAt } from './waiting.js';

/** How many carriers of a host are kept, the last ones. */
const CARRIERS_MAX = 8;

/** Whether lines with this pid in their header (null: with none) are believed to carry HAProxy's stderr, and may carry what its workers log. */
export function isCarrier(heard: Heard, host: string, tagPid: number | null): boolean {
  const { stderr, syslog } = sourceOf(heard, host).heads ?? {};
  if (tagPid === null) return stderr?.numbered === false && syslog?.numbered !== true;
  if (!stderr?.carriers.includes(tagPid) || isWorker(heard, host, tagPid)) return false;
  // Unless it is known to carry `log` lines, a process whose lines begin as clients like may be a worker that was not heard before.
  return syslog?.carriers.includes(tagPid) === true || !linesVary(heard, { host, pid: tagPid });
}

/**
 * Takes in which process carried a believed line of stderr. Waiting events that the carrier seems to tell of itself came by `log stdout`, and are
 * struck: stderr tells them.
 */
export function hearCarrier(heard: Heard, { event, tagPid }: Held, { by }: RecentEvent): Heard {
  const { host, pid, says } = event;
  // (In a master's word about a worker, `pid` is the worker's.)
  if (by.stderr === 0 || tagPid === pid || isOfWorkers(says) || isCarrier(heard, host, tagPid)) return heard;
  const { heads } = sourceOf(heard, host);
  if (heads?.stderr !== undefined && tagPid === null) return heard;
  const { stderr = { numbered: tagPid !== null, direct: false, facilities: [], carriers: [] } } = heads ?? {};
  const carriers = tagPid === null ? [] : [...stderr.carriers, tagPid].slice(-CARRIERS_MAX);
  const known = withSource(heard, host, { heads: { ...heads, stderr: { ...stderr, carriers } } });
  if (!isCarrier(known, host, tagPid)) return heard;
  return waitingAt(heard.held, host)
    .filter((own) => own.event.pid === (tagPid ?? 0))
    .reduce(struck, known);
}

/**
 * Whether a waiting event belongs to a worker whose output is carried, and not to the process in its header: nothing was believed of the host
 * before, and under the same header the same sentence came on a worker's stderr.
 */
export function isCarried(heard: Heard, held: Held): boolean {
  const { event, tagPid } = held;
  const { host, pid } = event;
  if (sourceOf(heard, host).tags.length > 0 || pid !== (tagPid ?? 0) || linesVary(heard, { host, pid })) return false;
  const { text, by } = saidOf(heard, held);
  if (by.stderr > 0) return false;
  return waitingAt(heard.held, host).some((other) => {
    const said = saidOf(heard, other);
    return other.event.pid !== pid && other.tagPid === tagPid && said.by.stderr > 0 && said.text === text;
  });
}

/**
 * The record with its worker's pid if its header bears a carrier's pid or none (`%programname%: ` in rsyslog's template). That is the worker that
 * serves; for a proxy that stops it is the worker before, whose place that one took.
 */
export function withWorker(heard: Heard, record: LogRecord): LogRecord {
  const { host, origin, pid, tagPid, sentence } = record;
  if (origin !== 'syslog') return record;
  if (pid !== tagPid || !tellsOfState(sentence) || !isCarrier(heard, host, tagPid)) return record;
  const all = speakersOf(heard, host, ({ stage }) => stage !== 'ended').filter(([key]) => {
    const speaker = speakerOf(key);
    return speaker.pid !== 0 && speaker.pid !== pid;
  });
  // An announced worker comes first: one that serves, else one that is loading. Without a master's word it is a worker that was believed, else any
  // that was heard.
  const announced = all.filter(([, { master }]) => master !== undefined);
  const ready = announced.filter(([, { stage }]) => stage === undefined);
  const believed = all.filter(([, { known }]) => known);
  const candidates = [ready, announced, believed, all].find(({ length }) => length > 0) ?? [];
  const [serving, before] = candidates.sort(([, a], [, b]) => begunAt(b) - begunAt(a));
  const worker = sentence.kind === 'proxy.stopped' ? (before ?? serving) : serving;
  return worker === undefined ? record : { ...record, pid: speakerOf(worker[0]).pid };
}
