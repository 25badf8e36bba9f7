/**
 * A process that carries what HAProxy writes into the log, under its own number or none: a container's log driver, or `logger` behind a pipe. Stderr still names
 * the worker that speaks. What `log stdout` says counts as the word of the worker that serves.
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

/** So many of a host are kept, the last. */
const CARRIERS_MAX = 8;

/** Whether lines with this number in their header (null: with none) carry HAProxy's stderr, as was believed, and may carry what its workers log. */
export function isCarrier(heard: Heard, host: string, tagPid: number | null): boolean {
  const { stderr, syslog } = sourceOf(heard, host).heads ?? {};
  if (tagPid === null) return stderr?.numbered === false && syslog?.numbered !== true;
  if (!stderr?.carriers.includes(tagPid) || isWorker(heard, host, tagPid)) return false;
  // A worker that was not heard before and writes what clients like is none.
  return syslog?.carriers.includes(tagPid) === true || !linesVary(heard, { host, pid: tagPid });
}

/** Takes in who wrote a line of stderr that is believed. What its carrier seems to say of itself is `log stdout`'s, and is forgotten: stderr tells it. */
export function hearCarrier(heard: Heard, { event, tagPid }: Held, { by }: RecentEvent): Heard {
  const { host, pid, says } = event;
  // (Of a master's word of its worker the pid is the worker's.)
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

/** Whether what waits is the first word of all, and the same number brought the same as a worker's stderr: then it is that worker's. */
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
 * The line with its worker's pid, where its header bears the carrier's or none (`%programname%: ` in rsyslog's template): that of the worker that serves, and
 * for a proxy that stops that of the one before, whose place it took.
 */
export function withWorker(heard: Heard, record: LogRecord): LogRecord {
  const { host, origin, pid, tagPid, sentence } = record;
  if (origin !== 'syslog') return record;
  if (pid !== tagPid || !tellsOfState(sentence) || !isCarrier(heard, host, tagPid)) return record;
  const all = speakersOf(heard, host, ({ stage }) => stage !== 'ended').filter(([key]) => {
    const speaker = speakerOf(key);
    return speaker.pid !== 0 && speaker.pid !== pid;
  });
  // Who was announced is a worker, and who is loading speaks where nobody serves; without a master's word it is who was believed, or anybody who was heard.
  const announced = all.filter(([, { master }]) => master !== undefined);
  const ready = announced.filter(([, { stage }]) => stage === undefined);
  const believed = all.filter(([, { known }]) => known);
  const candidates = [ready, announced, believed, all].find(({ length }) => length > 0) ?? [];
  const [serving, before] = candidates.sort(([, a], [, b]) => begunAt(b) - begunAt(a));
  const worker = sentence.kind === 'proxy.stopped' ? (before ?? serving) : serving;
  return worker === undefined ? record : { ...record, pid: speakerOf(worker[0]).pid };
}
