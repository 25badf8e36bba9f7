/** Whose a carried line of `log stdout` is: its header bears the carrier's pid or none (carriers.ts), and its sentence names no worker. */
import { isCarrier } from './carriers.js';
import { saidOf } from './copies.js';
import { backendOf, type StateSentence, tellsOfState } from './event.js';
import { begunAt, type Heard, type Held, type Speaker, subjectKey, WITNESS_MS } from './heard.js';
import { speakerOf, type WorkerRef } from './keys.js';
import { isWorker, speakersOf } from './processes.js';
import { profileOf } from './profiles.js';
import type { Instant, LogRecord } from './record.js';
import { waitingAt } from './waiting.js';

/** So long an announced worker is new: the one whose place it took tells of its end in this time. */
const NEW_MS = 10_000;

/** The record with its worker's pid: of the worker that has just said so on stderr, else of the one that serves. A record that names its worker stays as it is. */
export function withWorker(heard: Heard, record: LogRecord, at: Instant): LogRecord {
  const { host, origin, pid, tagPid, sentence, text } = record;
  if (origin !== 'syslog' || pid !== tagPid || !tellsOfState(sentence)) return record;
  if (!isCarrier(heard, host, record)) return record;
  const worker = twin(heard, host, sentence, text, at) ?? serving(heard, host, sentence, pid, at);
  if (worker !== undefined) return { ...record, pid: speakerOf(worker[0]).pid };
  // The carrier was taken for the only worker until now.
  const { echo } = profileOf(heard, host);
  return echo?.tagPid === tagPid ? { ...record, pid: echo.pid } : record;
}

/**
 * Whether a waiting event belongs to a worker whose output is carried, and not to the process in its header, of which no master told: under the same header
 * the same sentence came on a worker's stderr. That is none of a `log` target's, so this process writes for others, whatever else it writes: a log driver has
 * all of its containers' lines. (Nor is it a carrier for all that it says: isCarrier.)
 */
export function isCarried(heard: Heard, held: Held): boolean {
  const { event, tagPid } = held;
  const { host, pid, says } = event;
  if (pid !== (tagPid ?? 0) || isWorker(heard, host, pid) || !tellsOfState(says)) return false;
  const { text, by, at } = saidOf(heard, held);
  if (by.stderr > 0) return false;
  const { tags, heads } = profileOf(heard, host);
  if (tags.length > 0)
    return tagPid !== null && heads?.stderr?.carriers.includes(tagPid) === true && !!twin(heard, host, says, text, at);
  return waitingAt(heard.held, host).some((other) => {
    const said = saidOf(heard, other);
    return other.event.pid !== pid && other.tagPid === tagPid && said.by.stderr > 0 && said.text === text;
  });
}

type Process = [key: string, speaker: Speaker];

const youngestFirst = ([, a]: Process, [, b]: Process): number => begunAt(b) - begunAt(a);

/** The worker that has just said the same on stderr. */
function twin(heard: Heard, host: string, says: StateSentence, text: string, at: Instant): Process | undefined {
  const hasSaidSo = ([key]: Process) => {
    const voice = heard.subjects.get(subjectKey(speakerOf(key), says))?.voices.stderr;
    return voice?.text === text && Math.abs(at - voice.at) <= WITNESS_MS;
  };
  return speakersOf(heard, host).filter(hasSaidSo).sort(youngestFirst)[0];
}

/** The worker that serves; for a proxy that stops, the one before, whose place that one took. Never the carrier itself. */
function serving(
  heard: Heard,
  host: string,
  says: StateSentence,
  carrier: number | null,
  at: Instant,
): Process | undefined {
  const all = speakersOf(heard, host, ({ stage }) => stage !== 'ended').filter(([key]) => {
    const worker = speakerOf(key);
    return worker.pid !== 0 && worker.pid !== carrier && !hasStoppedProxyOf(heard, worker, says);
  });
  // An announced worker comes first: one that serves, else one that is loading. Without a master's word it is a worker that was believed, else any
  // that was heard.
  const announced = all.filter(([, { master }]) => master !== undefined);
  const ready = announced.filter(([, { stage }]) => stage === undefined);
  const believed = all.filter(([, { known }]) => known);
  const candidates = [ready, announced, believed, all].find(({ length }) => length > 0) ?? [];
  const [youngest, before] = candidates.sort(youngestFirst);
  if (says.kind !== 'proxy.stopped') return youngest;
  return before ?? (youngest && isNew(youngest[1], at) ? undefined : youngest);
}

/** Whether the worker has told that the proxy has stopped. What is said of its servers then is the next worker's, of which nobody may have told yet. */
function hasStoppedProxyOf(heard: Heard, worker: WorkerRef, says: StateSentence): boolean {
  const proxy = backendOf(says);
  if (proxy === null) return false;
  const voices = heard.subjects.get(subjectKey(worker, { kind: 'proxy.stopped', proxy }))?.voices;
  const voice = voices?.stderr ?? voices?.syslog;
  return voice !== undefined && voice.text !== '';
}

/** A worker that was announced just now has not stopped: it was started in the place of one that haplog has not heard. */
const isNew = (worker: Speaker, at: Instant): boolean => worker.master !== undefined && at - begunAt(worker) < NEW_MS;
